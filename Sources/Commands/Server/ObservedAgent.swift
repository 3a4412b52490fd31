import AuthZEN
import DecisionPoint
import Gateway
import HTTPService
import SPOE
import Server
import Wire

/// Decides the questions of HAProxy, counts them and has those logged that are to be; of the others it
/// allocates nothing.
struct ObservedAgent: ~Copyable, SPOEHandler {
    private var decision: DecisionAgent
    private let board: GatewayBoard
    private let log: RequestLog
    private let logged: RequestLog.Selection
    private let listener: String

    init(
        _ decision: consuming DecisionAgent, listener: String, board: GatewayBoard,
        log: RequestLog, logged: RequestLog.Selection
    ) {
        self.decision = decision
        self.listener = listener
        self.board = board
        self.log = log
        self.logged = logged
    }

    mutating func beginBatch() { decision.beginBatch() }

    mutating func endBatch() { decision.endBatch() }

    mutating func check(
        _ question: Result<CheckQuestion, CheckRefusal>, from peer: PeerCredentials?,
        into reply: inout AgentReply
    ) -> CheckOutcome {
        let start = MonotonicClock.now()
        let outcome = decision.check(question, from: peer, into: &reply)
        let nanoseconds = MonotonicClock.now() &- start
        var verdict = decision.verdict
        // What could not be sent is a denial, whatever was decided.
        if case .allowed = verdict, !reply.isAllowed { verdict = .refused(.answerInvalid) }
        board.count(verdict, nanoseconds: nanoseconds)
        guard logged != .none else { return outcome }
        if logged == .denials, case .allowed = verdict { return outcome }
        write(question, verdict, nanoseconds)
        return outcome
    }

    private mutating func write(
        _ question: Result<CheckQuestion, CheckRefusal>, _ verdict: Gateway.Verdict,
        _ nanoseconds: UInt64
    ) {
        guard log.hasRoom() else { return }
        var asked: RequestLog.AskedRequest?
        var requestID: String?
        var trace: TraceParent?
        if case .success(let question) = question {
            asked = RequestLog.AskedRequest(
                method: Self.text(question.method),
                host: question.field("host").map { Self.text($0) },
                target: Self.text(question.path))
            requestID = question.field("x-request-id").map { Self.text($0) }
            trace = question.field("traceparent").flatMap { TraceParent(Self.text($0)) }
        }
        let record = decision.record()
        log.write(
            RequestLog.Entry(
                listener: listener, asked: asked, status: verdict.status,
                nanoseconds: nanoseconds, requestID: requestID, trace: trace,
                decisionID: record.decisionID, decisions: [DecisionRecord(record, verdict)]))
    }

    private static func text(_ bytes: ByteRegion) -> String {
        unsafe String(decoding: bytes.buffer, as: UTF8.self)
    }
}
