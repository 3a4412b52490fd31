import DecisionPoint
import NIOCore
import NIOSSL
import Server
import Wire

/// What one event loop keeps for all of its connections: the decider, the judge of peers and the
/// memory of answers.
///
/// Used on its loop only.
final class TLSWorker {
    let configuration: TLSListenerConfiguration
    let board: TLSListenerBoard
    let certificate: ServerCertificate
    var judge: PeerJudge
    var handler: DecisionPointHandler
    /// The answers of the present turn.
    var output: FrameBuffer
    /// Input bytes that connections keep.
    var heldBytes = 0
    private(set) var isDraining = false
    private var connections: [ObjectIdentifier: TLSConnection] = [:]
    private var sweep: RepeatedTask?
    private let report: @Sendable (TLSPeerReport) -> Void
    private var reportsLeft = TLSWorker.reportsPerSecond
    private var reportWindowEnd: UInt64 = 0

    /// So that whoever knocks does not fill the log.
    private static let reportsPerSecond = 20

    init(
        _ configuration: TLSListenerConfiguration, _ certificate: ServerCertificate,
        _ identity: IdentitySettings, _ handler: consuming DecisionPointHandler,
        _ board: TLSListenerBoard, report: @escaping @Sendable (TLSPeerReport) -> Void
    ) {
        self.configuration = configuration
        self.certificate = certificate
        self.handler = handler
        self.board = board
        self.report = report
        judge = PeerJudge(identity, configuration.rights)
        output = FrameBuffer(capacity: 128 << 10)
    }

    /// Judges the chain of a handshake.
    ///
    /// - Returns: the peer; nil when it is not believed.
    func verify(_ certificates: [NIOSSLCertificate], of address: String) -> VerifiedPeer? {
        var chain: [[UInt8]] = []
        for certificate in certificates {
            guard let bytes = try? certificate.toDERBytes() else {
                reject("certificate_malformed", address)
                return nil
            }
            chain.append(bytes)
        }
        do throws(PeerRejection) {
            return try judge.judge(chain)
        } catch {
            reject(error.code, address)
            return nil
        }
    }

    /// Judges a peer again where that is needed.
    ///
    /// - Returns: the peer as it is believed now; nil when it is not, or may not ask any more.
    func judgedAgain(_ peer: VerifiedPeer, of address: String) -> VerifiedPeer? {
        if judge.holds(peer) { return peer }
        do throws(PeerRejection) {
            let judged = try judge.judgeAgain(peer)
            return judged.facts == nil ? nil : judged
        } catch {
            reject(error.code, address)
            return nil
        }
    }

    private func reject(_ code: String, _ address: String) {
        board.count(.rejectedPeers)
        say(TLSPeerReport(code: code, peer: nil, address: address))
    }

    /// Tells of a peer that is believed and not among those allowed.
    func refuse(_ peer: VerifiedPeer, of address: String) {
        board.count(.refusedPeers)
        say(TLSPeerReport(code: "not_allowed", peer: peer.name, address: address))
    }

    private func say(_ peer: TLSPeerReport) {
        let now = MonotonicClock.now()
        if now >= reportWindowEnd {
            reportWindowEnd = now &+ 1_000_000_000
            reportsLeft = Self.reportsPerSecond
        }
        guard reportsLeft > 0 else { return }
        reportsLeft -= 1
        report(peer)
    }

    // MARK: Connections

    /// Begins looking after what connections leave unfinished, and after what they are judged by.
    func startSweeping(on loop: any EventLoop) {
        let this = NIOLoopBound(self, eventLoop: loop)
        sweep = loop.scheduleRepeatedTask(
            initialDelay: .milliseconds(50), delay: .milliseconds(50)
        ) { _ in
            let now = MonotonicClock.now()
            for connection in this.value.connections.values { connection.sweep(now) }
        }
    }

    func add(_ connection: TLSConnection) {
        connections[ObjectIdentifier(connection)] = connection
    }

    func remove(_ connection: TLSConnection) {
        connections[ObjectIdentifier(connection)] = nil
    }

    var isEmpty: Bool { connections.isEmpty }

    /// Tells all connections to finish.
    func drain() {
        isDraining = true
        for connection in connections.values { connection.drain() }
    }

    /// Cuts what is left and stops.
    func end() {
        sweep?.cancel()
        sweep = nil
        for connection in connections.values { connection.cut() }
        connections = [:]
    }
}

/// A peer that was turned away, for whoever runs the service.
package struct TLSPeerReport: Sendable, Equatable {
    /// Why: `not_allowed`, or the code of the certificate's rejection.
    package let code: String
    /// Who it is; nil when its certificate is not believed.
    package let peer: String?
    /// Where it came from.
    package let address: String
}
