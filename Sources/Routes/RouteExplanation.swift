/// Why each route of a table does, or does not, take a request; for people.
package struct RouteExplanation: Sendable {
    package enum Reason: Hashable, Sendable {
        /// It takes the request.
        case matched
        /// It would, but another route is more specific.
        case lessSpecific(than: Int)
        case otherMethod
        case otherHost
        /// The segment at this index, counted from 0, is not the literal of the template.
        case otherLiteral(index: Int)
        /// The path ends before the template does.
        case pathTooShort
        /// The path goes on after the end of the template.
        case pathTooLong
        /// A capture or the rest would take the empty segment after a final `/`.
        case emptySegment(index: Int)
    }

    /// One for each route, in their order.
    package let reasons: [Reason]
    /// The route that takes the request.
    package let matched: Int?

    package init(_ request: HTTPRequest, in table: RouteTable) {
        var scratch = MatchScratch()
        let matched = table.match(request, scratch: &scratch)
        self.matched = matched
        reasons = table.routes.enumerated().map { number, route in
            if number == matched { return .matched }
            if let reason = Self.mismatch(route, request) { return reason }
            return matched.map { .lessSpecific(than: $0) } ?? .otherMethod
        }
    }

    private static func mismatch(_ route: Route, _ request: HTTPRequest) -> Reason? {
        let isHost = route.hosts.isEmpty || route.hosts.contains { $0.matches(request.host.span) }
        guard isHost else { return .otherHost }
        if let reason = mismatch(route.path, request.target) { return reason }
        let method = String(decoding: request.method, as: UTF8.self)
        return route.methods.isEmpty || route.methods.contains(method) ? nil : .otherMethod
    }

    private static func mismatch(_ template: PathTemplate, _ target: RequestTarget) -> Reason? {
        for (index, segment) in template.segments.enumerated() {
            guard index < target.segments.count else { return .pathTooShort }
            let range = target.segments[index]
            switch segment {
            case .literal(let bytes):
                let isEqual = target.decoded.withBytes(range) { $0.hasBytes(of: bytes.span) }
                guard isEqual else { return .otherLiteral(index: index) }
            case .capture:
                guard range.count > 0 else { return .emptySegment(index: index) }
            case .rest:
                return range.count > 0 ? nil : .emptySegment(index: index)
            }
        }
        return template.segments.count < target.segments.count ? .pathTooLong : nil
    }

    /// How far a route is from taking the request: near ones are of more interest.
    package func distance(_ route: Int) -> Int {
        switch reasons[route] {
        case .matched: 0
        case .lessSpecific: 1
        case .otherMethod: 2
        case .pathTooShort, .pathTooLong, .emptySegment: 3
        case .otherLiteral(let index): 100 - index
        case .otherHost: 1_000
        }
    }

    /// The reason in words.
    package func words(_ number: Int, _ request: HTTPRequest, in table: RouteTable) -> String {
        let route = table.routes[number]
        switch reasons[number] {
        case .matched: return "matches"
        case .lessSpecific(let other):
            return "matches too, but `\(table.routes[other].name)` is more specific"
        case .otherMethod:
            return "the method is not \(Self.choice(route.methods))"
        case .otherHost:
            return "the host is not \(Self.choice(route.hosts.map(\.description)))"
        case .otherLiteral(let index):
            guard case .literal(let bytes) = route.path.segments[index] else { return "" }
            let found = request.target.decoded.text(request.target.segments[index])
            return "segment \(index + 1) is `\(found)`, not "
                + "`\(String(decoding: bytes, as: UTF8.self))`"
        case .pathTooShort: return "the path ends before the template does"
        case .pathTooLong: return "the path goes on after the end of the template"
        case .emptySegment: return "the path ends in `/`, which no capture takes"
        }
    }

    private static func choice(_ words: [String]) -> String {
        words.map { "`\($0)`" }.joined(separator: " or ")
    }

    /// What the captures of a route took.
    package static func captures(
        _ route: Route, _ request: HTTPRequest
    ) -> [(name: String, value: String)] {
        let target = request.target
        return route.path.segments.enumerated().compactMap { index, segment in
            switch segment {
            case .literal: return nil
            case .capture(let name): return (name, target.decoded.text(target.segments[index]))
            case .rest(let name):
                let range = ByteRange(target.segments[index].start, target.decoded.count)
                return (name, target.decoded.text(range))
            }
        }
    }
}
