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
        let tenant = isAPI ? listener.metadata?.path ?? [] : []
        func equals(_ other: StaticString) -> Bool { Self.equal(utf8, other) }
        // A gateway in front may have taken the tenant's path off.
        func isOperation(_ other: StaticString) -> Bool {
            guard isAPI else { return false }
            if equals(other) { return true }
            return !tenant.isEmpty && utf8.starts(with: tenant)
                && Self.equal(utf8.dropFirst(tenant.count), other)
        }
        func isMetadata() -> Bool {
            let prefix = MetadataDocument.wellKnownPath
            return utf8.count == prefix.utf8CodeUnitCount + tenant.count
                && utf8.suffix(tenant.count).elementsEqual(tenant)
                && Self.equal(utf8.dropLast(tenant.count), prefix)
        }
        if let mount = listener.mounts.first(where: { $0.holds(utf8) }) {
            self = .mounted(mount)
        } else if listener.family == .forwardAuth {
            // To a gateway that was given another path by mistake, any success would be an allow.
            self = .unknown
        } else if isOperation("/access/v1/evaluation") {
            self = .operation(.evaluation)
        } else if isOperation("/access/v1/evaluations") {
            self = .operation(.evaluations)
        } else if isOperation("/access/v1/search/subject") {
            self = .operation(.subjectSearch)
        } else if isOperation("/access/v1/search/resource") {
            self = .operation(.resourceSearch)
        } else if isOperation("/access/v1/search/action") {
            self = .operation(.actionSearch)
        } else if isAPI, hasMetadata, isMetadata() {
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

    private static func equal(_ path: Substring.UTF8View.SubSequence, _ other: StaticString) -> Bool
    {
        guard path.count == other.utf8CodeUnitCount else { return false }
        return other.withUTF8Buffer { unsafe path.elementsEqual($0) }
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
