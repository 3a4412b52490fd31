/// Who asks at a listener, and by what it has proved to be that.
package struct AuthenticatedPeer: Sendable {
    /// What policies see.
    package let peer: ListenerFacts.Peer
    /// The peer's own certificate; nil when it has shown none.
    package let certificate: JudgedCertificate?
    /// The peer's own token; nil when it has sent none.
    package let token: JudgedToken?

    package init(
        _ peer: ListenerFacts.Peer, certificate: JudgedCertificate? = nil,
        token: JudgedToken? = nil
    ) {
        self.peer = peer
        self.certificate = certificate
        self.token = token
    }

    /// Nobody in particular.
    package static let anonymous = AuthenticatedPeer(.anonymous)

    /// Whether what is known of the other is known of this one, found without a look into proofs.
    package func isSame(as other: AuthenticatedPeer) -> Bool {
        certificate === other.certificate && token === other.token && peer == other.peer
    }
}
