import CedarEngine
import CedarSyntax

/// What the service knows by itself about where a question came in, and what its peers may do.
///
/// Made once for each kind of peer of a listener and kept, as making one allocates.
package struct ListenerFacts: Sendable {
    /// Who is at the other end, as authenticated by the listener.
    package enum Peer: Hashable, Sendable {
        /// Nobody in particular.
        case anonymous
        /// A process of this machine, as the kernel says.
        case local(userID: UInt32, groupID: UInt32)
        /// A peer that proved its identity to the listener, such as a SPIFFE id.
        case identified(String)
    }

    /// Whether these peers may name the principal they ask for.
    package let mayNamePrincipal: Bool
    /// Whether these peers are gateways, whose evidence is judged. That of others is refused.
    package let mayAttachEvidence: Bool
    /// Whether a question without a certificate or a token is refused.
    package let requiresEvidence: Bool
    /// The certificate by which the peer itself is known: a restriction of it, or of the device and
    /// the entity that it leads to, refuses all that the peer asks. Nil when peers have none.
    let certificate: JudgedCertificate?
    /// The token by which the peer itself is known, of which the same holds.
    let token: JudgedToken?
    /// The record `verified.gateway`.
    let gateway: FlatConstant

    /// Makes the facts.
    ///
    /// - Parameter listener: what policies call the listener, as in `local` or `envoy`.
    package init(
        listener: String, peer: Peer, mayNamePrincipal: Bool, mayAttachEvidence: Bool,
        requiresEvidence: Bool = false, certificate: JudgedCertificate? = nil,
        token: JudgedToken? = nil
    ) {
        self.certificate = certificate
        self.token = token
        self.mayNamePrincipal = mayNamePrincipal
        self.mayAttachEvidence = mayAttachEvidence
        self.requiresEvidence = requiresEvidence
        gateway = Self.record(listener, peer)
    }

    /// Makes the facts about a peer and what it proved itself by.
    package init(
        listener: String, _ asking: AuthenticatedPeer, mayNamePrincipal: Bool,
        mayAttachEvidence: Bool, requiresEvidence: Bool = false
    ) {
        self.init(
            listener: listener, peer: asking.peer, mayNamePrincipal: mayNamePrincipal,
            mayAttachEvidence: mayAttachEvidence, requiresEvidence: requiresEvidence,
            certificate: asking.certificate, token: asking.token)
    }

    private static func record(_ listener: String, _ peer: Peer) -> FlatConstant {
        var members: [(key: Text, value: Value)] = [
            ("listener", .string(Text(listener)))
        ]
        switch peer {
        case .anonymous: break
        case .local(let userID, let groupID):
            members.append(("userId", .long(Int64(userID))))
            members.append(("groupId", .long(Int64(groupID))))
        case .identified(let identity):
            members.append(("identity", .string(Text(identity))))
        }
        do throws(FlatEncoder.Failure) {
            return try FlatConstant(.record(members))
        } catch {
            // Only a name of megabytes gets here; nobody's gateway then.
            return .emptyRecord()
        }
    }
}
