import ExtAuthz
import Gateway
import Logging
import Server

/// The running ext_authz service.
struct EnvoyListener: Sendable {
    /// What metrics, logs and policies call it.
    static let name = "envoy"

    private let server: ExtAuthzServer

    /// Opens the socket and starts its loops.
    ///
    /// - Parameter firstWorker: the number of the first loop among the workers of the process.
    init(
        _ configuration: EnvoyConfiguration, routes: RoutePublisher, _ material: DecisionMaterial,
        firstWorker: Int
    ) throws(Failure) {
        let (gateway, logged) = (configuration.gateway, configuration.logged)
        do throws(ExtAuthzError) {
            server = try ExtAuthzServer.start(configuration.server) { loop in
                DecisionCheck(
                    try material.decider(gateway, routes, worker: firstWorker + loop),
                    observer: material.observer(Self.name, logging: logged))
            }
        } catch {
            throw Failure("`envoy`: " + error.description)
        }
    }

    /// Where Envoy finds the service.
    var place: String { server.endpoint.description }

    /// What it has done, for metrics.
    var statistics: ExtAuthzStatistics { server.statistics }

    func stop(drainFor duration: Swift.Duration) { server.stop(drainFor: duration) }

    /// What it has done, for the log.
    var figures: Logger.Metadata {
        let statistics = server.statistics
        var figures: Logger.Metadata = [:]
        for (name, figure) in [
            ("envoyCalls", statistics.calls), ("envoyAllowed", statistics.allowed),
            ("envoyMalformed", statistics.malformed),
            ("envoyRefusedCalls", statistics.refusedCalls), ("envoyExpired", statistics.expired),
            ("envoyRefusedPeers", statistics.refusedPeers),
            ("envoyRefusedConnections", statistics.refusedConnections),
            ("envoyCutConnections", statistics.cutConnections),
        ] where figure > 0 {
            figures[name] = "\(figure)"
        }
        return figures
    }
}
