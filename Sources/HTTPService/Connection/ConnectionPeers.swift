import NIOCore
import NIOSSL
import Server
import Synchronization

/// Who is at the other end of a connection, as found when it began.
struct ConnectionPeer: Sendable {
    /// Of a local socket.
    var credentials: PeerCredentials?
    /// Of TLS: what the client has shown and proved to have the key of.
    var certificate: CallerCertificate?
}

/// The peers of a listener's open connections.
final class ConnectionPeers: Sendable {
    private let peers = Mutex<[ObjectIdentifier: ConnectionPeer]>([:])
    /// Nil when clients are not asked for certificates.
    let judge: CertificateJudge?

    init(judge: CertificateJudge?) { self.judge = judge }

    /// Keeps a peer until its connection ends.
    func add(_ peer: ConnectionPeer, of channel: any Channel) {
        let key = ObjectIdentifier(channel)
        peers.withLock { $0[key] = peer }
        channel.closeFuture.whenComplete { _ in
            self.peers.withLock { _ = $0.removeValue(forKey: key) }
        }
    }

    func setCertificate(_ certificate: CallerCertificate, of channel: any Channel) {
        peers.withLock { $0[ObjectIdentifier(channel)]?.certificate = certificate }
    }

    /// What the client of a connection has shown.
    ///
    /// A session that goes on where another ended has the certificate of that one, which was not
    /// shown again.
    func certificate(of channel: any Channel) async -> ShownCertificate {
        guard let judge else { return .none }
        if let certificate = self[channel].certificate { return .certificate(certificate) }
        do {
            guard let leaf = try await channel.nioSSL_peerCertificate().get() else { return .none }
            guard let certificate = judge.judge(resumed: try leaf.toDERBytes()) else {
                return .rejected
            }
            setCertificate(certificate, of: channel)
            return .certificate(certificate)
        } catch {
            return .rejected
        }
    }

    /// Nothing is known of a connection that has ended.
    subscript(channel: any Channel) -> ConnectionPeer {
        peers.withLock { $0[ObjectIdentifier(channel)] } ?? ConnectionPeer()
    }
}
