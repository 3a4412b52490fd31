/// What a frame is; the numbers are part of the protocol and never change meaning.
package enum FrameKind: UInt8, BitwiseCopyable, Sendable, CaseIterable {
    /// Asks for one decision.
    case decide = 1
    /// Answers `decide`, or a whole `decideBatch` whose body could not be read.
    case decision = 2
    /// Asks for several decisions on one snapshot.
    case decideBatch = 3
    /// Answers `decideBatch`, one answer per item in the same order.
    case decisionBatch = 4
    /// Asks whether the server is there.
    case ping = 5
    /// Answers `ping`.
    case pong = 6
    /// Tells that the connection is refused; always the last frame of a connection.
    case refusal = 7
    /// Asks for one decision, with evidence of who asks.
    case decideEvidence = 8
    /// Asks for several decisions on one snapshot, with evidence of who asks all of them.
    case decideBatchEvidence = 9

    /// Whether evidence stands before the items of such a request.
    package var carriesEvidence: Bool { self == .decideEvidence || self == .decideBatchEvidence }
}
