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
        _ configuration: SPOEListenerConfiguration, routes: RoutePublisher,
        _ material: DecisionMaterial, firstWorker: Int
    ) throws(Failure) {
        let (gateway, logged) = (configuration.gateway, configuration.logged)
        let deadline = configuration.server.deadlineMilliseconds
        do throws(StreamSocketError) {
            server = try SPOEServer.start(configuration.server) { worker in
                DecisionAgent(
                    try material.decider(gateway, routes, worker: firstWorker + worker),
                    observer: material.observer(Self.name, logging: logged),
                    deadlineMilliseconds: deadline)
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
            ("spoeQuestions", statistics.questions), ("spoeAllowed", statistics.allowed),
            ("spoeMalformed", statistics.malformed),
            ("spoeInvalidFrames", statistics.invalidFrames),
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
