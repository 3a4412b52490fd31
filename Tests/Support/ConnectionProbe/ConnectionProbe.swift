import Glibc
import HTTP2
import Wire

/// Serves HTTP/2 conversations for `Tests/Differential/connections.py`.
///
/// Each line of standard input is what one client sends, in hexadecimal digits. The answer is a line:
/// the code of the error that ended the connection or `-`, the messages that were served as `=data`,
/// and the streams that were reset as `stream!code`, in order.
@main
struct ConnectionProbe {
    static func main() {
        while let line = readLine() {
            print(verdict(bytes(of: line)))
            // Whoever asks waits for each answer.
            _ = fflush(nil)
        }
    }

    private static func verdict(_ input: [UInt8]) -> String {
        var work = ConnectionWorkspace()
        var service = EchoService()
        var connection = ServerConnection(ConnectionLimits(), now: 1, &work)
        work.output.removeAll()
        var turn = ConnectionTurn(now: 1, share: .max, room: .max)
        _ = unsafe input.withUnsafeBytes { raw in
            unsafe connection.receive(ByteRegion(raw), &turn, &service, &work)
        }
        var words = [connection.failure.map { String($0.rawValue) } ?? "-"]
        words += service.calls
        words += resets(in: work.output.written)
        connection.release(&work)
        return words.joined(separator: " ")
    }

    /// The streams of RST_STREAM frames that tell of an error.
    private static func resets(in output: ByteRegion) -> [String] {
        var words: [String] = []
        var offset = 0
        while offset + 9 <= output.count {
            let head = Int(output.integer(at: offset, as: UInt32.self).byteSwapped)
            let stream = output.integer(at: offset + 5, as: UInt32.self).byteSwapped
            if head & 0xFF == 3 {
                let code = output.integer(at: offset + 9, as: UInt32.self).byteSwapped
                words.append("\(stream)!\(code)")
            }
            offset += 9 + head >> 8
        }
        return words
    }

    private static func bytes(of line: String) -> [UInt8] {
        var bytes: [UInt8] = []
        var high: UInt8?
        for digit in line.utf8 {
            let value = digit <= 0x39 ? digit &- 0x30 : digit &- 0x57
            if let first = high {
                bytes.append(first << 4 | value)
                high = nil
            } else {
                high = value
            }
        }
        return bytes
    }
}

/// Answers every call with what it was sent.
struct EchoService: ~Copyable, UnaryService {
    private(set) var calls: [String] = []
    private let head: [UInt8] = [0x88]
    private let trailers: [UInt8] = {
        var encoder = HeaderEncoder()
        encoder.add("end", "1")
        return encoder.bytes
    }()

    mutating func beginCall() {}

    mutating func field(_ name: Span<UInt8>, _ value: Span<UInt8>) {}

    mutating func admit(
        hasMessage: Bool, now: UInt64, answer: inout AnswerBuffer
    ) -> CallAdmission { .awaitMessage(deadline: .max) }

    mutating func answer(_ message: ByteRegion, deadline: UInt64, answer: inout AnswerBuffer) {
        var digits = ""
        answer.setHead(head.span)
        for index in 0..<message.count {
            let byte = message.byte(at: index)
            digits += (byte < 16 ? "0" : "") + String(byte, radix: 16)
        }
        calls.append("=" + digits)
        for index in 0..<message.count {
            let byte: [UInt8] = [message.byte(at: index)]
            answer.appendData(byte.span)
        }
        answer.setTrailers(trailers.span)
    }

    mutating func fail(_ failure: CallFailure, answer: inout AnswerBuffer) {
        answer.setHead(([0x8D] as [UInt8]).span)
    }
}
