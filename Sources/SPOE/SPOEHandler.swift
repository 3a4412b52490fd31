package import Server

/// Answers the questions of HAProxy for one worker; never used on two threads at once.
package protocol SPOEHandler: ~Copyable, SendableMetatype {
    /// Called before the first of the questions that came together.
    mutating func beginBatch()

    /// Called after the last of them.
    mutating func endBatch()

    /// Decides one question, or says of one that cannot be read why it is denied.
    ///
    /// - Parameters:
    ///   - peer: who is at the other end; nil over TCP.
    ///   - reply: a denial with status 403; it stays one when nothing is done.
    mutating func check(
        _ question: Result<CheckQuestion, CheckRefusal>, from peer: PeerCredentials?,
        into reply: inout AgentReply
    )

    /// Called when the answer to the question just decided is as it is going to be sent: one that does
    /// not fit into a frame has become a denial.
    mutating func answered(
        _ question: Result<CheckQuestion, CheckRefusal>, with reply: borrowing AgentReply)
}
