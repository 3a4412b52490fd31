import Foundation
import Glibc
import Testing

/// Readers that go on until they are asked to end.
@Suite("writ posture ingest: directories and sockets")
struct PostureReaderTests {
    private let world: PostureWorld

    init() throws {
        world = try PostureWorld()
        _ = try world.ingest("generic", "--create", input: "")
    }

    private func start(_ arguments: String...) throws -> ChildProcess {
        try ChildProcess(
            WritProgram.path,
            ["posture", "ingest", "--store", "store", "--format", "generic", "--create"]
                + arguments, directory: world.workplace.path,
            output: world.workplace.path("reader.out"), errors: world.workplace.path("reader.err"))
    }

    /// Puts a whole file into the directory, as who sends reports must.
    private func drop(_ name: String, _ text: String) throws {
        let made = try world.workplace.write("made", text)
        try FileManager.default.moveItem(
            atPath: made, toPath: world.workplace.path("spool/\(name)"))
    }

    private func report(_ id: String, at time: Int64 = 1_000, _ isOn: Bool = true) -> String {
        PostureWorld.report(id, at: time, #""firewall":\#(isOn)"#)
    }

    @Test func filesOfADirectoryAreReadAsTheyAppear() throws {
        let workplace = world.workplace
        try workplace.makeFolder("spool/folder")
        try drop("1.json", report("a"))
        let reader = try start("--watch", "spool")
        #expect(eventually { !workplace.exists("spool/1.json") })
        // What was read is on disk before its file goes.
        #expect(try world.facts("a")["firewall"] == "true")
        // In the order of their names.
        try drop("3.json", report("a", at: 2_000, false) + "\n{\n")
        try drop("2.json.tmp", report("b"))
        try drop(".hidden", report("c"))
        #expect(eventually { workplace.exists("spool/3.json.refused") })
        #expect(try world.facts("a")["firewall"] == "false")
        #expect(workplace.text("reader.err").contains("spool/3.json, line 2, byte "))
        #expect(!workplace.exists("spool/3.json"))
        #expect(workplace.exists("spool/2.json.tmp") && workplace.exists("spool/.hidden"))
        try FileManager.default.moveItem(
            atPath: workplace.path("spool/2.json.tmp"), toPath: workplace.path("spool/2.json"))
        #expect(try eventually { try world.device("b") != nil })
        #expect(try world.device("c") == nil)
        reader.signal(SIGTERM)
        #expect(reader.waitForEnd(seconds: 10) == 0)
        #expect(
            workplace.text("reader.out").contains("4 reports: 3 changed, 0 unchanged, 1 refused"))
    }

    @Test func aDirectoryThatIsNotThereIsRefused() throws {
        let reader = try start("--watch", "absent")
        #expect(reader.waitForEnd(seconds: 10) == 1)
        #expect(world.workplace.text("reader.err").contains("cannot read the directory `absent`"))
    }

    @Test func aFileThatWasNotReadToItsEndIsReadAgain() throws {
        let workplace = world.workplace
        try workplace.makeFolder("spool")
        let lines = (0..<20_000).map { report("d\($0)") }.joined(separator: "\n")
        try drop("1.json", lines)
        var reader = try start("--watch", "spool")
        #expect(try eventually { try world.device("d0") != nil })
        reader.signal(SIGKILL)
        _ = reader.waitForEnd(seconds: 10)
        reader = try start("--watch", "spool")
        #expect(eventually(within: 60) { !workplace.exists("spool/1.json") })
        #expect(!workplace.exists("spool/1.json.refused"))
        #expect(try world.device("d19999") != nil)
        reader.signal(SIGINT)
        #expect(reader.waitForEnd(seconds: 10) == 0)
    }

    // MARK: Sockets

    /// Connects to the reader's socket.
    private func connect() throws -> Int32 {
        let path = world.workplace.path("posture.sock")
        let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
        try #require(descriptor >= 0)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        unsafe withUnsafeMutableBytes(of: &address.sun_path) {
            unsafe $0.copyBytes(from: Array(path.utf8))
        }
        let isConnected = eventually {
            unsafe withUnsafePointer(to: &address) { pointer in
                unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    unsafe Glibc.connect(
                        descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size)) == 0
                }
            }
        }
        try #require(isConnected, "\(world.workplace.text("reader.err"))")
        return descriptor
    }

    private func send(_ text: String, to descriptor: Int32) throws {
        let bytes = Array(text.utf8)
        let count = unsafe Glibc.send(descriptor, bytes, bytes.count, Int32(MSG_NOSIGNAL))
        guard count == bytes.count else { throw SendFailure() }
    }

    private struct SendFailure: Error {}

    @Test func linesOfConnectionsAreReadAsTheyCome() throws {
        let workplace = world.workplace
        let reader = try start("--listen", "posture.sock")
        let (first, second) = (try connect(), try connect())
        var status = stat()
        _ = unsafe lstat(workplace.path("posture.sock"), &status)
        #expect(status.st_mode & 0o777 == 0o600)
        // A line that is not whole yet holds nobody up, and neither does one that never will be.
        let text = report("a")
        try send(String(text.prefix(20)), to: first)
        try send("{\n" + report("b") + "\n", to: second)
        #expect(try eventually { try world.device("b") != nil })
        #expect(try world.device("a") == nil)
        #expect(workplace.text("reader.err").contains("connection 2, line 1, byte "))
        try send(String(text.dropFirst(20)) + "\n", to: first)
        #expect(try eventually { try world.device("a") != nil })
        // The last line of a connection needs no end.
        try send(report("c"), to: second)
        close(second)
        #expect(try eventually { try world.device("c") != nil })
        try send(report("half"), to: first)
        try send("\n" + report("half-2"), to: first)
        #expect(try eventually { try world.device("half") != nil })
        reader.signal(SIGTERM)
        #expect(reader.waitForEnd(seconds: 10) == 0)
        #expect(!workplace.exists("posture.sock"))
        #expect(try world.device("half-2") == nil)
        #expect(
            workplace.text("reader.out").contains("5 reports: 4 changed, 0 unchanged, 1 refused"))
        close(first)
    }

    @Test func connectionsBeyondTheLimitAreTurnedAway() throws {
        let reader = try start("--listen", "posture.sock")
        var open: [Int32] = []
        for _ in 0..<64 { open.append(try connect()) }
        try send(report("a") + "\n", to: open[63])
        #expect(try eventually { try world.device("a") != nil })
        let one = try connect()
        var byte: UInt8 = 0
        #expect(unsafe recv(one, &byte, 1, 0) == 0)
        close(one)
        // Those that were there go on, and a place that is free is given again.
        try send(report("b") + "\n", to: open[0])
        #expect(try eventually { try world.device("b") != nil })
        close(open.removeLast())
        let isServed = try eventually {
            let again = try connect()
            defer { close(again) }
            // Refused while the reader has not noticed yet.
            try? send(report("c") + "\n", to: again)
            usleep(20_000)
            return try world.device("c") != nil
        }
        #expect(isServed)
        for descriptor in open { close(descriptor) }
        reader.signal(SIGTERM)
        #expect(reader.waitForEnd(seconds: 10) == 0)
    }
}
