package import Wire

/// What decides requests for one worker thread of a local socket.
///
/// Each worker makes its own instance on its own thread and uses it there alone, so an instance
/// needs no synchronisation for what it owns.
package protocol DecisionHandler: ~Copyable, SendableMetatype {
    /// Prepares for the requests of one read: a place to pin one snapshot for all of them.
    ///
    /// Called only when there is something to decide, and always paired with `endBatch`.
    /// - Parameter now: monotonic nanoseconds.
    mutating func beginBatch(now: UInt64)

    /// Releases what `beginBatch` took, before the answers are sent.
    mutating func endBatch()

    /// Decides one item.
    ///
    /// `item` and the bytes behind it are valid until the call returns. An `answer` that is not
    /// concluded is a deny with `internalError`.
    mutating func decide(_ item: ItemView, request: RequestInfo, into answer: inout AnswerWriter)
}

/// What a handler may know about a request beside its item.
package struct RequestInfo: BitwiseCopyable {
    /// The number the client chose; the items of a batch share it.
    package var requestID: UInt64
    /// The item's place in its batch; 0 for a single request.
    package var itemIndex: Int
    /// The number of items in the frame.
    package var itemCount: Int
    /// When the request was received, in monotonic nanoseconds.
    package var receivedNanoseconds: UInt64
    /// When the answer is worthless, in monotonic nanoseconds.
    ///
    /// The loop has already refused what was past it when the item's turn came.
    package var deadlineNanoseconds: UInt64
    /// The revision that the store must have reached; 0 means any.
    package var atLeastRevision: UInt64
    /// What came as proof of who asks; the items of a batch share it.
    package var evidence: EvidenceView
    /// Who asked, as the kernel says.
    package var peer: PeerCredentials
}
