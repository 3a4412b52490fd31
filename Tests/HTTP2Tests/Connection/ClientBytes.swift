/// What a client sends, made byte by byte.
enum ClientBytes {
    static let preface = Array("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".utf8)
    /// The preface, empty settings, and the acknowledgement of the server's.
    static let greeting = preface + settings([]) + frame(4, flags: 1)

    static func frame(
        _ type: UInt8, flags: UInt8 = 0, stream: UInt32 = 0, _ payload: [UInt8] = []
    ) -> [UInt8] {
        big(UInt32(payload.count)).dropFirst() + [type, flags] + big(stream) + payload
    }

    static func big(_ number: UInt32) -> [UInt8] {
        [
            UInt8(number >> 24), UInt8(number >> 16 & 255), UInt8(number >> 8 & 255),
            UInt8(number & 255),
        ]
    }

    static func settings(_ values: [(UInt16, UInt32)]) -> [UInt8] {
        frame(4, values.flatMap { [UInt8($0.0 >> 8), UInt8($0.0 & 255)] + big($0.1) })
    }

    static func update(_ stream: UInt32, _ increment: UInt32) -> [UInt8] {
        frame(8, stream: stream, big(increment))
    }

    static func reset(_ stream: UInt32, _ code: UInt32 = 8) -> [UInt8] {
        frame(3, stream: stream, big(code))
    }

    static func ping(_ flags: UInt8 = 0) -> [UInt8] {
        frame(6, flags: flags, [1, 2, 3, 4, 5, 6, 7, 8])
    }

    /// A header block of literals that nobody remembers.
    static func block(_ fields: [(String, String)]) -> [UInt8] {
        fields.flatMap { name, value in
            [0] + text(Array(name.utf8)) + text(Array(value.utf8))
        }
    }

    private static func text(_ bytes: [UInt8]) -> [UInt8] {
        guard bytes.count >= 127 else { return [UInt8(bytes.count)] + bytes }
        var left = bytes.count - 127
        var size: [UInt8] = [127]
        while left >= 128 {
            size.append(UInt8(left & 127) | 128)
            left >>= 7
        }
        return size + [UInt8(left)] + bytes
    }

    static let request = [
        (":method", "POST"), (":scheme", "http"), (":path", "/echo"), (":authority", "pdp"),
    ]

    static func headers(
        _ stream: UInt32, _ fields: [(String, String)] = request, extra: [(String, String)] = [],
        ends: Bool = false, endsBlock: Bool = true
    ) -> [UInt8] {
        frame(
            1, flags: (ends ? 1 : 0) | (endsBlock ? 4 : 0), stream: stream, block(fields + extra))
    }

    static func data(_ stream: UInt32, _ bytes: [UInt8], ends: Bool = true) -> [UInt8] {
        frame(0, flags: ends ? 1 : 0, stream: stream, bytes)
    }

    /// A whole call.
    static func call(_ stream: UInt32, path: String = "/echo", _ message: [UInt8] = [7])
        -> [UInt8]
    {
        headers(stream, request.map { $0.0 == ":path" ? ($0.0, path) : $0 }) + data(stream, message)
    }
}
