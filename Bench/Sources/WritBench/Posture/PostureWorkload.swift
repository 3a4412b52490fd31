import BenchSupport
import CedarSyntax
import Glibc

/// Users with a device each, and reports about the devices.
struct PostureWorkload {
    let devices: Int
    let users: Int

    static let policies = """
        permit (principal, action == Action::"read", resource)
        when {
          principal.device has compliant && principal.device.compliant &&
          principal.device has firewall && principal.device.firewall &&
          (!(principal.device has edrScore) || principal.device.edrScore > 10)
        };
        """

    /// How far apart the devices of two neighbouring users or reports are: no divisor of their number.
    private static let stride = 7_919

    private func device(_ index: Int) -> Int { (index &* Self.stride) % devices }

    /// Writes the entities as JSON Lines.
    func writeEntities(to path: String) throws {
        let file = try LineFile(path)
        file.add(#"{"uid":{"type":"Action","id":"read"},"attrs":{},"parents":[]}"#)
        for index in 0..<devices {
            try file.add(
                #"{"uid":{"type":"Device","id":"device-\#(index)"},"attrs":"#
                    + #"{"compliant":true,"firewall":true},"parents":[]}"#
            ).flushNowAndThen()
        }
        for index in 0..<users {
            try file.add(
                #"{"uid":{"type":"User","id":"user-\#(index)"},"attrs":{"device":{"__entity":"#
                    + #"{"type":"Device","id":"device-\#(device(index))"}}},"parents":[]}"#
            ).flushNowAndThen()
        }
        try file.flush()
    }

    /// Writes reports in the generic format, about 230 bytes each; the devices come round and round.
    ///
    /// - Parameters:
    ///   - round: 0 for the first; those of a later round are newer.
    ///   - now: milliseconds since 1970; nothing was collected later.
    func writeReports(_ count: Int, round: Int, now: Int64, to path: String) throws {
        let file = try LineFile(path)
        for index in 0..<count {
            let time = now - Int64(count) + Int64(index)
            try file.add(
                #"{"device":"device-\#(device(index))","collectedAt":\#(time),"attributes":"#
                    + #"{"osName":"macOS","osVersion":"14.\#(round).\#(index % 7)","#
                    + #""diskEncrypted":true,"firewall":true,"screenLock":true,"edrRunning":true,"#
                    + #""edrScore":\#(20 + (index + round) % 80),"compliant":true}}"#
            ).flushNowAndThen()
        }
        try file.flush()
    }

    /// Draws requests, some users far more often than others.
    func requests(_ wanted: Int, seed: UInt64) -> [QuestionBlock.Item] {
        var random = SeededRandom(seed: seed)
        let popularity = Zipf(count: users, skew: 0.99)
        return (0..<wanted).map { _ in
            QuestionBlock.Item(
                principal: EntityUID("User", "user-\(popularity.draw(&random))"),
                action: .action("read"), resource: EntityUID("Doc", "\(random.below(1000))"))
        }
    }
}

/// A file that lines are written to.
@safe
private final class LineFile {
    private let path: String
    private let file: UnsafeMutablePointer<FILE>
    private var bytes: [UInt8] = []

    init(_ path: String) throws {
        guard let file = unsafe fopen(path, "w") else {
            throw BenchError("cannot write `\(path)`: \(systemWords(errno))")
        }
        self.path = path
        unsafe self.file = file
    }

    deinit { _ = unsafe fclose(file) }

    @discardableResult
    func add(_ line: String) -> LineFile {
        bytes += line.utf8
        bytes.append(10)
        return self
    }

    func flushNowAndThen() throws { if bytes.count > 1 << 20 { try flush() } }

    func flush() throws {
        guard unsafe fwrite(bytes, 1, bytes.count, file) == bytes.count, unsafe fflush(file) == 0
        else { throw BenchError("cannot write `\(path)`: \(systemWords(errno))") }
        bytes.removeAll(keepingCapacity: true)
    }
}
