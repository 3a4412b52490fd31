import CedarEngine
import DecisionPoint
import Gateway

/// Puts answers together, in memory that is reused.
struct AgentAnswer: ~Copyable {
    private var text: [UInt8] = []

    init() {}

    /// The policies allow: the identity and what policies add, for HAProxy to pass on.
    mutating func allow(_ decider: inout GatewayDecider, _ reply: inout AgentReply) {
        reply.conclude(nil)
        decider.withIdentityFields { name, value in
            // HAProxy takes the client's own field away; nothing known is no variable.
            if !value.isEmpty { reply.add(name, value) }
        }
        decider.withParts { kind, name, value in
            if kind == .header { reply.add(name, value) }
        }
        describe(&decider, &reply)
    }

    /// The policies deny, with the header fields and the reasons that they name.
    mutating func deny(
        _ code: DenialCode, _ decider: inout GatewayDecider, _ reply: inout AgentReply
    ) {
        reply.conclude(code)
        var isChallenged = false
        decider.withParts { kind, name, value in
            switch kind {
            case .header: reply.add(name, value)
            case .challenge:
                if !isChallenged { reply.setValue("challenge", value) }
                isChallenged = true
            case .reason, .obligation: break
            }
        }
        if code == .unauthenticated, !isChallenged {
            reply.setValue("challenge", decider.settings.challenge.span)
        }
        decider.withReasons { reply.set("reason", $0) }
        describe(&decider, &reply)
    }

    /// No decision could be made from policies.
    mutating func refuse(
        _ denial: Denial, _ decider: inout GatewayDecider, _ reply: inout AgentReply
    ) {
        reply.conclude(denial.code)
        if denial.code == .unauthenticated {
            reply.setValue("challenge", decider.settings.challenge.span)
        }
        decider.withDetail { detail in
            if Self.isPrintable(detail) { reply.set("detail", detail) }
        }
        describe(&decider, &reply)
    }

    /// What names the decision, what it rests on, and what is to be done beside obeying.
    private mutating func describe(_ decider: inout GatewayDecider, _ reply: inout AgentReply) {
        decider.withDecisionID { reply.identify($0) }
        HexadecimalDigits(decider.policyVersion).withUTF8 { reply.set("policy_version", $0) }
        text.removeAll(keepingCapacity: true)
        text.append(decimal: decider.revision)
        reply.set("revision", text.span)
        decider.withCause { reply.set("cause", $0) }
        addPolicies(&decider, &reply)
        decider.withObligations { _, value in
            if !value.isEmpty { reply.setValue("obligations", value) }
        }
    }

    /// Names determining policies, as many as are short.
    private mutating func addPolicies(
        _ decider: inout GatewayDecider, _ reply: inout AgentReply
    ) {
        text.removeAll(keepingCapacity: true)
        for index in 0..<decider.reasonCount {
            decider.reason(index).withUTF8 { id in
                guard Self.isPrintable(id), text.count + id.count <= 1024 else { return }
                addSeparator()
                text.append(bytes: id)
            }
        }
        if !text.isEmpty { reply.set("policies", text.span) }
    }

    private mutating func addSeparator() {
        guard !text.isEmpty else { return }
        text.append(UInt8(ascii: ","))
        text.append(0x20)
    }

    private static func isPrintable(_ text: Span<UInt8>) -> Bool {
        guard 1...512 ~= text.count else { return false }
        for index in text.indices where !(0x20..<0x7F ~= text[index]) { return false }
        return true
    }
}
