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
    /// The certificate by which the peer itself is known: a restriction of it refuses all that the
    /// peer asks. Nil when peers have none.
    let certificate: JudgedCertificate?
    /// The record `verified.gateway`.
    let gateway: FlatConstant

    /// Makes the facts.
    ///
    /// - Parameter listener: what policies call the listener, as in `local` or `envoy`.
    package init(
        listener: String, peer: Peer, mayNamePrincipal: Bool, mayAttachEvidence: Bool,
        requiresEvidence: Bool = false, certificate: JudgedCertificate? = nil
    ) {
        self.certificate = certificate
        self.mayNamePrincipal = mayNamePrincipal
        self.mayAttachEvidence = mayAttachEvidence
        self.requiresEvidence = requiresEvidence
        gateway = Self.record(listener, peer)
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
