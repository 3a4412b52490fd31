import Glibc
import NIOCore
import NIOHPACK

/// A client that speaks HTTP/2 byte by byte, so that it can break every rule of it.
@safe
final class RawGateway {
    /// A frame as it came.
    struct Frame {
        let type: UInt8
        let flags: UInt8
        let stream: Int
        let payload: [UInt8]

        var isEndOfStream: Bool { flags & 1 != 0 && (type == 0 || type == 1) }
    }

    /// What came back for one call.
    struct Answer {
        var headers: [(String, String)] = []
        var message: [UInt8] = []
        var resetCode: UInt32?

        subscript(_ name: String) -> String? { headers.first { $0.0 == name }?.1 }
    }

    struct Closed: Error {}

    static let path = "/envoy.service.auth.v3.Authorization/Check"

    let descriptor: Int32
    private var input: [UInt8] = []
    private var encoder = HPACKEncoder(allocator: ByteBufferAllocator())
    private var decoder = HPACKDecoder(allocator: ByteBufferAllocator())
    private var nextStream = 1
    /// Frames that belong to no call: GOAWAY and the like.
    private(set) var others: [Frame] = []
    private var answers: [Int: Answer] = [:]
    private var ended: Set<Int> = []

    init(path: String, greets: Bool = true) throws {
        descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        unsafe withUnsafeMutableBytes(of: &address.sun_path) {
            unsafe $0.copyBytes(from: path.utf8)
        }
        let status = unsafe withUnsafePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                unsafe connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        guard status == 0 else { throw Closed() }
        setTimeout()
        if greets { greet() }
    }

    init(port: Int) throws {
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = UInt16(port).bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        let status = unsafe withUnsafePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                unsafe connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard status == 0 else { throw Closed() }
        setTimeout()
        greet()
    }

    deinit { close(descriptor) }

    private func setTimeout() {
        var time = timeval(tv_sec: 10, tv_usec: 0)
        _ = unsafe setsockopt(
            descriptor, SOL_SOCKET, SO_RCVTIMEO, &time, socklen_t(MemoryLayout<timeval>.size))
        _ = unsafe setsockopt(
            descriptor, SOL_SOCKET, SO_SNDTIMEO, &time, socklen_t(MemoryLayout<timeval>.size))
    }

    func greet() {
        send(Array("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".utf8))
        send(type: 4, stream: 0, [])
    }

    // MARK: Sending

    /// Sends bytes; whether the server took them all.
    @discardableResult
    func send(_ bytes: [UInt8]) -> Bool {
        var offset = 0
        while offset < bytes.count {
            let count = unsafe bytes.withUnsafeBytes {
                unsafe Glibc.send(
                    descriptor, $0.baseAddress.map { unsafe $0 + offset }, $0.count - offset,
                    Int32(MSG_NOSIGNAL))
            }
            if count <= 0 { return false }
            offset += count
        }
        return true
    }

    @discardableResult
    func send(type: UInt8, flags: UInt8 = 0, stream: Int, _ payload: [UInt8]) -> Bool {
        send(Self.frame(type: type, flags: flags, stream: stream, payload))
    }

    static func frame(type: UInt8, flags: UInt8, stream: Int, _ payload: [UInt8]) -> [UInt8] {
        [
            UInt8(payload.count >> 16), UInt8(payload.count >> 8 & 0xFF),
            UInt8(payload.count & 0xFF), type, flags, UInt8(stream >> 24 & 0xFF),
            UInt8(stream >> 16 & 0xFF), UInt8(stream >> 8 & 0xFF), UInt8(stream & 0xFF),
        ] + payload
    }

    /// Begins a call and returns its stream.
    func begin(
        path: String = RawGateway.path, method: String = "POST",
        contentType: String? = "application/grpc", extra: [(String, String)] = [],
        endStream: Bool = false
    ) -> Int {
        let stream = nextStream
        nextStream += 2
        var headers = HPACKHeaders([
            (":method", method), (":scheme", "http"), (":path", path), (":authority", "pdp"),
            ("te", "trailers"),
        ])
        if let contentType { headers.add(name: "content-type", value: contentType) }
        for (name, value) in extra { headers.add(name: name, value: value) }
        send(type: 1, flags: endStream ? 5 : 4, stream: stream, block(headers))
        return stream
    }

    func block(_ headers: HPACKHeaders) -> [UInt8] {
        var buffer = ByteBuffer()
        try? encoder.encode(headers: headers, to: &buffer)
        return Array(buffer.readableBytesView)
    }

    func data(_ stream: Int, _ bytes: [UInt8], endStream: Bool = true) {
        var rest = bytes[...]
        repeat {
            let part = rest.prefix(16_384)
            rest = rest.dropFirst(part.count)
            send(
                type: 0, flags: endStream && rest.isEmpty ? 1 : 0, stream: stream, Array(part))
        } while !rest.isEmpty
    }

    /// A message with gRPC's prefix.
    static func message(_ bytes: [UInt8], flag: UInt8 = 0) -> [UInt8] {
        let count = bytes.count
        return [
            flag, UInt8(count >> 24), UInt8(count >> 16 & 0xFF), UInt8(count >> 8 & 0xFF),
            UInt8(count & 0xFF),
        ] + bytes
    }

    /// Makes one call and waits for its end.
    func call(_ message: [UInt8], extra: [(String, String)] = []) throws -> Answer {
        let stream = begin(extra: extra)
        data(stream, Self.message(message))
        return try answer(stream)
    }

    // MARK: Receiving

    /// The next frame; settings and pings are answered on the way.
    func next() throws -> Frame {
        while true {
            let size =
                input.count >= 9
                ? Int(input[0]) << 16 | Int(input[1]) << 8 | Int(input[2]) : 0
            if input.count >= 9 + size {
                let frame = Frame(
                    type: input[3], flags: input[4],
                    stream: Int(input[5] & 0x7F) << 24 | Int(input[6]) << 16 | Int(input[7]) << 8
                        | Int(input[8]), payload: Array(input[9..<9 + size]))
                input.removeFirst(9 + size)
                if frame.type == 4 && frame.flags & 1 == 0 {
                    send(type: 4, flags: 1, stream: 0, [])
                }
                if frame.type == 6 && frame.flags & 1 == 0 {
                    send(type: 6, flags: 1, stream: 0, frame.payload)
                }
                return frame
            }
            var chunk = [UInt8](repeating: 0, count: 65_536)
            // The end of the stream sets no error.
            errno = 0
            let count = unsafe recv(descriptor, &chunk, chunk.count, 0)
            guard count > 0 else { throw Closed() }
            input += chunk[..<count]
        }
    }

    /// The answer to a call; what comes for others is kept for them.
    func answer(_ stream: Int) throws -> Answer {
        while true {
            if ended.remove(stream) != nil, let answer = answers.removeValue(forKey: stream) {
                return answer
            }
            let frame = try next()
            if frame.stream == 0 {
                others.append(frame)
                continue
            }
            var answer = answers[frame.stream] ?? Answer()
            if frame.type == 1 {
                var buffer = ByteBuffer(bytes: frame.payload)
                let headers = try decoder.decodeHeaders(from: &buffer)
                answer.headers += headers.map { ($0.name, $0.value) }
            }
            if frame.type == 0 { answer.message += frame.payload }
            if frame.type == 3 {
                answer.resetCode = frame.payload.reduce(0) { $0 << 8 | UInt32($1) }
            }
            answers[frame.stream] = answer
            if frame.isEndOfStream || frame.type == 3 { ended.insert(frame.stream) }
        }
    }

    /// Reads until the server closes; whether it did in time, and the code of its GOAWAY.
    func awaitEnd() -> (isClosed: Bool, code: UInt32?) {
        var code: UInt32?
        while true {
            do {
                let frame = try next()
                if frame.type == 7 {
                    code = frame.payload[4..<8].reduce(0) { $0 << 8 | UInt32($1) }
                }
            } catch {
                // The receive timeout is no end.
                return (errno != EAGAIN, code)
            }
        }
    }
}
