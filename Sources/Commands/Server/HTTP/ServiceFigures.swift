import DecisionPoint
import EntityStore
import HTTPService
import Server

/// What `/metrics` tells of the parts of the service that are not HTTP.
struct ServiceFigures: Sendable {
    let server: LocalSocketServer
    let outcomes: OutcomeBoards
    let caches: CacheBoards
    let reloads: ReloadCounts
    /// Nil when HAProxy does not ask by SPOE.
    let spoe: SPOEFigures?

    /// The name of the local socket in labels.
    private static let listener = "local"

    func write(_ text: inout MetricsText) {
        writeDecisions(&text)
        writeConnections(&text)
        spoe?.write(&text)
        writeCaches(&text)
        text.begin("writ_reloads_total", .counter, "Reloads of policies by what became of them.")
        text.add(reloads.published, [("outcome", "published")])
        text.add(reloads.unchanged, [("outcome", "unchanged")])
        text.add(reloads.failed, [("outcome", "failed")])
    }

    private func writeDecisions(_ text: inout MetricsText) {
        func sum(_ value: (OutcomeBoard) -> UInt64) -> UInt64 {
            outcomes.all.reduce(0) { $0 + value($1) }
        }
        func labels(_ outcome: String) -> [(String, String)] {
            [("listener", Self.listener), ("outcome", outcome)]
        }
        text.begin("writ_decisions_total", .counter, "")
        text.add(sum(\.allowed), labels("allowed"))
        text.add(sum(\.denied), labels("denied"))
        text.add(
            sum { board in Refusal.allCases.reduce(0) { $0 + board.refused($1) } },
            labels("refused"))
        text.begin(
            "writ_refusals_total", .counter,
            "Decisions of the local socket that are denies for another cause than policies.")
        for refusal in Refusal.allCases {
            text.add(
                sum { $0.refused(refusal) },
                [("listener", Self.listener), ("cause", "\(refusal)")])
        }
        text.begin(
            "writ_local_batch_seconds", .histogram,
            "Time in which what one read brought from the local socket was decided.")
        text.addHistogram(
            (0...OutcomeBoard.bounds.count).map { index in sum { $0.bucket(index) } },
            bounds: OutcomeBoard.bounds, sum: sum(\.nanoseconds), [("listener", Self.listener)])
    }

    private func writeConnections(_ text: inout MetricsText) {
        let statistics = server.statistics
        let listener = ("listener", Self.listener)
        text.begin("writ_rejected_inputs_total", .counter, "")
        for (figure, reason) in [
            (LocalSocketStatistics.Figure.refusedPeers, "peer"), (.refusedOverload, "overload"),
            (.malformedFrames, "frame"), (.malformedBodies, "body"),
            (.incompleteTimeouts, "slow"), (.slowReaders, "reader"),
            (.bufferRefusals, "buffer"), (.deadlinesMissed, "deadline"),
        ] {
            text.add(statistics[figure], [listener, ("reason", reason)])
        }
        text.begin("writ_connections_total", .counter, "")
        text.add(statistics[.accepted], [listener])
        text.begin("writ_connections", .gauge, "")
        text.add(statistics[.open], [listener])
        text.begin("writ_local_frames_total", .counter, "Frames that came on the local socket.")
        text.add(statistics[.frames], [listener])
        text.begin(
            "writ_local_buffered_bytes", .gauge,
            "What connections of the local socket hold in buffers.")
        text.add(statistics[.bufferedBytes], [listener])
        text.begin("writ_local_bytes_total", .counter, "Bytes on the local socket.")
        text.add(statistics[.bytesRead], [listener, ("direction", "read")])
        text.add(statistics[.bytesWritten], [listener, ("direction", "written")])
    }

    private func writeCaches(_ text: inout MetricsText) {
        let statistics = caches.statistics
        text.begin("writ_cache_lookups_total", .counter, "Records looked for in the caches.")
        text.add(statistics.hits, [("result", "hit")])
        text.add(statistics.misses, [("result", "miss")])
        text.begin("writ_cache_evictions_total", .counter, "Records that made room for others.")
        text.add(statistics.evictions)
        text.begin(
            "writ_cache_drops_total", .counter,
            "Records dropped for changes of the store, and caches emptied for them.")
        text.add(statistics.logDrops, [("kind", "record")])
        text.add(statistics.fullDrops, [("kind", "cache")])
        text.begin("writ_cache_bytes", .gauge, "What the records in the caches take.")
        text.add(statistics.usedBytes)
    }
}
