package import Wire

/// What a service makes of a call when its header list is complete.
package enum CallAdmission: BitwiseCopyable, Sendable {
    /// The call's message is awaited until an instant of the monotonic clock, in nanoseconds.
    case awaitMessage(deadline: UInt64)
    /// The answer has been written; no message is read.
    case answered
}

/// Why a call is answered without its message.
package enum CallFailure: BitwiseCopyable, Sendable {
    /// Its header list is longer than allowed.
    case headersTooLong
    /// Its message is longer than allowed.
    case messageTooLong
    /// Its message did not come in time.
    case messageTooLate
}

/// What answers calls of one message and one answer.
///
/// HTTP/2 itself has been judged before anything is asked of it: the header list is well-formed, and
/// the message as long as was said.
package protocol UnaryService: ~Copyable, SendableMetatype {
    /// A header list begins; what is known of the last one is forgotten.
    mutating func beginCall()

    /// One field of it, pseudo-header fields first; valid until the call returns.
    mutating func field(_ name: Span<UInt8>, _ value: Span<UInt8>)

    /// The list is complete.
    /// - Parameters:
    ///   - hasMessage: whether anything follows.
    ///   - answer: empty; to be written when the call is answered at once.
    mutating func admit(
        hasMessage: Bool, now: UInt64, answer: inout AnswerBuffer
    ) -> CallAdmission

    /// Whether a message that begins like this, valid until this returns, may go on; what may not fails
    /// as too long at once, instead of filling its window and waiting for its deadline.
    func mayGoOn(_ beginning: ByteRegion) -> Bool

    /// Answers a call whose message, valid until this returns, is complete.
    /// - Parameter answer: empty; must be written.
    mutating func answer(
        _ message: ByteRegion, deadline: UInt64, answer: inout AnswerBuffer)

    /// Answers a call that has failed.
    /// - Parameter answer: empty; must be written.
    mutating func fail(_ failure: CallFailure, answer: inout AnswerBuffer)
}

extension UnaryService where Self: ~Copyable {
    package func mayGoOn(_ beginning: ByteRegion) -> Bool { true }
}

/// One answer: a header block, data, and a header block behind it.
///
/// The blocks are compressed by the service, which makes them once: they may refer to HPACK's static
/// table only, and hold at most 16,383 bytes each.
package struct AnswerBuffer: ~Copyable {
    private var bytes = OutputBytes(capacity: 1024)
    private var headEnd = 0
    private var dataEnd = 0

    package init() {}

    package mutating func reset() {
        bytes.removeAll()
        headEnd = 0
        dataEnd = 0
    }

    /// Writes the first header block; the only one when nothing follows.
    package mutating func setHead(_ block: Span<UInt8>) {
        reset()
        bytes.append(block)
        headEnd = bytes.count
        dataEnd = headEnd
    }

    /// Adds data behind the head.
    package mutating func appendData(_ data: Span<UInt8>) {
        bytes.append(data)
        dataEnd = bytes.count
    }

    /// Adds the last header block, behind the data.
    package mutating func setTrailers(_ block: Span<UInt8>) { bytes.append(block) }

    package var head: ByteRegion { bytes.region(from: 0, count: headEnd) }
    package var data: ByteRegion { bytes.region(from: headEnd, count: dataEnd - headEnd) }
    package var trailers: ByteRegion {
        bytes.region(from: dataEnd, count: bytes.count - dataEnd)
    }
    /// The data and the trailers behind it.
    var rest: ByteRegion { bytes.region(from: headEnd, count: bytes.count - headEnd) }
    var hasRest: Bool { bytes.count > headEnd }
}
