import CedarEngine
import DecisionPoint
import ExtAuthzMessages
import Gateway
import Routes

/// Puts answers together, in memory that is reused.
struct CheckAnswer: ~Copyable {
    private var text: [UInt8] = []
    private let keys = AnswerKeys()

    init() {}

    /// The policies allow: the request passes on with the identity and what policies add.
    mutating func allow(_ decider: inout GatewayDecider, _ reply: inout ReplyBuffer) {
        reply.conclude(.allow)
        decider.withParts { kind, name, value in
            if kind == .header { reply.setHeader(name, value) }
        }
        // A field without a value is one of those that the reply removes.
        decider.withIdentityFields { name, value in
            if !value.isEmpty { reply.setHeader(name, value) }
        }
        var hasObligations = false
        decider.withObligations { name, value in
            guard !value.isEmpty else { return }
            hasObligations = true
            reply.setHeader(name, value)
        }
        decider.withUnsetFields(hasObligations: hasObligations) { reply.removeHeader($0) }
        describe(&decider, &reply)
    }

    /// The policies deny, with the header fields and the reasons that they name.
    mutating func deny(
        _ code: DenialCode, _ decider: inout GatewayDecider, _ reply: inout ReplyBuffer
    ) {
        reply.conclude(.deny(DenialStatus(code)))
        var isChallenged = false
        decider.withParts { kind, name, value in
            switch kind {
            case .header: reply.addClientHeader(name, value)
            case .challenge:
                isChallenged = true
                reply.addClientHeader(keys.challenge.span, value)
            case .reason, .obligation: break
            }
        }
        if code == .unauthenticated, !isChallenged {
            reply.addClientHeader(keys.challenge.span, decider.settings.challenge.span)
        }
        decider.withReasons { reply.setBody($0) }
        tellClient(&decider, &reply)
        describe(&decider, &reply)
    }

    /// No decision could be made from policies.
    mutating func refuse(
        _ denial: Denial, _ decider: inout GatewayDecider, _ reply: inout ReplyBuffer
    ) {
        reply.conclude(.deny(DenialStatus(denial.code)))
        if denial.code == .unauthenticated {
            reply.addClientHeader(keys.challenge.span, decider.settings.challenge.span)
        }
        tellClient(&decider, &reply)
        describe(&decider, &reply)
        decider.withDetail { reply.addMetadata(keys.detail.span, $0) }
    }

    /// What a client can name when it asks why.
    private func tellClient(_ decider: inout GatewayDecider, _ reply: inout ReplyBuffer) {
        decider.withDecisionID { reply.addClientHeader(keys.clientID.span, $0) }
    }

    /// Dynamic metadata, for the gateway's log.
    private mutating func describe(_ decider: inout GatewayDecider, _ reply: inout ReplyBuffer) {
        let revision = Double(decider.revision)
        let version = HexadecimalDigits(decider.policyVersion)
        decider.withDecisionID { id in
            version.withUTF8 { version in
                reply.addDecision(id: id, policyVersion: version, revision: revision)
            }
        }
        decider.withCause { reply.addMetadata(keys.cause.span, $0) }
        reply.beginList()
        for index in 0..<decider.reasonCount {
            decider.reason(index).withUTF8 { reply.addToList($0) }
        }
        reply.endList(keys.policies.span)
        if decider.errorCount > 0 {
            reply.beginList()
            for index in 0..<decider.errorCount {
                decider.failedPolicy(index).withUTF8 { reply.addToList($0) }
            }
            reply.endList(keys.errors.span)
        }
        addObligations(&decider, &reply)
    }

    private mutating func addObligations(
        _ decider: inout GatewayDecider, _ reply: inout ReplyBuffer
    ) {
        var isBegun = false
        decider.withParts { kind, name, argument in
            guard kind == .obligation else { return }
            if !isBegun { reply.beginList() }
            isBegun = true
            text.clear()
            text.append(bytes: name)
            if !argument.isEmpty { text.append(UInt8(ascii: ":")) }
            text.append(bytes: argument)
            reply.addToList(text.span)
        }
        if isBegun { reply.endList(keys.obligations.span) }
    }
}

extension DenialStatus {
    /// The status that gateways give their clients.
    init(_ code: DenialCode) {
        switch code {
        case .unauthenticated: self = .unauthorized
        case .forbidden: self = .forbidden
        case .tooMany: self = .tooManyRequests
        case .unavailable: self = .unavailable
        }
    }
}

/// The names in dynamic metadata and of header fields for clients.
private struct AnswerKeys {
    let policies = Array("policies".utf8)
    let errors = Array("policy_errors".utf8)
    let cause = Array("cause".utf8)
    let detail = Array("detail".utf8)
    let obligations = Array("obligations".utf8)
    let challenge = Array("www-authenticate".utf8)
    let clientID = Array("x-decision-id".utf8)
}
