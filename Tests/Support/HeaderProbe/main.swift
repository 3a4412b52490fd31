import Glibc
import HTTP2
import Wire

/// Decodes and encodes header blocks for `Tests/Differential/headers.py`.
///
/// Standard input is a row of commands, standard output an answer to each but the first; integers
/// are 4 bytes, little endian:
///
/// - `N`, size of the table, limit of the list: a new decoder.
/// - `B`, length, block: answered with a byte (0 whole, 1 too long, or 2 more than the number of the
///   error), the number of fields, and for each the lengths of name and value, and both.
/// - `E`, number of fields, and for each the lengths of name and value, and both: answered with the
///   length of the block that says them, and the block.
struct HeaderProbe: ~Copyable {
    private var decoder = HeaderDecoder(maximumListBytes: 0)
    private var input: [UInt8] = []
    private var position = 0

    mutating func run() {
        while true {
            guard fill(1) else { return }
            switch readBytes(1)[0] {
            case UInt8(ascii: "N"):
                let tableSizeBytes = readInteger()
                decoder = HeaderDecoder(
                    tableSizeBytes: tableSizeBytes, maximumListBytes: readInteger())
            case UInt8(ascii: "B"): decode(readBytes(readInteger()))
            case UInt8(ascii: "E"): encode(fields: readInteger())
            default: fatalError("an unknown command")
            }
        }
    }

    private mutating func decode(_ block: [UInt8]) {
        var fields: [UInt8] = []
        var count = 0
        var status: UInt8
        let memory = UnsafeMutableRawBufferPointer.allocate(
            byteCount: block.count, alignment: 1)
        defer { unsafe memory.deallocate() }
        unsafe memory.copyBytes(from: block)
        do throws(HPACKError) {
            let region = unsafe ByteRegion(UnsafeRawBufferPointer(memory))
            let extent = try decoder.decode(region) { name, value in
                count += 1
                fields += Self.bytes(of: name.count) + Self.bytes(of: value.count)
                for index in name.indices { fields.append(name[index]) }
                for index in value.indices { fields.append(value[index]) }
            }
            status = extent == .whole ? 0 : 1
        } catch {
            status = 2 + error.rawValue
        }
        send([status] + Self.bytes(of: count) + fields)
    }

    private mutating func encode(fields: Int) {
        var encoder = HeaderEncoder()
        for _ in 0..<fields {
            let (name, value) = (readInteger(), readInteger())
            encoder.add(name: readBytes(name).span, value: readBytes(value).span)
        }
        send(Self.bytes(of: encoder.bytes.count) + encoder.bytes)
    }

    private static func bytes(of number: Int) -> [UInt8] {
        (0..<4).map { UInt8(truncatingIfNeeded: number >> (8 * $0)) }
    }

    private mutating func readInteger() -> Int {
        readBytes(4).reversed().reduce(0) { $0 << 8 | Int($1) }
    }

    private mutating func readBytes(_ count: Int) -> [UInt8] {
        precondition(fill(count), "standard input ends inside of a command")
        position += count
        return Array(input[position - count..<position])
    }

    /// Waits until `count` bytes have come; `false` when the input ends before.
    private mutating func fill(_ count: Int) -> Bool {
        while input.count - position < count {
            input.removeFirst(position)
            position = 0
            let chunk = unsafe [UInt8](unsafeUninitializedCapacity: 1 << 16) { buffer, filled in
                filled = unsafe max(0, read(STDIN_FILENO, buffer.baseAddress, buffer.count))
            }
            if chunk.isEmpty { return false }
            input += chunk
        }
        return true
    }

    private func send(_ bytes: [UInt8]) {
        var sent = 0
        while sent < bytes.count {
            let count = unsafe bytes[sent...].withUnsafeBytes {
                unsafe write(STDOUT_FILENO, $0.baseAddress, $0.count)
            }
            precondition(count > 0, "standard output is closed")
            sent += count
        }
    }
}

var probe = HeaderProbe()
probe.run()
