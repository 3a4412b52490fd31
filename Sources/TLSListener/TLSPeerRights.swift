package import DecisionPoint
import Identity

/// What peers that proved a SPIFFE id may do, by that id.
///
/// By default nobody may even connect.
package struct TLSPeerRights: Sendable, Equatable {
    /// Who may connect and ask as itself.
    package var allowed: [SpiffePattern]
    /// Gateways among them, whose evidence is judged.
    package var gateways: [SpiffePattern]
    /// Who among them may name the principal.
    package var mayNamePrincipal: [SpiffePattern]
    /// Whether a question without a certificate or a token is refused. A peer that asks as itself
    /// has its own.
    package var requiresEvidence: Bool

    /// Makes rights.
    package init(
        allowed: [SpiffePattern] = [], gateways: [SpiffePattern] = [],
        mayNamePrincipal: [SpiffePattern] = [], requiresEvidence: Bool = false
    ) {
        self.allowed = allowed
        self.gateways = gateways
        self.mayNamePrincipal = mayNamePrincipal
        self.requiresEvidence = requiresEvidence
    }

    /// The facts about a peer; nil when it may not connect.
    ///
    /// A certificate without a SPIFFE id is nobody's here, whoever vouches for it.
    func facts(about certificate: JudgedCertificate) -> TLSPeerFacts? {
        guard let id = certificate.certificate.facts.spiffeID,
            allowed.contains(where: { $0.fits(id) })
        else { return nil }
        let peer = ListenerFacts.Peer.identified(id.description)
        return TLSPeerFacts(
            speakingForOthers: ListenerFacts(
                listener: Self.listenerName, peer: peer,
                mayNamePrincipal: mayNamePrincipal.contains { $0.fits(id) },
                mayAttachEvidence: gateways.contains { $0.fits(id) },
                requiresEvidence: requiresEvidence, certificate: certificate),
            speakingForItself: ListenerFacts(
                listener: Self.listenerName, peer: peer, mayNamePrincipal: false,
                mayAttachEvidence: true, certificate: certificate))
    }

    /// What policies call the listener, in `verified.gateway.listener`.
    package static let listenerName = "tls"
}

/// What a peer may do with evidence of others or a name, and with its own certificate.
struct TLSPeerFacts: Sendable {
    let speakingForOthers: ListenerFacts
    let speakingForItself: ListenerFacts
}
