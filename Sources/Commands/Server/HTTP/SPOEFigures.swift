import HTTPService
import SPOE
import Server

/// What `/metrics` tells of the agent for HAProxy beside its decisions.
struct SPOEFigures: Sendable {
    let server: SPOEServer

    private static let listener = ("listener", SPOEListener.name)

    func write(_ text: inout MetricsText) {
        let (statistics, connections) = (server.statistics, server.connections)
        text.begin("writ_rejected_inputs_total", .counter, "")
        text.add(statistics.malformed, [Self.listener, ("reason", "body")])
        text.add(statistics.invalidFrames, [Self.listener, ("reason", "frame")])
        for (figure, reason) in [
            (StreamStatistics.Figure.refusedPeers, "peer"), (.refusedOverload, "overload"),
            (.incompleteTimeouts, "slow"), (.slowReaders, "reader"), (.bufferRefusals, "buffer"),
        ] {
            text.add(connections[figure], [Self.listener, ("reason", reason)])
        }
        text.begin("writ_connections_total", .counter, "")
        text.add(connections[.accepted], [Self.listener])
        text.begin("writ_connections", .gauge, "")
        text.add(connections[.open], [Self.listener])
        text.begin(
            "writ_spoe_health_checks_total", .counter,
            "Looks of HAProxy whether the agent is there.")
        text.add(statistics.healthChecks, [Self.listener])
    }
}
