import Wire

/// The server's answer to one question.
///
/// Made only from a complete, well-formed response to the question's request id.
public struct Answer: Sendable, Equatable {
    /// A policy that could not be evaluated.
    public struct PolicyFault: Sendable, Equatable {
        /// The number of the fault.
        public var fault: UInt8
        /// The policy's id.
        public var policyID: String
    }

    /// What a determining policy asks of whoever enforces the decision.
    public struct Obligation: Sendable, Equatable {
        /// What it is.
        public var kind: ObligationKind
        /// The name of an obligation or header field; else empty.
        public var name: String
        /// The argument or value.
        public var value: String

        /// Makes an obligation.
        public init(kind: ObligationKind, name: String, value: String) {
            self.kind = kind
            self.name = name
            self.value = value
        }
    }

    /// Allow or deny.
    public let decision: Decision
    /// Why.
    public let cause: Cause
    /// The ids of the determining policies.
    public let reasons: [String]
    /// The policies that could not be evaluated.
    public let errors: [PolicyFault]
    /// What to fulfil: an allow holds only for whoever fulfils all of kind `obligation`.
    public let obligations: [Obligation]
    /// The version of the policy set; 0 when no policy was consulted.
    public let policyVersion: UInt64
    /// The store's revision; 0 when the store was not consulted.
    public let revision: UInt64
    /// The decision's number in the decision log; 0 when it has none.
    public let decisionID: UInt64
    /// Text for people, usually empty.
    public let detail: String

    /// Whether the request may go on.
    public var isAllowed: Bool { decision == .allow }

    init(_ view: AnswerView) throws(FrameError) {
        var reasons: [String] = []
        var errors: [PolicyFault] = []
        try view.forEachReason { (bytes) throws(FrameError) in
            guard let text = bytes.text() else { throw .textNotUTF8 }
            reasons.append(text)
        }
        try view.forEachError { (fault, bytes) throws(FrameError) in
            guard let text = bytes.text() else { throw .textNotUTF8 }
            errors.append(PolicyFault(fault: fault, policyID: text))
        }
        var obligations: [Obligation] = []
        try view.forEachObligation { (kind, name, value) throws(FrameError) in
            guard let name = name.text(), let value = value.text() else { throw .textNotUTF8 }
            obligations.append(Obligation(kind: kind, name: name, value: value))
        }
        guard let detail = view.detail.text() else { throw .textNotUTF8 }
        self.decision = view.decision
        self.cause = view.cause
        self.reasons = reasons
        self.errors = errors
        self.obligations = obligations
        self.policyVersion = view.policyVersion
        self.revision = view.revision
        self.decisionID = view.decisionID
        self.detail = detail
    }
}

/// One response of the server.
public enum Response: Sendable, Equatable {
    /// The answers to a request, one per question in the order of the questions.
    case answers(requestID: UInt64, [Answer])
    /// The server is there.
    case pong(requestID: UInt64)
}
