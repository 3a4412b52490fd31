import CEpoll
import Glibc
import HummingbirdCore
import Logging
import NIOCore
import NIOHTTP1
import NIOSSL
import Server
import TLSListener

/// Connections that a guard let in, with HTTP on them.
struct GuardedChannel: ServerChildChannel {
    typealias Value = HTTP1Channel.Value

    private let base: HTTP1Channel
    private let guarding: ConnectionGuard

    init(_ base: HTTP1Channel, _ guarding: ConnectionGuard) {
        self.base = base
        self.guarding = guarding
    }

    func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<Value> {
        do {
            try guarding.admit(channel)
        } catch {
            channel.close(promise: nil)
            return channel.eventLoop.makeFailedFuture(error)
        }
        return base.setup(channel: channel, logger: logger).flatMapThrowing { value in
            let pipeline = channel.pipeline.syncOperations
            let decoder = try pipeline.handler(type: ByteToMessageHandler<HTTPRequestDecoder>.self)
            try pipeline.addHandler(MessageRules(), position: .after(decoder))
            return value
        }
    }

    func handle(value: Value, logger: Logger) async {
        await base.handle(value: value, logger: logger)
    }
}

/// Lets in the connections that may come, and finds out who is at their other end.
struct ConnectionGuard: Sendable {
    private let peers: ConnectionPeers
    private let figures: ConnectionFigures
    /// Who may connect to a local socket; nil for a network.
    private let allowedPeers: PeerAllowList?
    /// Nil without TLS.
    let certificate: ServerCertificate?

    init(
        _ listener: HTTPListener, _ peers: ConnectionPeers, _ figures: ConnectionFigures
    ) throws(HTTPServiceError) {
        self.peers = peers
        self.figures = figures
        if case .unix = listener.address {
            allowedPeers = listener.peers
        } else {
            allowedPeers = nil
        }
        do throws(TLSListenerError) {
            certificate = try listener.tls?.certificate()
        } catch {
            throw HTTPServiceError("the TLS of `\(listener.name)`: \(error.description)")
        }
    }

    /// Judges a new connection, and sets up TLS on it; on its loop.
    ///
    /// - Throws: when it may not come.
    func admit(_ channel: any Channel) throws {
        var peer = ConnectionPeer()
        if let allowedPeers {
            peer.credentials = Self.credentials(of: channel)
            guard let credentials = peer.credentials, allowedPeers.allows(credentials) else {
                figures.add(.refusedPeers)
                throw ChannelError.alreadyClosed
            }
        }
        peers.add(peer, of: channel)
        figures.add(.accepted)
        channel.closeFuture.whenComplete { [figures] _ in figures.add(.closed) }
        if let certificate {
            try channel.pipeline.syncOperations.addHandler(
                handler(certificate.sharedContext, channel))
        }
    }

    private func handler(
        _ context: NIOSSLContext, _ channel: any Channel
    ) -> NIOSSLServerHandler {
        guard let judge = peers.judge else {
            return NIOSSLServerHandler(context: context)
        }
        let (peers, figures) = (peers, figures)
        return NIOSSLServerHandler(context: context) { [weak channel] shown, promise in
            guard let channel, let certificates = try? shown.map({ try $0.toDERBytes() }),
                let certificate = judge.judge(certificates)
            else {
                figures.add(.rejectedCertificates)
                promise.succeed(.failed)
                return
            }
            peers.setCertificate(certificate, of: channel)
            promise.succeed(.certificateVerified)
        }
    }

    private static func credentials(of channel: any Channel) -> PeerCredentials? {
        guard let options = channel as? any SocketOptionProvider else { return nil }
        let asked: EventLoopFuture<writ_peer_credentials> = options.unsafeGetSocketOption(
            level: .socket, name: .init(rawValue: SO_PEERCRED))
        var peer: PeerCredentials?
        asked.assumeIsolated().whenSuccess { raw in
            peer = PeerCredentials(
                processID: raw.process, userID: raw.user, groupID: raw.group)
        }
        return peer
    }
}

extension HTTPTransportSecurity {
    /// Reads the certificate.
    fileprivate func certificate() throws(TLSListenerError) -> ServerCertificate {
        let clients = clients
        return try ServerCertificate(files) { tls in
            tls.applicationProtocols = ["http/1.1"]
            guard let clients else {
                tls.certificateVerification = .none
                return
            }
            // The certificates themselves are judged by `CertificateJudge` alone.
            tls.trustRoots = .certificates([])
            tls.certificateVerification =
                clients.isOptional ? .optionalVerification : .noHostnameVerification
        }
    }
}
