import HTTP2
import Wire

/// Status codes of gRPC that this service gives.
enum GRPCStatus: Int, BitwiseCopyable {
    case ok = 0
    case deadlineExceeded = 4
    case resourceExhausted = 8
    case unimplemented = 12
    case internalError = 13

    /// The code as it is sent.
    var text: StaticString {
        switch self {
        case .ok: "0"
        case .deadlineExceeded: "4"
        case .resourceExhausted: "8"
        case .unimplemented: "12"
        case .internalError: "13"
        }
    }
}

/// The five bytes before every message. Source: gRPC over HTTP/2, "Length-Prefixed-Message".
enum GRPCPrefix {
    static let sizeBytes = 5

    /// Why a message is not read.
    struct Refusal {
        let status: GRPCStatus
        let words: StaticString
    }

    /// The prefix of a message that is not compressed.
    static func bytes(messageBytes: Int) -> [5 of UInt8] {
        let count = UInt32(truncatingIfNeeded: messageBytes)
        return [
            0, UInt8(count >> 24), UInt8(count >> 16 & 0xFF), UInt8(count >> 8 & 0xFF),
            UInt8(count & 0xFF),
        ]
    }

    /// Whether a message that begins like this is not longer than it may be, as far as it says so.
    static func fits(_ beginning: ByteRegion, maximumMessageBytes: Int) -> Bool {
        guard beginning.count >= sizeBytes else { return true }
        return Int(beginning.integer(at: 1, as: UInt32.self).byteSwapped) <= maximumMessageBytes
    }

    /// Judges the bytes of a whole call, which must be one message, not compressed.
    static func judge(_ bytes: ByteRegion, maximumMessageBytes: Int) -> Refusal? {
        guard bytes.count >= sizeBytes else {
            return Refusal(status: .internalError, words: "the message is cut short")
        }
        switch bytes.byte(at: 0) {
        case 0: break
        case 1: return Refusal(status: .unimplemented, words: "compressed messages are not read")
        default: return Refusal(status: .internalError, words: "unknown flags of the message")
        }
        let count = Int(bytes.integer(at: 1, as: UInt32.self).byteSwapped)
        if count > maximumMessageBytes {
            return Refusal(status: .resourceExhausted, words: "the message is too long")
        }
        if count > bytes.count - sizeBytes {
            return Refusal(status: .internalError, words: "the message is cut short")
        }
        if count < bytes.count - sizeBytes {
            return Refusal(status: .unimplemented, words: "there is more than one message")
        }
        return nil
    }
}

/// The header blocks of answers.
struct AnswerBlocks: ~Copyable {
    private let head: [UInt8]
    private let trailers: [UInt8]
    private var refusal = HeaderEncoder()

    init() {
        var encoder = HeaderEncoder()
        encoder.add(":status", "200")
        encoder.add("content-type", "application/grpc")
        head = encoder.bytes
        encoder.removeAll()
        encoder.add("grpc-status", GRPCStatus.ok.text)
        trailers = encoder.bytes
    }

    /// Writes a whole answer.
    func write(_ message: Span<UInt8>, to answer: inout AnswerBuffer) {
        answer.setHead(head.span)
        let prefix = GRPCPrefix.bytes(messageBytes: message.count)
        answer.appendData(prefix.span)
        answer.appendData(message)
        answer.setTrailers(trailers.span)
    }

    /// Writes the only headers of a call that is not answered.
    mutating func refuse(
        _ status: GRPCStatus, _ words: StaticString, to answer: inout AnswerBuffer
    ) {
        refusal.removeAll()
        refusal.add(":status", "200")
        refusal.add("content-type", "application/grpc")
        refusal.add("grpc-status", status.text)
        refusal.add("grpc-message", words)
        answer.setHead(refusal.bytes.span)
    }

    /// Writes an HTTP status for what is no call of gRPC.
    mutating func refuse(httpStatus status: StaticString, to answer: inout AnswerBuffer) {
        refusal.removeAll()
        refusal.add(":status", status)
        answer.setHead(refusal.bytes.span)
    }
}
