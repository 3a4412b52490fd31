import AuthZEN
import DecisionPoint
import ExtAuthz
import ExtAuthzMessages
import Gateway
import HTTPService
import Server
import Wire

/// Decides the checks of Envoy, counts them and has those logged that are to be; of the others it
/// allocates nothing.
struct ObservedCheck: ~Copyable, ExtAuthzHandler {
    private var decision: DecisionCheck
    private let board: GatewayBoard
    private let log: RequestLog
    private let logged: RequestLog.Selection
    private let listener: String

    init(
        _ decision: consuming DecisionCheck, listener: String, board: GatewayBoard,
        log: RequestLog, logged: RequestLog.Selection
    ) {
        self.decision = decision
        self.listener = listener
        self.board = board
        self.log = log
        self.logged = logged
    }

    // Without it no look-alike of a protected header would be looked for.
    var watchedNames: NameWatch { mutating get { decision.watchedNames } }

    mutating func beginBatch() { decision.beginBatch() }

    mutating func endBatch() { decision.endBatch() }

    mutating func check(
        _ request: borrowing CheckRequestView, call: CheckCall, into reply: inout ReplyBuffer
    ) {
        let start = MonotonicClock.now()
        decision.check(request, call: call, into: &reply)
        let nanoseconds = MonotonicClock.now() &- start
        var verdict = decision.verdict
        // What could not be sent is a denial, whatever was decided.
        if case .allowed = verdict {
            if case .allow = reply.reply {} else { verdict = .refused(.answerInvalid) }
        }
        board.count(verdict, nanoseconds: nanoseconds)
        guard logged != .none else { return }
        if logged == .denials, case .allowed = verdict { return }
        write(request, verdict, nanoseconds)
    }

    private mutating func write(
        _ request: borrowing CheckRequestView, _ verdict: Gateway.Verdict, _ nanoseconds: UInt64
    ) {
        guard log.hasRoom() else { return }
        var requestID: String?
        var trace: TraceParent?
        var headers = request.headers
        while let entry = headers.next() {
            if entry.name.equals(Self.requestIDName) {
                requestID = Self.text(entry.value)
            } else if entry.name.equals(Self.traceName) {
                trace = TraceParent(Self.text(entry.value))
            }
        }
        let record = decision.record()
        log.write(
            RequestLog.Entry(
                listener: listener,
                asked: RequestLog.AskedRequest(
                    method: Self.text(request.method), host: Self.text(request.host),
                    target: Self.text(request.path)),
                status: verdict.status, nanoseconds: nanoseconds, requestID: requestID,
                trace: trace, decisionID: record.decisionID,
                decisions: [DecisionRecord(record, verdict)]))
    }

    private static let requestIDName = Array("x-request-id".utf8)
    private static let traceName = Array("traceparent".utf8)

    private static func text(_ bytes: ByteRegion) -> String {
        unsafe String(decoding: bytes.buffer, as: UTF8.self)
    }
}

extension Gateway.Verdict {
    /// The HTTP status that gateways with codes of their own give their clients.
    var status: Int {
        switch self {
        case .allowed: 200
        case .denied(let code): Int(code.rawValue)
        case .refused(let denial): Int(denial.code.rawValue)
        }
    }
}

extension DecisionRecord {
    /// What the log keeps of a gateway's decision.
    ///
    /// - Parameter verdict: what was answered.
    init(_ record: GatewayRecord, _ verdict: Gateway.Verdict) {
        self.init(
            principal: record.principal, action: record.action, resource: record.resource,
            outcome: Outcome(verdict), policies: record.policies,
            errors: record.errors, policyVersion: record.policyVersion, revision: record.revision)
        detail = record.code ?? ""
    }
}

extension DecisionRecord.Outcome {
    init(_ verdict: Gateway.Verdict) {
        switch verdict {
        case .allowed: self = .allowed
        case .denied: self = .denied
        case .refused(let denial): self = .refused("\(denial.cause)")
        }
    }
}
