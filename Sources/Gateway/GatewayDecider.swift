package import CedarEngine
package import DecisionPoint
package import EntityStore
package import Routes

/// What a gateway is to be told; everything but `allowed` is a deny.
package enum Verdict: Sendable {
    case allowed
    /// The policies deny, with the status that they ask for.
    case denied(DenialCode)
    /// No decision could be made from policies.
    case refused(Denial)
}

/// Decides the requests that gateways hold, whatever protocol they ask in: the route says what is
/// asked, the evidence who asks. One for each thread.
///
/// The protocol's side fills ``request`` and asks ``decide(_:listener:)``, or ``refuse(_:)`` when there
/// is nothing to decide; what the answer consists of can be read until the next question. After warm-up
/// a decision allocates nothing, unless its route describes the resource.
package struct GatewayDecider: ~Copyable {
    package let settings: GatewaySettings
    /// The client's request: method, host and target, and of its header fields those that
    /// ``takeHeader(name:value:)`` takes.
    package var request = HTTPRequest()
    private let publisher: RoutePublisher
    private var table: RouteTable
    private var epoch: UInt64
    var decider: Decider
    private var scratch = MatchScratch()
    private var composer = RouteComposer()
    private var ids: DecisionIDs

    // MARK: The last answer; accessors are in an extension.

    /// Without parts when policies did not decide.
    var merged = MergedObligations()
    /// Kept for ``withObligations(_:)`` and ``withReasons(_:)``.
    var text: [UInt8] = []
    /// The fields of requests that are not the client's to send, as of the policies that decide.
    package private(set) var protectedNames: ProtectedNames
    /// The number of the ruleset that ``protectedNames`` are of.
    package private(set) var protectedEpoch: UInt64
    /// That which ``merged`` was read from.
    private(set) var obligations: ObligationTable
    /// The code of a refusal that is not the decision point's; empty for none.
    var code = ""
    /// The id of the decision.
    var idDigits = HexadecimalDigits(0)
    /// The name of the cause: `decided` when policies did.
    private(set) var cause: StaticString = "decided"
    /// What the answer was.
    package private(set) var verdict = Verdict.refused(.malformed)
    /// What was asked; nil when no route says so.
    var question: RoutedQuestion?
    /// Whether the decider was asked, so that it knows who asks.
    var isAsked = false

    /// - Parameters:
    ///   - routes: what requests ask.
    ///   - cacheBytes: the bound on the cache of records; 0 for none.
    ///   - cacheBoard: where the figures of that cache are laid.
    ///   - identity: how identities are judged; nobody may name a principal here.
    ///   - worker: a number that no other worker of the process has, for decision ids.
    ///   - seconds: when the process started, since 1970.
    package init(
        _ settings: GatewaySettings, routes: RoutePublisher, publisher: RulesetPublisher,
        store: EntityStore, errors mode: ErrorMode, cacheBytes: Int = 0,
        cacheBoard: CacheBoard? = nil, identity: IdentitySettings, worker: Int,
        startedAt seconds: UInt64
    ) throws(StoreError) {
        self.settings = settings
        self.publisher = routes
        decider = try Decider(
            publisher: publisher, store: store, errors: mode, cacheBytes: cacheBytes,
            cacheBoard: cacheBoard, identity: identity)
        // With the newest, if what was there for these policies is gone: the next question has newer ones.
        (table, epoch) = routes.load(for: decider.epoch) ?? routes.newest
        protectedNames = ProtectedNames(settings, policyFields: decider.policyFields)
        protectedEpoch = decider.epoch
        obligations = decider.obligations(into: &merged)
        ids = DecisionIDs(worker: worker, startedAt: seconds)
    }

    /// The facts for ``decide(_:listener:)``; making them allocates, so they are kept for a peer.
    package static func facts(
        _ settings: GatewaySettings, peer: AuthenticatedPeer
    ) -> ListenerFacts {
        ListenerFacts(
            listener: settings.listener, peer, mayNamePrincipal: false, mayAttachEvidence: true)
    }

    /// Whether routes read any header field of the client's request.
    package var readsHeaders: Bool { !table.headerNames.isEmpty }

    /// Adds a header field of the client's to ``request`` if routes read it, or could be read as one
    /// that they do.
    package mutating func takeHeader(
        name: Span<UInt8>, value: Span<UInt8>
    ) throws(RequestRefusal) {
        try table.take(name: name, value: value, into: &request.headers)
    }

    /// Whether routes read anything of the gateway's own configuration.
    package var readsExtensions: Bool { !table.extensionNames.isEmpty }

    /// Whether routes read what the gateway's own configuration says under this name.
    package func readsExtension(_ name: Span<UInt8>) -> Bool { table.readsExtension(name) }

    /// Whether routes read bodies.
    package var readsBodies: Bool { table.readsBodies }

    /// Pins the newest routes, policies and revision of the store.
    package mutating func begin() {
        decider.begin()
        // After the policies: those that are in force now say which routes belong to them.
        if publisher.epoch != epoch, let newer = publisher.load(for: decider.epoch) {
            (table, epoch) = newer
        }
        guard decider.epoch != protectedEpoch else { return }
        protectedNames = ProtectedNames(settings, policyFields: decider.policyFields)
        protectedEpoch = decider.epoch
    }

    /// Lets go of the revision.
    package mutating func end() { decider.end() }

    /// Decides ``request``; call it between ``begin()`` and ``end()``.
    ///
    /// - Parameter evidence: who asks, and from where; what the request is gets added here.
    package mutating func decide(
        _ evidence: Evidence, listener: borrowing ListenerFacts
    ) -> Verdict {
        start()
        let question: RoutedQuestion
        var evidence = evidence
        do throws(RequestRefusal) {
            guard let route = table.match(request, scratch: &scratch) else {
                throw RequestRefusal(.unmatched)
            }
            question = try composer.compose(request, route, of: table)
            decider.anticipate(resource: question.resource)
            evidence.httpRecord = try composer.describe(request, route, of: table)
        } catch {
            return conclude(Denial(error), error.kind.code)
        }
        self.question = question
        switch decide(question, evidence, listener) {
        case .allowed:
            decider.readObligations(into: &merged, of: &obligations)
            verdict = .allowed
        case .denied:
            decider.readObligations(into: &merged, of: &obligations)
            verdict = .denied(DenialCode(merged.status))
        case .refused(let refusal):
            let denial = Denial(refusal)
            cause = denial.cause
            verdict = .refused(denial)
        }
        return verdict
    }

    /// Refuses a request that could not be read.
    package mutating func refuse(_ refusal: RequestRefusal) -> Verdict {
        refuse(Denial(refusal), code: refusal.kind.code)
    }

    /// Refuses a call without a question.
    ///
    /// - Parameter code: the stable name of what is wrong; a literal, so that nothing is allocated.
    package mutating func refuse(_ denial: Denial, code: String) -> Verdict {
        start()
        return conclude(denial, code)
    }

    /// Forgets the last answer.
    private mutating func start() {
        idDigits = HexadecimalDigits(ids.next())
        merged.removeAll()
        question = nil
        isAsked = false
        code = ""
        cause = "decided"
    }

    private mutating func conclude(_ denial: Denial, _ code: String) -> Verdict {
        // So that nothing is said of the decision before.
        decider.forgetResults()
        self.code = code
        cause = denial.cause
        verdict = .refused(denial)
        return verdict
    }

    private mutating func decide(
        _ routed: RoutedQuestion, _ evidence: Evidence, _ listener: borrowing ListenerFacts
    ) -> Outcome {
        let question = Question(
            action: routed.action, resource: routed.resource, context: routed.context)
        guard routed.resourceAttributes.count > 0 else {
            isAsked = true
            return decider.decide(
                question, evidence: evidence, listener: listener, minimumRevision: 0)
        }
        // What a request says of its resource fills what the store lacks.
        let described = CallerFacts(
            routed.resource.uid, attributes: routed.resourceAttributes.members)
        if let refusal = decider.add(described) {
            decider.forgetResults()
            return .refused(refusal)
        }
        defer { decider.removeFacts() }
        isAsked = true
        return decider.decide(
            question, evidence: evidence, listener: listener, minimumRevision: 0)
    }
}
