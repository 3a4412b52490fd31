package import CedarEngine
package import DecisionPoint
package import EntityStore
package import Wire

/// Answers the local socket's requests from the decision point.
///
/// A switch maps every outcome of a decision to an answer; whatever is not an allow is a deny.
package struct DecisionPointHandler: ~Copyable, DecisionHandler {
    private var decider: Decider
    private var ids: DecisionIDs
    private let judgesIdentities: Bool
    private var peers: LocalPeerFacts
    private var merged = MergedObligations()
    private let outcomes: OutcomeBoard?
    private var batchBegan: UInt64 = 0

    /// - Parameters:
    ///   - diagnostics: how much the listener's decisions find out beside allow or deny.
    ///   - cacheBytes: the bound on the worker's cache of records; 0 for none.
    ///   - cacheBoard: where the figures of that cache are laid.
    ///   - identity: how identities are judged; nil when callers name their principals.
    ///   - rights: what peers may do beside asking; of no effect without `identity`.
    ///   - outcomes: where decisions are counted; nil for nowhere.
    ///   - worker: the worker's number, so that decision ids of different workers differ.
    package init(
        publisher: RulesetPublisher, store: EntityStore, errors mode: ErrorMode,
        diagnostics: DiagnosticsMode = .full, cacheBytes: Int = 0,
        cacheBoard: CacheBoard? = nil, identity: IdentitySettings? = nil,
        rights: LocalPeerRights = LocalPeerRights(), outcomes: OutcomeBoard? = nil, worker: Int,
        startedAt seconds: UInt64
    ) throws(StoreError) {
        decider = try Decider(
            publisher: publisher, store: store, errors: mode, diagnostics: diagnostics,
            cacheBytes: cacheBytes, cacheBoard: cacheBoard, identity: identity)
        judgesIdentities = identity != nil
        self.outcomes = outcomes
        peers = LocalPeerFacts(rights)
        ids = DecisionIDs(worker: worker, startedAt: seconds)
    }

    package mutating func beginBatch(now: UInt64) {
        batchBegan = now
        decider.begin()
    }

    package mutating func hasReached(_ revision: UInt64) -> Bool {
        decider.hasReached(revision)
    }

    package mutating func endBatch() {
        decider.end()
        outcomes?.countBatch(nanoseconds: MonotonicClock.now() &- batchBegan)
    }

    package mutating func decide(
        _ item: ItemView, request: RequestInfo, into answer: inout AnswerWriter
    ) {
        let outcome =
            judgesIdentities || request.evidence.isPresent
            ? decider.decide(
                Self.question(item), evidence: Evidence(request.evidence),
                listener: peers.facts(about: request.peer),
                minimumRevision: request.atLeastRevision)
            : decider.decide(Self.question(item), minimumRevision: request.atLeastRevision)
        conclude(outcome, into: &answer)
    }

    /// Decides one item for a peer that the listener has authenticated.
    ///
    /// - Parameters:
    ///   - evidence: what came as proof of who asks, or the peer's own certificate.
    ///   - listener: what the peer may do.
    package mutating func decide(
        _ item: ItemView, evidence: Evidence, listener: borrowing ListenerFacts,
        atLeastRevision: UInt64, into answer: inout AnswerWriter
    ) {
        let outcome = decider.decide(
            Self.question(item), evidence: evidence, listener: listener,
            minimumRevision: atLeastRevision)
        conclude(outcome, into: &answer)
    }

    private static func question(_ item: ItemView) -> Question {
        unsafe Question(
            principal: item.principal.buffer, action: item.action.buffer,
            resource: item.resource.buffer, context: item.context.buffer)
    }

    private mutating func conclude(_ outcome: Outcome, into answer: inout AnswerWriter) {
        outcomes?.count(outcome)
        switch outcome {
        case .allowed: answer.conclude(.allow, cause: .decided)
        case .denied: answer.conclude(.deny, cause: .decided)
        case .refused(let refusal): answer.conclude(.deny, cause: cause(of: refusal))
        }
        answer.setSnapshot(policyVersion: decider.policyVersion, revision: decider.revision)
        answer.setDecisionID(ids.next())
        for index in 0..<decider.reasonCount {
            decider.reason(index).withUTF8 { unsafe answer.addReason($0.bytes) }
        }
        for index in 0..<decider.errorCount {
            let error = decider.error(index)
            error.policy.withUTF8 {
                unsafe answer.addError(fault: error.fault.rawValue, $0.bytes)
            }
        }
        if decider.mayHaveObligations { addObligations(of: outcome, to: &answer) }
        let detail = decider.detail
        if !detail.isEmpty { answer.setDetail(detail.span) }
    }

    /// Adds what the determining policies ask for; a refusal is not theirs.
    private mutating func addObligations(of outcome: Outcome, to answer: inout AnswerWriter) {
        switch outcome {
        case .allowed, .denied: break
        case .refused: return
        }
        let table = decider.obligations(into: &merged)
        for part in merged.parts {
            let kind: ObligationKind =
                switch table.kind(part) {
                case .obligation: .obligation
                case .header: .header
                case .challenge: .challenge
                case .reason: .reason
                }
            table.withPart(part) { name, value in
                answer.addObligation(kind, name: name, value: value)
            }
        }
        guard outcome == .denied, merged.status != .denied else { return }
        let status = merged.status == .unauthenticated ? "401" : "429"
        answer.addObligation(.status, name: "".utf8Span.span, value: status.utf8Span.span)
    }

    private func cause(of refusal: Refusal) -> Cause {
        switch refusal {
        case .malformed: .malformedRequest
        case .schemaViolation: .schemaViolation
        case .staleRevision: .staleRevision
        case .noPolicies: .noPolicies
        case .policyError: .policyError
        case .storeUnavailable: .storeUnavailable
        case .identityRejected: .identityRejected
        case .principalNotAllowed, .unauthorizedPeer: .unauthorizedPeer
        case .reservedMember: .reservedMember
        case .quarantined: .quarantined
        case .deadline: .deadlineExceeded
        }
    }
}
