import DecisionPoint

/// The facts about the enforcement points that asked last, for one thread; making them allocates.
struct EnforcementPointFacts {
    private let listener: String
    private let mayAttachEvidence: Bool
    private let requiresEvidence: Bool
    private var known: [(peer: AuthenticatedPeer, facts: ListenerFacts)] = []
    private var next = 0

    private static let capacity = 16

    init(_ configuration: AuthZENConfiguration) {
        listener = configuration.listener
        mayAttachEvidence = configuration.mapping.evidenceName != nil
        requiresEvidence = configuration.requiresEvidence
    }

    mutating func facts(about peer: AuthenticatedPeer) -> ListenerFacts {
        for entry in known where entry.peer.isSame(as: peer) { return entry.facts }
        // To name the subject is what the API is.
        let facts = ListenerFacts(
            listener: listener, peer, mayNamePrincipal: true,
            mayAttachEvidence: mayAttachEvidence, requiresEvidence: requiresEvidence)
        if known.count < Self.capacity {
            known.append((peer, facts))
        } else {
            known[next] = (peer, facts)
            next = (next + 1) % Self.capacity
        }
        return facts
    }
}

extension CedarQuestion {
    /// Lends what was sent to prove the subject.
    func withEvidence<Result>(http: [UInt8], _ body: (Evidence) -> Result) -> Result {
        evidence.map { $0.withEvidence(http: http, body) } ?? body(Evidence())
    }
}
