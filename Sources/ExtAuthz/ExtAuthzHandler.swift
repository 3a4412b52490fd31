package import ExtAuthzMessages
package import Server

/// What is known of a call beside its message.
package struct CheckCall: BitwiseCopyable, Sendable {
    /// When the answer must be ready, on the monotonic clock in nanoseconds.
    package let deadlineNanoseconds: UInt64
    /// Who is at the other end; `nil` over TCP.
    package let peer: PeerCredentials?

    package init(deadlineNanoseconds: UInt64, peer: PeerCredentials?) {
        self.deadlineNanoseconds = deadlineNanoseconds
        self.peer = peer
    }
}

/// Answers checks for one event loop; never used on two threads at once.
package protocol ExtAuthzHandler: ~Copyable, SendableMetatype {
    /// Called before the first of the checks that arrived together.
    mutating func beginBatch()

    /// Called after the last of them.
    mutating func endBatch()

    /// The names of headers that ``CheckRequestView/hasWatchedNames`` tells of; read in a batch.
    ///
    /// There is no default: who wraps another and forgot it would let forged headers pass.
    var watchedNames: NameWatch { mutating get }

    /// Decides one request.
    /// - Parameter reply: a denial with status 403, to be concluded; it stays a denial when nothing
    ///   is done.
    mutating func check(
        _ request: borrowing CheckRequestView, call: CheckCall, into reply: inout ReplyBuffer)
}

extension ExtAuthzHandler where Self: ~Copyable {
    package mutating func beginBatch() {}
    package mutating func endBatch() {}
}

/// Allows everything without looking, to measure what the protocol alone costs.
package struct BareAllowHandler: ~Copyable, ExtAuthzHandler {
    package var watchedNames: NameWatch { NameWatch() }

    package init() {}

    package mutating func check(
        _ request: borrowing CheckRequestView, call: CheckCall, into reply: inout ReplyBuffer
    ) {
        reply.conclude(.allow)
    }
}
