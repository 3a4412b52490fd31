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
        case mounted
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
    private static let statuses = [200, 400, 401, 403, 404, 405, 413, 414, 415, 431, 500, 503]

    /// A number that many threads add to.
    private final class Counter: Sendable {
        private let value = Atomic<UInt64>(0)

        func add(_ amount: UInt64 = 1) { value.add(amount, ordering: .relaxed) }

        var current: UInt64 { value.load(ordering: .relaxed) }
    }

    let name: String
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

    // MARK: Writing

    /// Appends the decisions by outcome.
    func writeDecisions(_ text: inout String) {
        for (outcome, counter) in [("allowed", allowed), ("denied", denied), ("refused", refused)] {
            text +=
                "writ_decisions_total{listener=\"\(name)\",outcome=\"\(outcome)\"} "
                + "\(counter.current)\n"
        }
    }

    /// Appends the requests by route and status.
    func writeRequests(_ text: inout String) {
        for route in Route.allCases {
            for index in 0...Self.statuses.count {
                let count = requests[route.rawValue * (Self.statuses.count + 1) + index].current
                guard count > 0 else { continue }
                let status = index < Self.statuses.count ? "\(Self.statuses[index])" : "other"
                text +=
                    "writ_http_requests_total{listener=\"\(name)\",route=\"\(route)\","
                    + "status=\"\(status)\"} \(count)\n"
            }
        }
    }

    /// Appends the times of answers by route.
    func writeTimes(_ text: inout String) {
        for route in Route.allCases {
            var sum: UInt64 = 0
            var lines = ""
            let labels = "listener=\"\(name)\",route=\"\(route)\""
            for index in 0...Self.bounds.count {
                sum += buckets[route.rawValue * (Self.bounds.count + 1) + index].current
                let bound =
                    index < Self.bounds.count ? Self.seconds(Self.bounds[index]) : "+Inf"
                lines += "writ_http_request_seconds_bucket{\(labels),le=\"\(bound)\"} \(sum)\n"
            }
            guard sum > 0 else { continue }
            text += lines
            text +=
                "writ_http_request_seconds_sum{\(labels)} "
                + "\(Self.seconds(nanoseconds[route.rawValue].current))\n"
            text += "writ_http_request_seconds_count{\(labels)} \(sum)\n"
        }
    }

    private static func seconds(_ nanoseconds: UInt64) -> String {
        let fraction = String(nanoseconds % 1_000_000_000)
        let digits = String(repeating: "0", count: 9 - fraction.count) + fraction
        return "\(nanoseconds / 1_000_000_000).\(digits)"
    }
}

/// The figures of all listeners as Prometheus reads them.
///
/// Source: Prometheus documentation, "Exposition formats", text format 0.0.4.
struct ServiceMetrics: Sendable {
    let listeners: [ListenerMetrics]

    func text(policyVersion: UInt64, revision: UInt64) -> String {
        var text = "# HELP writ_decisions_total Decisions by outcome; refused ones are denies for "
        text += "another cause than policies.\n# TYPE writ_decisions_total counter\n"
        for listener in listeners { listener.writeDecisions(&text) }
        text += "# HELP writ_http_requests_total HTTP requests by route and status.\n"
        text += "# TYPE writ_http_requests_total counter\n"
        for listener in listeners { listener.writeRequests(&text) }
        text += "# HELP writ_http_request_seconds Time from a request's head to its answer.\n"
        text += "# TYPE writ_http_request_seconds histogram\n"
        for listener in listeners { listener.writeTimes(&text) }
        text += "# HELP writ_store_revision The newest revision of the entity store.\n"
        text += "# TYPE writ_store_revision gauge\nwrit_store_revision \(revision)\n"
        text += "# HELP writ_policy_info The version of the policies.\n"
        text += "# TYPE writ_policy_info gauge\n"
        text += "writ_policy_info{version=\"\(hexadecimal(policyVersion))\"} 1\n"
        return text
    }
}

/// A number as sixteen hexadecimal digits.
func hexadecimal(_ number: UInt64) -> String {
    let digits = String(number, radix: 16)
    return String(repeating: "0", count: 16 - digits.count) + digits
}
