@testable import Routes

/// Trees as a parser of YAML would give them, without its places.
enum Document {
    static func map(_ members: [(String, DocumentNode)], line: Int = 1) -> DocumentNode {
        DocumentNode(
            .mapping(members.map { (text($0.0, line: line), $0.1) }), at: place(line))
    }

    static func list(_ elements: [DocumentNode], line: Int = 1) -> DocumentNode {
        DocumentNode(.sequence(elements), at: place(line))
    }

    static func text(_ text: String, line: Int = 1) -> DocumentNode {
        DocumentNode(.scalar(text, isText: false), at: place(line))
    }

    private static func place(_ line: Int) -> DocumentNode.Place {
        DocumentNode.Place(line: line, column: 1)
    }

    /// A route whose action is named after its line, with anything else given.
    static func route(
        _ path: String, method: [String] = ["GET"], host: [String] = [], line: Int = 1,
        id: DocumentNode? = nil, attributes: DocumentNode? = nil, context: DocumentNode? = nil
    ) -> DocumentNode {
        var resource = [("type", text("Thing")), ("id", id ?? text("one"))]
        if let attributes { resource.append(("attributes", attributes)) }
        var members = [
            ("path", text(path, line: line)), ("action", text("Action::\"a\(line)\"")),
            ("resource", map(resource)),
        ]
        if !method.isEmpty { members.append(("method", list(method.map { text($0) }))) }
        if !host.isEmpty { members.append(("host", list(host.map { text($0) }))) }
        if let context { members.append(("context", context)) }
        return map(members, line: line)
    }

    static func file(_ routes: [DocumentNode]) -> DocumentNode {
        map([("version", text("1")), ("routes", list(routes))])
    }
}

extension HTTPRequest {
    /// A request of text.
    static func of(
        _ method: String, _ target: String, host: String = "api.example.org",
        headers: [(String, String)] = []
    ) throws -> HTTPRequest {
        var request = HTTPRequest()
        try request.read(
            method: Array(method.utf8).span, host: Array(host.utf8).span,
            target: Array(target.utf8).span)
        for (name, value) in headers { try request.headers.append(name: name, value: value) }
        return request
    }
}

/// Routes matched one by one, as simply as possible: what the tree is compared with.
struct NaiveMatcher {
    let routes: [Route]

    func match(_ request: HTTPRequest) -> Int? {
        var best: (rank: [Int], route: Int)?
        let segments = request.target.segments.map {
            Array(request.target.decoded[$0.start..<$0.end])
        }
        for (number, route) in routes.enumerated() {
            let host = Array(request.host)
            let hosts = route.hosts.compactMap { pattern -> Int? in
                switch pattern {
                case .exact(let name): name == host ? 1_000 : nil
                case .suffix(let tail):
                    host.count > tail.count && host.suffix(tail.count) == tail[...]
                        ? tail.count : nil
                }
            }
            guard let hostRank = route.hosts.isEmpty ? 0 : hosts.max() else { continue }
            let method = String(decoding: request.method, as: UTF8.self)
            guard route.methods.isEmpty || route.methods.contains(method) else { continue }
            guard let path = rank(route.path.segments, segments) else { continue }
            let rank = [hostRank] + path + [route.methods.isEmpty ? 0 : 1]
            if best == nil || best!.rank.lexicographicallyPrecedes(rank) { best = (rank, number) }
        }
        return best?.route
    }

    /// 2 for a literal, 1 for a capture, 0 for each segment of the rest; as long as the path.
    private func rank(_ template: [PathTemplate.Segment], _ path: [[UInt8]]) -> [Int]? {
        var rank: [Int] = []
        for (index, segment) in template.enumerated() {
            guard index < path.count else { return nil }
            switch segment {
            case .literal(let bytes):
                guard bytes == path[index] else { return nil }
                rank.append(2)
            case .capture:
                guard !path[index].isEmpty else { return nil }
                rank.append(1)
            case .rest:
                guard !path[index].isEmpty else { return nil }
                return rank + Array(repeating: 0, count: path.count - index)
            }
        }
        return template.count == path.count ? rank : nil
    }
}
