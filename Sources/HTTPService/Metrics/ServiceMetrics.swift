import AuthZEN
import Synchronization

/// The figures of one listener, counted without locks.
final class ListenerMetrics: Sendable {
    /// What a request asked for.
    enum Route: Int, CaseIterable, Sendable {
        case evaluation
        case evaluations
        case subjectSearch
        case resourceSearch
        case actionSearch
        case metadata
        case health
        case metrics
        case forwardAuth
        case unknown

        init(_ operation: AuthZENOperation) {
            switch operation {
            case .evaluation: self = .evaluation
            case .evaluations: self = .evaluations
            case .subjectSearch: self = .subjectSearch
            case .resourceSearch: self = .resourceSearch
            case .actionSearch: self = .actionSearch
            }
        }
    }

    /// The upper bounds of the buckets of times, in nanoseconds.
    static let bounds: [UInt64] = [
        10_000, 25_000, 50_000, 100_000, 250_000, 500_000, 1_000_000, 2_500_000, 5_000_000,
        10_000_000, 25_000_000, 50_000_000, 100_000_000, 250_000_000, 1_000_000_000,
    ]
    private static let statuses = [200, 400, 401, 403, 404, 405, 413, 414, 415, 417, 431, 500, 503]

    /// A number that many threads add to.
    private final class Counter: Sendable {
        private let value = Atomic<UInt64>(0)

        func add(_ amount: UInt64 = 1) { value.add(amount, ordering: .relaxed) }

        var current: UInt64 { value.load(ordering: .relaxed) }
    }

    let name: String
    let connections = ConnectionFigures()
    private let requests: [Counter]
    private let buckets: [Counter]
    private let nanoseconds: [Counter]
    private let allowed = Counter()
    private let denied = Counter()
    private let refused = Counter()

    init(name: String) {
        self.name = name
        let routes = Route.allCases.count
        requests = (0..<routes * (Self.statuses.count + 1)).map { _ in Counter() }
        buckets = (0..<routes * (Self.bounds.count + 1)).map { _ in Counter() }
        nanoseconds = (0..<routes).map { _ in Counter() }
    }

    func count(_ route: Route, status: Int, nanoseconds: UInt64) {
        let index = Self.statuses.firstIndex(of: status) ?? Self.statuses.count
        requests[route.rawValue * (Self.statuses.count + 1) + index].add()
        let bucket = Self.bounds.firstIndex { nanoseconds <= $0 } ?? Self.bounds.count
        buckets[route.rawValue * (Self.bounds.count + 1) + bucket].add()
        self.nanoseconds[route.rawValue].add(nanoseconds)
    }

    func count(_ reply: AuthZENReply) {
        if reply.allowed > 0 { allowed.add(UInt64(reply.allowed)) }
        if reply.denied > 0 { denied.add(UInt64(reply.denied)) }
        if reply.refused > 0 { refused.add(UInt64(reply.refused)) }
    }

    func count(_ decision: DecisionRecord) {
        switch decision.outcome {
        case .allowed: allowed.add()
        case .denied: denied.add()
        case .refused: refused.add()
        }
    }

    // MARK: Writing

    /// Appends the decisions by outcome.
    func writeDecisions(_ text: inout MetricsText) {
        for (outcome, counter) in [("allowed", allowed), ("denied", denied), ("refused", refused)] {
            text.add(counter.current, [("listener", name), ("outcome", outcome)])
        }
    }

    /// Appends the requests by route and status.
    func writeRequests(_ text: inout MetricsText) {
        for route in Route.allCases {
            for index in 0...Self.statuses.count {
                let count = requests[route.rawValue * (Self.statuses.count + 1) + index].current
                guard count > 0 else { continue }
                let status = index < Self.statuses.count ? "\(Self.statuses[index])" : "other"
                text.add(
                    count, [("listener", name), ("route", "\(route)"), ("status", status)])
            }
        }
    }

    /// Appends the times of answers by route.
    func writeTimes(_ text: inout MetricsText) {
        for route in Route.allCases {
            let first = route.rawValue * (Self.bounds.count + 1)
            let counts = (0...Self.bounds.count).map { buckets[first + $0].current }
            guard counts.contains(where: { $0 > 0 }) else { continue }
            text.addHistogram(
                counts, bounds: Self.bounds, sum: nanoseconds[route.rawValue].current,
                [("listener", name), ("route", "\(route)")])
        }
    }
}

/// The figures of all listeners as Prometheus reads them.
///
/// Source: Prometheus documentation, "Exposition formats", text format 0.0.4.
struct ServiceMetrics: Sendable {
    let listeners: [ListenerMetrics]

    func write(_ text: inout MetricsText) {
        text.begin(
            "writ_decisions_total", .counter,
            "Decisions by outcome; refused ones are denies for another cause than policies.")
        for listener in listeners { listener.writeDecisions(&text) }
        text.begin("writ_http_requests_total", .counter, "HTTP requests by route and status.")
        for listener in listeners { listener.writeRequests(&text) }
        text.begin(
            "writ_http_request_seconds", .histogram, "Time from a request's head to its answer.")
        for listener in listeners { listener.writeTimes(&text) }
        text.begin("writ_rejected_inputs_total", .counter, "Inputs refused before a decision.")
        for listener in listeners {
            for figure in ConnectionFigures.Figure.allCases {
                guard let reason = figure.rejection else { continue }
                text.add(
                    listener.connections[figure],
                    [("listener", listener.name), ("reason", reason)])
            }
        }
        text.begin("writ_connections_total", .counter, "Connections that were taken.")
        for listener in listeners {
            text.add(listener.connections[.accepted], [("listener", listener.name)])
        }
        text.begin("writ_connections", .gauge, "Connections that are open.")
        for listener in listeners {
            let (open, closed) = (listener.connections[.accepted], listener.connections[.closed])
            text.add(open >= closed ? open - closed : 0, [("listener", listener.name)])
        }
        text.begin(
            "writ_connections_broken_total", .counter,
            "Connections that the other end broke off, or that failed.")
        for listener in listeners {
            text.add(listener.connections[.broken], [("listener", listener.name)])
        }
    }
}
