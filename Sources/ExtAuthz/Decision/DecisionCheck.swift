import DecisionPoint
package import ExtAuthzMessages
package import Gateway
import Routes
import Server
import Wire

/// Decides the requests of Envoy, counts the answers and has those logged that are to be.
///
/// Whatever is not an allow of the policies is a denial.
package struct DecisionCheck: ~Copyable, ExtAuthzHandler {
    private var decider: GatewayDecider
    private let observer: AnswerObserver
    private var answer = CheckAnswer()
    private var facts: ListenerFacts
    private var peer: ListenerFacts.Peer
    package private(set) var watchedNames = NameWatch()
    private var watchedEpoch: UInt64

    /// - Parameter decider: has the settings of the listener, too.
    package init(_ decider: consuming GatewayDecider, observer: AnswerObserver) {
        self.observer = observer
        peer = .anonymous
        facts = GatewayDecider.facts(decider.settings, peer: .anonymous)
        watchedEpoch = decider.protectedEpoch
        watchedNames = Self.watch(decider.protectedNames)
        self.decider = decider
    }

    package mutating func beginBatch() {
        decider.begin()
        guard decider.protectedEpoch != watchedEpoch else { return }
        watchedEpoch = decider.protectedEpoch
        watchedNames = Self.watch(decider.protectedNames)
    }

    private static func watch(_ names: ProtectedNames) -> NameWatch {
        var watch = NameWatch()
        names.forEach { name in watch.insert(name.span) }
        return watch
    }

    package mutating func endBatch() { decider.end() }

    package mutating func check(
        _ check: borrowing CheckRequestView, call: CheckCall, into reply: inout ReplyBuffer
    ) {
        let start = MonotonicClock.now()
        answer(check, call: call, into: &reply)
        let nanoseconds = MonotonicClock.now() &- start
        let verdict = decider.verdict.sent(isSpoiled: reply.reply != .allow)
        guard observer.count(verdict, nanoseconds: nanoseconds) else { return }
        observer.log(
            &decider, verdict, status: reply.reply.status, CheckReader.asked(check),
            nanoseconds: nanoseconds)
    }

    private mutating func answer(
        _ check: borrowing CheckRequestView, call: CheckCall, into reply: inout ReplyBuffer
    ) {
        switch decide(check, call: call) {
        case .allowed:
            answer.allow(&decider, &reply)
            if check.hasWatchedNames { removeForged(check, &reply) }
        case .denied(let code): answer.deny(code, &decider, &reply)
        case .refused(let denial): answer.refuse(denial, &decider, &reply)
        }
    }

    /// Takes away the client's headers with names that read like those that are not its to send.
    @inline(never)
    private mutating func removeForged(
        _ check: borrowing CheckRequestView, _ reply: inout ReplyBuffer
    ) {
        var headers = check.headers
        while let entry = headers.next() {
            guard watchedNames.mayHold(entry.name), !entry.isPseudoHeader else { continue }
            entry.name.withSpan { name in
                if decider.protectedNames.isForged(name) { reply.removeHeader(name) }
            }
        }
    }

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
        facts = GatewayDecider.facts(decider.settings, peer: AuthenticatedPeer(peer))
    }
}
