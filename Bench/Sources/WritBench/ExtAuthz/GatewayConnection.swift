import BenchSupport
import Glibc

/// One HTTP/2 connection as a gateway keeps it: fixed bytes out, answers taken apart in order.
///
/// The headers are those of Envoy. They enter the table of HPACK with the first call and are indexes
/// from then on, but for the trace, which differs each time.
@safe
final class GatewayConnection {
    /// Answers that were not an allow.
    private(set) var wrong = 0
    /// All answers.
    private(set) var answers = 0

    private let descriptor: Int32
    private let messages: [[UInt8]]
    private var output: [UInt8] = []
    private let input: UnsafeMutableRawBufferPointer
    private var filled = 0
    private var nextStream: UInt32 = 1
    private var sentAt = [UInt64](repeating: 0, count: 4096)
    private var isAllowed = false
    private var isFirst = true

    init(path: String, messages: [[UInt8]]) throws {
        descriptor = try LoadConnection.connect(path, true)
        self.messages = messages
        unsafe input = .allocate(byteCount: 1 << 18, alignment: 64)
        output = Array("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".utf8)
        // SETTINGS with an initial window of 2^28, then the connection's window.
        frame(4, 0, stream: 0, [0, 4, 0x10, 0, 0, 0])
        frame(8, 0, stream: 0, [0x70, 0, 0, 0])
        enqueue()
        var histogram: LatencyHistogram?
        while answers == 0 { try exchange(&histogram) }
    }

    deinit {
        close(descriptor)
        unsafe input.deallocate()
    }

    /// Keeps a number of calls in flight for a time; returns the calls a second.
    func run(depth: Int, seconds: Double, into latencies: inout LatencyHistogram) throws -> Double {
        let start = MonotonicTime.now()
        let end = start + UInt64(seconds * 1e9)
        let before = answers
        var histogram: LatencyHistogram? = latencies
        for _ in 0..<depth { enqueue() }
        var inFlight = depth
        while true {
            let done = try exchange(&histogram)
            let now = MonotonicTime.now()
            if now >= end {
                inFlight -= done
                break
            }
            for _ in 0..<done { enqueue() }
        }
        let rate = Double(answers - before) / (Double(MonotonicTime.now() - start) / 1e9)
        while inFlight > 0 { inFlight -= try exchange(&histogram) }
        if let histogram { latencies = histogram }
        return rate
    }

    private func enqueue() {
        let stream = nextStream
        nextStream += 2
        frame(1, 4, stream: stream, headerBlock(stream))
        let message = messages[Int(stream >> 1) % messages.count]
        let size = message.count + 5
        output.append(contentsOf: [
            UInt8(size >> 16 & 0xFF), UInt8(size >> 8 & 0xFF), UInt8(size & 0xFF), 0, 1,
            UInt8(stream >> 24), UInt8(stream >> 16 & 0xFF), UInt8(stream >> 8 & 0xFF),
            UInt8(stream & 0xFF), 0, 0, UInt8(message.count >> 16 & 0xFF),
            UInt8(message.count >> 8 & 0xFF), UInt8(message.count & 0xFF),
        ])
        output.append(contentsOf: message)
        sentAt[Int(stream >> 1) % sentAt.count] = MonotonicTime.now()
    }

    private func frame(_ type: UInt8, _ flags: UInt8, stream: UInt32, _ payload: [UInt8]) {
        output.append(contentsOf: [
            UInt8(payload.count >> 16 & 0xFF), UInt8(payload.count >> 8 & 0xFF),
            UInt8(payload.count & 0xFF), type, flags, UInt8(stream >> 24),
            UInt8(stream >> 16 & 0xFF), UInt8(stream >> 8 & 0xFF), UInt8(stream & 0xFF),
        ])
        output.append(contentsOf: payload)
    }

    /// Source: RFC 7541; 131 is `:method POST`, 134 `:scheme http`.
    private func headerBlock(_ stream: UInt32) -> [UInt8] {
        let fields: [(String, String)] = [
            (":path", "/envoy.service.auth.v3.Authorization/Check"), (":authority", "pdp.local"),
            ("te", "trailers"), ("grpc-timeout", "250m"), ("content-type", "application/grpc"),
            ("x-envoy-internal", "true"), ("x-forwarded-for", "10.0.0.1"),
            ("x-envoy-expected-rq-timeout-ms", "250"),
        ]
        var block: [UInt8] = [131, 134]
        if isFirst {
            isFirst = false
            for (name, value) in fields {
                block += [0x40, UInt8(name.utf8.count)] + name.utf8
                block += [UInt8(value.utf8.count)] + value.utf8
            }
        } else {
            for index in 0..<fields.count { block.append(0x80 | UInt8(61 + fields.count - index)) }
        }
        // A literal that does not enter the table.
        let digits = Array("0123456789abcdef".utf8)
        block += [0x00, 11] + "traceparent".utf8 + [55] + "00-4bf92f3577b34da6a3ce929d".utf8
        for shift in stride(from: 28, through: 0, by: -4) {
            block.append(digits[Int(stream >> UInt32(shift) & 15)])
        }
        return block + "-00f067aa0ba902b7-01".utf8
    }

    /// Sends what waits and takes what comes; returns the number of answers.
    @discardableResult
    private func exchange(_ latencies: inout LatencyHistogram?) throws -> Int {
        var offset = 0
        while offset < output.count {
            let count = unsafe output.withUnsafeBytes {
                unsafe send(
                    descriptor, $0.baseAddress.map { unsafe $0 + offset }, $0.count - offset, 0)
            }
            guard count > 0 else { throw BenchError("cannot send: \(systemWords(errno))") }
            offset += count
        }
        output.removeAll(keepingCapacity: true)
        let count = unsafe recv(
            descriptor, input.baseAddress.map { unsafe $0 + filled }, input.count - filled, 0)
        guard count > 0 else { throw BenchError("the server closed the connection") }
        filled += count
        var start = 0
        var done = 0
        while filled - start >= 9 {
            let size =
                unsafe Int(input[start]) << 16 | Int(input[start + 1]) << 8 | Int(input[start + 2])
            guard filled - start >= 9 + size else { break }
            done += take(start, size, &latencies)
            start += 9 + size
        }
        if start > 0 {
            unsafe memmove(
                input.baseAddress, input.baseAddress.map { unsafe $0 + start }, filled - start)
            filled -= start
        }
        return done
    }

    private func take(_ start: Int, _ size: Int, _ latencies: inout LatencyHistogram?) -> Int {
        let flags = unsafe input[start + 4]
        switch unsafe input[start + 3] {
        case 0 where size >= 8:
            // The prefix of gRPC, an empty status, an ok_response: what is allowed begins so.
            isAllowed = unsafe input[start + 14] == 0x0A && input[start + 15] == 0 && input[start + 16] == 0x1A
        case 1 where flags & 1 != 0:
            let stream = unsafe UInt32(input[start + 6]) << 16 | UInt32(input[start + 7]) << 8 | UInt32(input[start + 8])
            if !isAllowed { wrong += 1 }
            isAllowed = false
            answers += 1
            latencies?.record(MonotonicTime.now() - sentAt[Int(stream >> 1) % sentAt.count])
            return 1
        case 4 where flags & 1 == 0: frame(4, 1, stream: 0, [])
        case 6 where flags & 1 == 0:
            frame(6, 1, stream: 0, unsafe Array(input[start + 9..<start + 9 + size]))
        default: break
        }
        return 0
    }
}
