import DecisionPoint
import EntityStore
import ExtAuthz
import Gateway
import HTTPService
import Server

/// What `/metrics` tells of the parts of the service that are not HTTP.
struct ServiceFigures: Sendable {
    let server: LocalSocketServer
    let outcomes: OutcomeBoards
    let caches: CacheBoards
    let reloads: ReloadCounts
    /// Nil when nobody is identified.
    let trust: TrustCounts?
    /// Of files with keys of callers; nil when there are none.
    let callers: ReloadCounts?
    let certificates: CertificateCounts
    /// Where decisions for gateways are counted.
    let gateways: GatewayBoards
    /// Nil when the service has no section `tls`.
    let tls: OutcomeBoards?
    /// Nil when Envoy does not ask.
    let envoy: EnvoyListener?
    /// Nil when HAProxy does not ask by SPOE.
    let spoe: SPOEFigures?

    /// The name of the local socket in labels.
    private static let listener = "local"

    func write(_ text: inout MetricsText) {
        writeDecisions(&text)
        writeConnections(&text)
        writeEnvoy(&text)
        spoe?.write(&text)
        writeCaches(&text)
        writeReloads(&text)
    }

    private func writeReloads(_ text: inout MetricsText) {
        text.begin(
            "writ_reloads_total", .counter,
            "Reloads of policies and routes by what became of them.")
        text.add(reloads.published, [("outcome", "published")])
        text.add(reloads.unchanged, [("outcome", "unchanged")])
        text.add(reloads.failed, [("outcome", "failed")])
        var judged: [(name: String, counts: ReloadCounts)] = []
        if let trust { judged = TrustCounts.Kind.allCases.map { ("\($0)", trust[$0]) } }
        if let callers { judged.append(("callers", callers)) }
        text.begin(
            "writ_trust_reloads_total", .counter,
            "Readings of what identities are judged by, by what became of them.")
        for (name, counts) in judged {
            text.add(counts.published, [("of", name), ("outcome", "published")])
            text.add(counts.failed, [("of", name), ("outcome", "failed")])
        }
        text.begin(
            "writ_certificate_reloads_total", .counter,
            "Readings of listeners' certificates that changed, by what became of them.")
        for (listener, counts) in certificates.all {
            text.add(counts.published, [("listener", listener), ("outcome", "published")])
            text.add(counts.failed, [("listener", listener), ("outcome", "failed")])
        }
        text.begin(
            "writ_reload_failing", .gauge,
            "Whether the newest files cannot be used, so that older ones are in force.")
        text.add(reloads.isFailing ? 1 : 0, [("of", "policies")])
        for (name, counts) in judged { text.add(counts.isFailing ? 1 : 0, [("of", name)]) }
        for (listener, counts) in certificates.all {
            text.add(
                counts.isFailing ? 1 : 0, [("of", "certificate"), ("listener", listener)])
        }
    }

    private func writeDecisions(_ text: inout MetricsText) {
        writeDecisions(outcomes, Self.listener, &text)
        if let tls { writeDecisions(tls, "tls", &text) }
        text.begin(
            "writ_local_batch_seconds", .histogram,
            "Time in which what one read brought from the local socket was decided.")
        func sum(_ value: (OutcomeBoard) -> UInt64) -> UInt64 {
            outcomes.all.reduce(0) { $0 + value($1) }
        }
        text.addHistogram(
            (0...DurationHistogram.bounds.count).map { index in sum { $0.durations.bucket(index) }
            },
            bounds: DurationHistogram.bounds, sum: sum { $0.durations.nanoseconds },
            [("listener", Self.listener)])
        for (listener, boards) in gateways.all { writeGateway(listener, boards, &text) }
    }

    private func writeDecisions(
        _ outcomes: OutcomeBoards, _ listener: String, _ text: inout MetricsText
    ) {
        func sum(_ value: (OutcomeBoard) -> UInt64) -> UInt64 {
            outcomes.all.reduce(0) { $0 + value($1) }
        }
        func labels(_ outcome: String) -> [(String, String)] {
            [("listener", listener), ("outcome", outcome)]
        }
        text.begin("writ_decisions_total", .counter, "")
        text.add(sum(\.allowed), labels("allowed"))
        text.add(sum(\.denied), labels("denied"))
        text.add(
            sum { board in Refusal.allCases.reduce(0) { $0 + board.refused($1) } },
            labels("refused"))
        beginRefusals(&text)
        for refusal in Refusal.allCases {
            text.add(
                sum { $0.refused(refusal) },
                [("listener", listener), ("cause", "\(refusal)")])
        }
    }

    private func beginRefusals(_ text: inout MetricsText) {
        text.begin(
            "writ_refusals_total", .counter,
            "Decisions of sockets and gateways that are denies for another cause than policies.")
    }

    private func writeGateway(
        _ listener: String, _ boards: [GatewayBoard], _ text: inout MetricsText
    ) {
        func sum(_ value: (GatewayBoard) -> UInt64) -> UInt64 {
            boards.reduce(0) { $0 + value($1) }
        }
        // The listeners of HTTP count theirs themselves.
        if [EnvoyListener.name, SPOEListener.name].contains(listener) {
            text.begin("writ_decisions_total", .counter, "")
            func add(_ outcome: String, _ count: UInt64) {
                text.add(count, [("listener", listener), ("outcome", outcome)])
            }
            add("allowed", sum(\.allowed))
            add("denied", sum(\.denied))
            add(
                "refused",
                sum { board in Denial.Reason.allCases.reduce(0) { $0 + board.refused($1) } })
        }
        beginRefusals(&text)
        for reason in Denial.Reason.allCases {
            text.add(
                sum { $0.refused(reason) },
                [("listener", listener), ("cause", "\(reason.name)")])
        }
        text.begin(
            "writ_gateway_decision_seconds", .histogram,
            "Time from a gateway's call, read, to its answer, made.")
        text.addHistogram(
            (0...DurationHistogram.bounds.count).map { index in sum { $0.durations.bucket(index) }
            },
            bounds: DurationHistogram.bounds, sum: sum { $0.durations.nanoseconds },
            [("listener", listener)])
    }

    private func writeEnvoy(_ text: inout MetricsText) {
        guard let statistics = envoy?.statistics else { return }
        text.begin("writ_rejected_inputs_total", .counter, "")
        for (reason, count) in [
            ("message", statistics.malformed), ("call", statistics.refusedCalls),
            ("deadline", statistics.expired), ("peer", statistics.refusedPeers),
            ("overload", statistics.refusedConnections),
            ("connection", statistics.cutConnections),
        ] {
            text.add(count, [("listener", EnvoyListener.name), ("reason", reason)])
        }
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
