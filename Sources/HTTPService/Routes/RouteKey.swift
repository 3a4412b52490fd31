import AuthZEN

/// The path and the query of a request.
struct RequestTarget {
    let path: Substring
    let query: Substring?
    let byteCount: Int

    init(_ target: String) {
        byteCount = target.utf8.count
        if let mark = target.utf8.firstIndex(of: UInt8(ascii: "?")) {
            path = target[..<mark]
            query = target[target.utf8.index(after: mark)...]
        } else {
            path = target[...]
            query = nil
        }
    }
}

/// What a path stands for.
enum RouteKey {
    case operation(AuthZENOperation)
    case metadata
    case live
    case ready
    case metrics
    case openAPI
    case mounted(MountedRoute)
    case unknown

    init(_ path: Substring, _ listener: HTTPListener, hasMetadata: Bool) {
        let utf8 = path.utf8
        let isAPI = listener.family == .authzen
        func equals(_ other: StaticString) -> Bool {
            guard utf8.count == other.utf8CodeUnitCount else { return false }
            return other.withUTF8Buffer { unsafe utf8.elementsEqual($0) }
        }
        if let mount = listener.mounts.first(where: { $0.holds(utf8) }) {
            self = .mounted(mount)
        } else if listener.family == .forwardAuth {
            // To a gateway that was given another path by mistake, any success would be an allow.
            self = .unknown
        } else if isAPI, equals("/access/v1/evaluation") {
            self = .operation(.evaluation)
        } else if isAPI, equals("/access/v1/evaluations") {
            self = .operation(.evaluations)
        } else if isAPI, equals("/access/v1/search/subject") {
            self = .operation(.subjectSearch)
        } else if isAPI, equals("/access/v1/search/resource") {
            self = .operation(.resourceSearch)
        } else if isAPI, equals("/access/v1/search/action") {
            self = .operation(.actionSearch)
        } else if isAPI, hasMetadata, equals("/.well-known/authzen-configuration") {
            self = .metadata
        } else if equals("/health/live") {
            self = .live
        } else if equals("/health/ready") {
            self = .ready
        } else if listener.servesMetrics, equals("/metrics") {
            self = .metrics
        } else if isAPI, equals("/openapi.json") {
            self = .openAPI
        } else {
            self = .unknown
        }
    }

    var metric: ListenerMetrics.Route {
        switch self {
        case .operation(let operation): ListenerMetrics.Route(operation)
        case .metadata, .openAPI: .metadata
        case .live, .ready: .health
        case .metrics: .metrics
        case .mounted: .forwardAuth
        case .unknown: .unknown
        }
    }
}
