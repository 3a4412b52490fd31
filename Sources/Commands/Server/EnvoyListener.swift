import CedarEngine
import DecisionPoint
import EntityStore
import ExtAuthz
import Gateway
import HTTPService
import Logging
import Server

/// What the listeners of a service decide with.
struct DecisionMaterial: Sendable {
    let publisher: RulesetPublisher
    let store: EntityStore
    let errors: ErrorMode
    /// Bytes of the cache of records of each worker; 0 for none.
    let cacheBytes: Int
    /// Where the figures of the caches are laid.
    let caches: CacheBoards
    /// Where decisions for gateways are counted.
    let gatewayBoards: GatewayBoards
    let requests: RequestLog
    /// Seconds since 1970.
    let startedAt: UInt64
}

/// The running ext_authz service.
struct EnvoyListener: Sendable {
    /// What metrics, logs and policies call it.
    static let name = "envoy"

    private let server: ExtAuthzServer

    /// Opens the socket and starts its loops.
    ///
    /// - Parameter firstWorker: the number of the first loop among the workers of the process.
    init(
        _ configuration: EnvoyConfiguration, _ identity: IdentitySettings,
        routes: RoutePublisher, _ material: DecisionMaterial, firstWorker: Int
    ) throws(Failure) {
        let settings = configuration.gateway.settings
        let errors = configuration.gateway.errors ?? material.errors
        let logged = configuration.logged
        do throws(ExtAuthzError) {
            server = try ExtAuthzServer.start(configuration.server) { loop in
                ObservedCheck(
                    DecisionCheck(
                        try GatewayDecider(
                            settings, routes: routes, publisher: material.publisher,
                            store: material.store, errors: errors,
                            cacheBytes: material.cacheBytes,
                            cacheBoard: material.caches.add(), identity: identity,
                            worker: firstWorker + loop, startedAt: material.startedAt)),
                    listener: settings.listener,
                    board: material.gatewayBoards.add(settings.listener),
                    log: material.requests, logged: logged)
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
