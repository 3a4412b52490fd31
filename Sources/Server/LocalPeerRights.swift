package import DecisionPoint

/// What the peers of a local socket may do beside asking, by user and group.
///
/// By default nobody may do anything: with identities configured, a caller that only asks gets
/// denies.
package struct LocalPeerRights: Sendable, Equatable {
    /// Gateways, whose evidence is judged.
    package var gateways: PeerAllowList
    /// Who may name the principal.
    package var mayNamePrincipal: PeerAllowList
    /// Whether a question without a certificate or a token is refused, whoever asks.
    package var requiresEvidence: Bool

    /// Makes rights.
    package init(
        gateways: PeerAllowList = PeerAllowList(userIDs: []),
        mayNamePrincipal: PeerAllowList = PeerAllowList(userIDs: []),
        requiresEvidence: Bool = false
    ) {
        self.gateways = gateways
        self.mayNamePrincipal = mayNamePrincipal
        self.requiresEvidence = requiresEvidence
    }

    /// What a peer may do, to be kept.
    package func facts(about peer: PeerCredentials) -> ListenerFacts {
        ListenerFacts(
            listener: "local", peer: .local(userID: peer.userID, groupID: peer.groupID),
            mayNamePrincipal: mayNamePrincipal.allows(peer),
            mayAttachEvidence: gateways.allows(peer), requiresEvidence: requiresEvidence)
    }
}

/// The facts about the peers met last, for one thread.
struct LocalPeerFacts {
    private let rights: LocalPeerRights
    private var known: [(userID: UInt32, groupID: UInt32, facts: ListenerFacts)] = []
    private var next = 0

    private static let capacity = 16

    init(_ rights: LocalPeerRights) { self.rights = rights }

    /// The facts about a peer; allocates for one that was not met lately.
    mutating func facts(about peer: PeerCredentials) -> ListenerFacts {
        for entry in known where entry.userID == peer.userID && entry.groupID == peer.groupID {
            return entry.facts
        }
        let facts = rights.facts(about: peer)
        let entry = (peer.userID, peer.groupID, facts)
        if known.count < Self.capacity {
            known.append(entry)
        } else {
            known[next] = entry
            next = (next + 1) % Self.capacity
        }
        return facts
    }
}
