import AuthZEN
import Gateway
import HTTPService

/// Writes the answers of one listener for gateways into the log of requests.
struct GatewayRequestLog: GatewayLog {
    let listener: String
    let requests: RequestLog
    let selection: RequestLog.Selection

    func takes(_ verdict: Gateway.Verdict) -> Bool {
        selection.includes(verdict) && requests.hasRoom()
    }

    func write(_ answer: LoggedAnswer) {
        let (record, asked) = (answer.record, answer.asked)
        requests.write(
            RequestLog.Entry(
                listener: listener,
                asked: asked.map {
                    RequestLog.AskedRequest(method: $0.method, host: $0.host, target: $0.target)
                },
                status: answer.status, nanoseconds: answer.nanoseconds,
                requestID: asked?.requestID,
                trace: asked?.traceParent.flatMap { TraceParent($0) },
                decisionID: record.decisionID, decisions: [DecisionRecord(record)]))
    }
}

extension RequestLog.Selection {
    /// Whether an answer to a gateway is written.
    func includes(_ verdict: Gateway.Verdict) -> Bool {
        switch (self, verdict) {
        case (.none, _), (.denials, .allowed): false
        case (.all, _), (.denials, _): true
        }
    }
}

extension DecisionRecord {
    /// What the log keeps of a gateway's decision.
    init(_ record: GatewayRecord) {
        self.init(
            principal: record.principal, action: record.action, resource: record.resource,
            outcome: Outcome(record.verdict), policies: record.policies,
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
