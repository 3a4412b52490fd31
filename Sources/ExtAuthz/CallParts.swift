import NIOCore
import NIOHPACK
import Server
import Wire

/// A call whose message is not complete.
struct OpenCall {
    /// When it is cancelled, on the monotonic clock in nanoseconds.
    let deadline: UInt64
    /// What has come of the message.
    var message: ByteBuffer?
    /// What of the connection's window it holds.
    var heldBytes = 0

    init(deadline: UInt64) { self.deadline = deadline }
}

/// The five bytes before every message. Source: gRPC over HTTP/2, "Length-Prefixed-Message".
enum GRPCPrefix {
    static let sizeBytes = 5

    /// Why a message is not read.
    struct Refusal {
        let status: GRPCStatus
        let words: StaticString
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

/// The headers of answers, made once.
enum AnswerHeaders {
    static let first = HPACKHeaders([(":status", "200"), ("content-type", "application/grpc")])
    static let trailers = HPACKHeaders([("grpc-status", "0")])

    /// The only headers of a call that is not answered.
    static func refusal(_ status: GRPCStatus, _ words: StaticString) -> HPACKHeaders {
        HPACKHeaders([
            (":status", "200"), ("content-type", "application/grpc"),
            ("grpc-status", String(status.rawValue)), ("grpc-message", "\(words)"),
        ])
    }
}

/// How much a gateway may send on a connection before something is answered.
///
/// What unfinished messages hold is not given back, so that they cannot hold more than the window.
struct ReceiveWindow {
    /// What HTTP/2 grants before anything is said.
    private static let initialBytes = 65_535

    private let sizeBytes: Int
    private var released = 0

    init(sizeBytes: Int) { self.sizeBytes = max(sizeBytes, Self.initialBytes + 1) }

    /// What to grant at first beyond what HTTP/2 does.
    var firstIncrement: Int { sizeBytes - Self.initialBytes }

    /// Notes bytes that are held no more.
    /// - Returns: what to grant now, if it is worth a frame.
    mutating func release(_ bytes: Int) -> Int? {
        released += bytes
        guard released >= sizeBytes / 4 else { return nil }
        defer { released = 0 }
        return released
    }
}

/// When a connection last got on: bytes that make no frame for too long are an attack.
///
/// A frame is done when HTTP/2 has made something of it, which it does of header blocks only when all
/// of their parts came; and what came behind it in one reading may be the beginning of the next.
final class FrameProgress {
    private var stuckSince: UInt64
    private var lastArrival: UInt64
    private var boundary = FrameBoundary()

    init() {
        lastArrival = MonotonicClock.now()
        stuckSince = lastArrival
    }

    func bytesArrived(_ bytes: ByteBufferView) {
        boundary.advance(over: bytes)
        lastArrival = MonotonicClock.now()
        if stuckSince == 0 { stuckSince = lastArrival }
    }

    func frameArrived() { stuckSince = boundary.isBetweenFrames ? 0 : lastArrival }

    func isStuck(_ now: UInt64, after nanoseconds: UInt64) -> Bool {
        stuckSince != 0 && now > stuckSince && now - stuckSince > nanoseconds
    }
}

/// Follows the lengths of frames, to know whether bytes end within one.
///
/// Source: RFC 9113, sections 3.4 and 4.1.
struct FrameBoundary {
    private static let prefaceBytes = 24
    private static let headerBytes = 9
    private static let lengthBytes = 3

    /// Bytes that are left of the preface or of a frame whose length is known.
    private var rest = Self.prefaceBytes
    /// Bytes of the next frame's length that came.
    private var lengthCount = 0
    private var length = 0

    var isBetweenFrames: Bool { rest == 0 && lengthCount == 0 }

    mutating func advance(over bytes: ByteBufferView) {
        var index = bytes.startIndex
        while index < bytes.endIndex {
            if rest > 0 {
                let step = min(rest, bytes.endIndex - index)
                rest -= step
                index += step
                continue
            }
            length = length << 8 | Int(bytes[index])
            lengthCount += 1
            index += 1
            if lengthCount == Self.lengthBytes {
                rest = length + Self.headerBytes - Self.lengthBytes
                lengthCount = 0
                length = 0
            }
        }
    }
}

/// Stands before HTTP/2 and notes what bytes came.
final class ArrivalWatch: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer

    private let progress: FrameProgress

    init(_ progress: FrameProgress) { self.progress = progress }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        progress.bytesArrived(unwrapInboundIn(data).readableBytesView)
        context.fireChannelRead(data)
    }
}

extension Duration {
    /// The duration in nanoseconds, from 0 to about 292 years.
    var nanoseconds: UInt64 {
        let (seconds, attoseconds) = components
        guard seconds >= 0, attoseconds >= 0 else { return 0 }
        guard seconds < 9_000_000_000 else { return UInt64(Int64.max) }
        return UInt64(seconds) * 1_000_000_000 + UInt64(attoseconds / 1_000_000_000)
    }
}
