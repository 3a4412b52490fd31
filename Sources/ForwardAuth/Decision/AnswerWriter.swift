import CedarEngine
import DecisionPoint
import Gateway

/// Puts answers together, in memory that is reused.
struct AnswerWriter: ~Copyable {
    private let tellsCause: Bool
    private var text: [UInt8] = []
    private let names = AnswerNames()

    init(tellsCause: Bool) { self.tellsCause = tellsCause }

    /// The policies allow: the identity and what policies add, for the gateway to pass on.
    mutating func allow(_ decider: inout GatewayDecider, _ reply: inout ForwardAuthReply) {
        reply.conclude(.allowed)
        decider.withIdentityFields { name, value in reply.add(name, value) }
        describe(&decider, &reply)
        decider.withParts { kind, name, value in
            if kind == .header { reply.add(name, value) }
        }
        // What no policy has set now is there without a value, so that a client's own copy is never
        // taken for it.
        let nothing: [UInt8] = []
        decider.settings.withRemovedFields { reply.add($0, nothing.span) }
        decider.withOccasionalFields { reply.add($0, nothing.span) }
    }

    /// The policies deny, with the header fields and the reasons that they name.
    mutating func deny(
        _ code: DenialCode, _ decider: inout GatewayDecider, _ reply: inout ForwardAuthReply
    ) {
        reply.conclude(ForwardAuthReply.Status(code))
        describe(&decider, &reply)
        decider.withParts { kind, name, value in
            switch kind {
            case .header: reply.add(name, value)
            case .challenge: reply.add(names.challenge.span, value)
            case .reason, .obligation: break
            }
        }
        // No policy had one: of two the first counts.
        if code == .unauthenticated {
            reply.add(names.challenge.span, decider.settings.challenge.span)
        }
        decider.withReasons { reply.setBody($0) }
    }

    /// No decision could be made from policies.
    mutating func refuse(
        _ denial: Denial, _ decider: inout GatewayDecider, _ reply: inout ForwardAuthReply
    ) {
        reply.conclude(ForwardAuthReply.Status(denial.code))
        describe(&decider, &reply)
        if denial.code == .unauthenticated {
            reply.add(names.challenge.span, decider.settings.challenge.span)
        }
    }

    /// What names the decision, what it rests on, and what the gateway has to do beside obeying.
    private mutating func describe(
        _ decider: inout GatewayDecider, _ reply: inout ForwardAuthReply
    ) {
        decider.withDecisionID { reply.add(names.decisionID.span, $0) }
        // Some gateways pass a denial on to their client whole, who is told no more than its name.
        guard tellsCause || reply.status == .allowed else { return }
        HexadecimalDigits(decider.policyVersion).withUTF8 {
            reply.add(names.policyVersion.span, $0)
        }
        text.removeAll(keepingCapacity: true)
        text.append(decimal: decider.revision)
        reply.add(names.revision.span, text.span)
        addObligations(&decider, &reply)
        guard tellsCause else { return }
        decider.withCause { reply.add(names.cause.span, $0) }
        decider.withDetail { detail in
            if Self.isPrintable(detail) { reply.add(names.detail.span, detail) }
        }
        addPolicies(&decider, &reply)
    }

    private mutating func addObligations(
        _ decider: inout GatewayDecider, _ reply: inout ForwardAuthReply
    ) {
        decider.withObligations { name, value in
            // An allow always has the field, so that a client's own copy is never taken for it.
            guard !value.isEmpty || reply.status == .allowed else { return }
            reply.add(name, value)
        }
    }

    /// Names the determining policies, but for those whose id a field cannot carry.
    private mutating func addPolicies(
        _ decider: inout GatewayDecider, _ reply: inout ForwardAuthReply
    ) {
        text.removeAll(keepingCapacity: true)
        let separator = names.separator
        for index in 0..<decider.reasonCount where text.count < 4 << 10 {
            decider.reason(index).withUTF8 { id in
                guard Self.isPrintable(id) else { return }
                if !text.isEmpty { text.append(bytes: separator.span) }
                text.append(bytes: id)
            }
        }
        if !text.isEmpty, text.count <= 8 << 10 { reply.add(names.policies.span, text.span) }
    }

    private static func isPrintable(_ text: Span<UInt8>) -> Bool {
        guard 1...512 ~= text.count, text[0] != 0x20, text[text.count - 1] != 0x20 else {
            return false
        }
        for index in text.indices where !(0x20..<0x7F ~= text[index]) { return false }
        return true
    }
}

extension ForwardAuthReply.Status {
    /// Gateways know two kinds of denials.
    init(_ code: DenialCode) {
        switch code {
        case .unauthenticated: self = .unauthenticated
        case .forbidden, .tooMany, .unavailable: self = .denied
        }
    }
}

/// The names of the fields of answers.
private struct AnswerNames {
    let decisionID = Array("x-decision-id".utf8)
    let policyVersion = Array("writ-policy-version".utf8)
    let revision = Array("writ-revision".utf8)
    let cause = Array("writ-cause".utf8)
    let detail = Array("writ-detail".utf8)
    let policies = Array("writ-policies".utf8)
    let separator = Array(", ".utf8)
    let challenge = Array("www-authenticate".utf8)
}
