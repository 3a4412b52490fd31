import CedarEngine
import DecisionPoint
import Logging
import Server
import TLSListener

/// The TLS listener of a running service, whose certificate follows its files.
final class TLSService: Sendable {
    private let server: TLSFrameServer
    private let watch: CertificateWatch

    /// Opens the listener.
    ///
    /// - Parameter makeHandler: called once on each loop's thread with the loop's number.
    init(
        _ section: TLSSection, identity: IdentitySettings, certificates: CertificateCounts,
        log: Logger,
        makeHandler: @escaping @Sendable (Int) throws -> DecisionPointHandler
    ) throws(Failure) {
        let configuration = section.listener
        do throws(TLSListenerError) {
            server = try TLSFrameServer.start(
                configuration, identity: identity,
                report: { peer in
                    var metadata: Logger.Metadata = [
                        "code": "\(peer.code)", "address": "\(peer.address)",
                    ]
                    if let name = peer.peer { metadata["peer"] = "\(name)" }
                    log.warning("a peer was turned away", metadata: metadata)
                }, makeHandler: makeHandler)
        } catch {
            throw Failure("tls: \(error.description)")
        }
        watch = CertificateWatch(
            [(listener: CertificateCounts.tls, certificate: server.certificate)], certificates,
            log: log)
        log.notice(
            "serving TLS",
            metadata: [
                "host": "\(configuration.host)", "port": "\(server.port)",
                "threads": "\(configuration.loopCount)",
            ])
    }

    /// Answers what was received, then closes.
    func stop(drainFor duration: Swift.Duration) {
        watch.stop()
        server.stop(drainFor: duration)
    }

    /// What the listener did, as far as it did anything.
    var figures: Logger.Metadata {
        let statistics = server.statistics
        var figures: Logger.Metadata = [:]
        for figure in TLSListenerStatistics.Figure.allCases where statistics[figure] > 0 {
            figures["tls.\(figure)"] = "\(statistics[figure])"
        }
        return figures
    }
}
