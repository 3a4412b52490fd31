import DecisionPoint
import Gateway
import Logging
import SPOE
import Server

/// The running agent for HAProxy.
struct SPOEListener: Sendable {
    /// What metrics, logs and policies call it.
    static let name = "spoe"

    let server: SPOEServer

    /// Opens the socket and starts its workers.
    ///
    /// - Parameter firstWorker: the number of the first of them among the workers of the process.
    init(
        _ configuration: SPOEListenerConfiguration, _ identity: IdentitySettings,
        routes: RoutePublisher, _ material: DecisionMaterial, firstWorker: Int
    ) throws(Failure) {
        let settings = configuration.gateway.settings
        let errors = configuration.gateway.errors ?? material.errors
        let (deadline, logged) = (configuration.server.deadlineMilliseconds, configuration.logged)
        do throws(StreamSocketError) {
            server = try SPOEServer.start(configuration.server) { worker in
                ObservedAgent(
                    DecisionAgent(
                        try GatewayDecider(
                            settings, routes: routes, publisher: material.publisher,
                            store: material.store, errors: errors,
                            cacheBytes: material.cacheBytes,
                            cacheBoard: material.caches.add(), identity: identity,
                            worker: firstWorker + worker, startedAt: material.startedAt),
                        deadlineMilliseconds: deadline),
                    listener: settings.listener,
                    board: material.gatewayBoards.add(settings.listener),
                    log: material.requests, logged: logged)
            }
        } catch {
            throw Failure("`spoe`: " + error.description)
        }
    }

    /// Where HAProxy finds the agent.
    var place: String { server.endpoint.description }

    func stop(drainFor duration: Swift.Duration) { server.stop(drainFor: duration) }

    /// What it has done, for the log.
    var figures: Logger.Metadata {
        let (statistics, connections) = (server.statistics, server.connections)
        var figures: Logger.Metadata = [:]
        for (name, figure) in [
            ("spoeAllowed", statistics[.allowed]), ("spoeDenied", statistics[.denied]),
            ("spoeRefused", statistics[.refused]), ("spoeMalformed", statistics[.malformed]),
            ("spoeInvalidFrames", statistics[.invalidFrames]),
            ("spoeRefusedPeers", connections[.refusedPeers]),
            ("spoeRefusedConnections", connections[.refusedOverload]),
            ("spoeIncompleteTimeouts", connections[.incompleteTimeouts]),
            ("spoeSlowReaders", connections[.slowReaders]),
        ] where figure > 0 {
            figures[name] = "\(figure)"
        }
        return figures
    }
}
