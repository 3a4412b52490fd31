/// The routes of a file, compiled for matching: immutable, shared by all threads.
///
/// Of the routes that match a request the most specific counts: first by host (a name, then the
/// longest `*.` pattern, then any), then by path, from left to right (a literal, then a capture,
/// then the rest), then by method (a listed one, then any). Two routes that could match one request
/// and are equal in all three are refused when the file is loaded.
package final class RouteTable: Sendable {
    /// In the order of the file.
    package let routes: [Route]
    let trie: RouteTrie
    let plans: [RoutePlan]
    /// The header fields that some route reads, in lower case: no others need to be gathered.
    package let headerNames: [[UInt8]]
    /// The extensions that some route reads.
    package let extensionNames: [[UInt8]]
    /// Whether some route reads bodies.
    package let readsBodies: Bool
    /// The names of the routes that do.
    package var bodyReaders: [String] { routes.filter(\.readsBody).map(\.name) }

    /// Reads and compiles routes.
    ///
    /// - Throws: everything that is wrong with them, or all pairs that are ambiguous.
    package init(_ document: DocumentNode) throws(DocumentError) {
        let routes = try RouteReader.read(document)
        try Self.refuseAmbiguity(routes)
        trie = RouteTrie(routes)
        plans = routes.map { RoutePlan($0) }
        headerNames = Array(Set(routes.flatMap(\.headerNames)))
        extensionNames = Array(Set(routes.flatMap(\.extensionNames)))
        readsBodies = routes.contains(where: \.readsBody)
        self.routes = routes
    }

    /// Adds a header field to a list if some route reads it, or it could be read as one that is read.
    ///
    /// - Throws: as ``HeaderList/append(name:value:ifAnyOf:)`` does.
    package func take(
        name: Span<UInt8>, value: Span<UInt8>, into headers: inout HeaderList
    ) throws(RequestRefusal) {
        let names = headerNames
        try headers.append(name: name, value: value, ifAnyOf: names.span)
    }

    /// Whether some route reads the extension of this name.
    package func readsExtension(_ name: Span<UInt8>) -> Bool {
        let names = extensionNames
        return names.span.contains(name)
    }

    /// What a route looks like to a request: two routes of one shape match the same requests.
    private struct Shape: Hashable {
        let host: HostPattern?
        let path: [PathTemplate.Segment]

        init(_ host: HostPattern?, _ path: PathTemplate) {
            self.host = host
            // The names of captures make no difference.
            self.path = path.segments.map { segment in
                switch segment {
                case .literal: segment
                case .capture: .capture("")
                case .rest: .rest("")
                }
            }
        }
    }

    private static func refuseAmbiguity(_ routes: [Route]) throws(DocumentError) {
        var owners: [Shape: [String: Int]] = [:]
        var problems: [DocumentError.Problem] = []
        for (number, route) in routes.enumerated() {
            let hosts: [HostPattern?] = route.hosts.isEmpty ? [nil] : route.hosts
            // "" stands for any method, which is less specific than each that is listed.
            let methods = route.methods.isEmpty ? [""] : route.methods
            var others: Set<Int> = []
            for host in hosts {
                for method in methods {
                    let shape = Shape(host, route.path)
                    if let other = owners[shape, default: [:]][method] {
                        others.insert(other)
                    } else {
                        owners[shape, default: [:]][method] = number
                    }
                }
            }
            for other in others.sorted() where other != number {
                let first = routes[other]
                problems.append(
                    DocumentError.Problem(
                        place: route.place,
                        message: "`\(route.name)` and `\(first.name)` at line "
                            + "\(first.place.line), column \(first.place.column) match the same "
                            + "requests, and neither is more specific",
                        help: "make them differ in host, method or a literal of the path"))
            }
        }
        guard problems.isEmpty else { throw DocumentError(problems) }
    }

    /// Finds the most specific route that matches.
    ///
    /// - Parameter scratch: memory that is reused; after warm-up nothing is allocated.
    /// - Returns: the route's number in ``routes``; nil when none matches, which is a deny.
    /// - Complexity: the nodes of the trie at most, however the path is made.
    package func match(_ request: HTTPRequest, scratch: inout MatchScratch) -> Int? {
        trie.match(request, scratch: &scratch)
    }
}

extension Span<[UInt8]> {
    fileprivate func contains(_ name: Span<UInt8>) -> Bool {
        for index in indices where name.hasBytes(of: self[index].span) { return true }
        return false
    }
}

/// Memory for matching, one for a worker.
package struct MatchScratch: Sendable {
    var steps: [RouteTrie.Step] = []

    package init() { steps.reserveCapacity(4 * PathTemplate.maximumSegments) }
}
