import DecisionPoint
package import ExtAuthzMessages
package import Gateway
import Routes
import Server

/// Decides the requests of Envoy.
///
/// Whatever is not an allow of the policies is a denial.
package struct DecisionCheck: ~Copyable, ExtAuthzHandler {
    private var decider: GatewayDecider
    private var answer = CheckAnswer()
    private var facts: ListenerFacts
    private var peer: ListenerFacts.Peer

    /// - Parameter decider: has the settings of the listener, too.
    package init(_ decider: consuming GatewayDecider) {
        peer = .anonymous
        facts = GatewayDecider.facts(decider.settings, peer: .anonymous)
        self.decider = decider
    }

    package mutating func beginBatch() { decider.begin() }

    package mutating func endBatch() { decider.end() }

    package mutating func check(
        _ check: borrowing CheckRequestView, call: CheckCall, into reply: inout ReplyBuffer
    ) {
        switch decide(check, call: call) {
        case .allowed: answer.allow(&decider, &reply)
        case .denied(let code): answer.deny(code, &decider, &reply)
        case .refused(let denial): answer.refuse(denial, &decider, &reply)
        }
    }

    /// What the last check came to.
    package var verdict: Verdict { decider.verdict }

    /// What logs keep of the last check; allocates.
    package mutating func record() -> GatewayRecord { decider.record() }

    /// Decides a check without saying so to anybody.
    package mutating func decide(
        _ check: borrowing CheckRequestView, call: CheckCall
    ) -> Verdict {
        adopt(call.peer)
        do throws(RequestRefusal) {
            let names = decider.headerNames
            try CheckReader.read(check, fields: names, into: &decider.request)
        } catch {
            return decider.refuse(error)
        }
        guard
            let evidence = CheckReader.evidence(
                check, judgesTokens: decider.settings.judgesTokens)
        else {
            return decider.refuse(Denial(.identityRejected), code: "authorization_duplicated")
        }
        return decider.decide(evidence, listener: facts)
    }

    /// Takes notice of who asks; a gateway's threads all run for one user.
    private mutating func adopt(_ credentials: PeerCredentials?) {
        let peer: ListenerFacts.Peer =
            if let credentials {
                .local(userID: credentials.userID, groupID: credentials.groupID)
            } else { .anonymous }
        guard peer != self.peer else { return }
        self.peer = peer
        facts = GatewayDecider.facts(decider.settings, peer: peer)
    }
}
