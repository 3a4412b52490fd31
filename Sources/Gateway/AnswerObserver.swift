/// Where the answers to gateways are logged.
package protocol GatewayLog: Sendable {
    /// Whether an answer is to be logged and there is room for it; allocates nothing.
    func takes(_ verdict: Verdict) -> Bool

    /// Logs an answer that it takes.
    func write(_ answer: LoggedAnswer)
}

/// What logs keep of one answer.
package struct LoggedAnswer: Sendable {
    /// The decision, with the verdict as it was sent.
    package let record: GatewayRecord
    /// The HTTP status that the gateway gives its client.
    package let status: Int
    /// The client's request; nil when it could not be read.
    package let asked: AskedRequest?
    /// The time from the gateway's question to the answer.
    package let nanoseconds: UInt64
}

/// Counts the answers of one decider to a gateway, and has those logged that are to be.
///
/// An answer that is only counted allocates nothing.
package struct AnswerObserver: Sendable {
    private let board: GatewayBoard
    /// Nil where nothing is logged.
    private let log: (any GatewayLog)?

    package init(_ board: GatewayBoard, log: (any GatewayLog)? = nil) {
        self.board = board
        self.log = log
    }

    /// Counts an answer.
    ///
    /// - Parameters:
    ///   - verdict: as it was sent, see ``Verdict/sent(isSpoiled:)``.
    ///   - nanoseconds: from the gateway's question to the answer.
    /// - Returns: whether the answer is to be logged, by ``log(_:_:status:_:nanoseconds:)``.
    package func count(_ verdict: Verdict, nanoseconds: UInt64) -> Bool {
        board.count(verdict, nanoseconds: nanoseconds)
        return log?.takes(verdict) ?? false
    }

    /// Logs the last answer of a decider; allocates.
    ///
    /// - Parameters:
    ///   - verdict: as it was counted.
    ///   - status: as it was sent.
    ///   - asked: nil when the question could not be read.
    package func log(
        _ decider: inout GatewayDecider, _ verdict: Verdict, status: Int, _ asked: AskedRequest?,
        nanoseconds: UInt64
    ) {
        var record = decider.record()
        record.verdict = verdict
        log?.write(
            LoggedAnswer(
                record: record, status: status, asked: asked, nanoseconds: nanoseconds))
    }
}

extension Verdict {
    /// What an answer comes to: one that could not be sent is a denial, whatever was decided.
    package func sent(isSpoiled: Bool) -> Verdict {
        if case .allowed = self, isSpoiled { .refused(.answerInvalid) } else { self }
    }
}
