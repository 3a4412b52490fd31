/// The paths of all routes as one tree for each host, in arrays of numbers.
struct RouteTrie: Sendable {
    /// A place in the tree.
    private struct Node: BitwiseCopyable {
        /// Its literals in `edges`, in order.
        var firstEdge: Int32 = 0
        var edgeCount: Int32 = 0
        /// The node below a capture; -1 for none.
        var capture: Int32 = -1
        /// The ends of paths that end here, in `ends`.
        var firstEnd: Int32 = 0
        var endCount: Int32 = 0
        /// The ends of paths that take the rest from here.
        var firstRest: Int32 = 0
        var restCount: Int32 = 0
    }

    private struct Edge: BitwiseCopyable {
        let literal: ByteRange
        let node: Int32
    }

    /// The end of a path for a method.
    private struct End: BitwiseCopyable {
        /// Its index in `methods`; -1 for any.
        let method: Int32
        let route: Int32
    }

    private struct Root: BitwiseCopyable {
        /// A name, or what it must end in.
        let host: ByteRange
        let node: Int32
    }

    /// A step of a search: a node at a segment, or the rest from there.
    struct Step: BitwiseCopyable {
        let node: Int32
        let segment: Int32
        let isRest: Bool
    }

    private var bytes: [UInt8] = []
    private var nodes: [Node] = []
    private var edges: [Edge] = []
    private var ends: [End] = []
    private var methods: [ByteRange] = []
    /// By their bytes.
    private var exactHosts: [Root] = []
    /// The longest first.
    private var suffixHosts: [Root] = []
    private var anyHost: Int32 = -1

    // MARK: Matching

    func match(_ request: HTTPRequest, scratch: inout MatchScratch) -> Int? {
        let method = methodIndex(request.method.span)
        if let root = exactRoot(request.host.span),
            let route = search(root, request.target, method, &scratch)
        {
            return route
        }
        for index in suffixHosts.indices {
            let root = suffixHosts[index]
            let (host, length) = (request.host.span, root.host.count)
            guard host.count > length,
                bytes.withBytes(
                    root.host,
                    { $0.hasBytes(of: host.extracting((host.count - length)..<host.count)) })
            else { continue }
            if let route = search(root.node, request.target, method, &scratch) { return route }
        }
        return anyHost < 0 ? nil : search(anyHost, request.target, method, &scratch)
    }

    /// Searches depth first, the more specific branch first. Each node is reached in one way only, so
    /// it is visited once at most.
    private func search(
        _ root: Int32, _ target: RequestTarget, _ method: Int32, _ scratch: inout MatchScratch
    ) -> Int? {
        scratch.steps.clear()
        scratch.steps.append(Step(node: root, segment: 0, isRest: false))
        while let step = scratch.steps.popLast() {
            let node = nodes[Int(step.node)]
            if step.isRest {
                if let route = route(node.firstRest, node.restCount, method) { return route }
                continue
            }
            let index = Int(step.segment)
            guard index < target.segments.count else {
                if let route = route(node.firstEnd, node.endCount, method) { return route }
                continue
            }
            let segment = target.segments[index]
            // A final `/` is no segment to capture, and alone it is no rest.
            if segment.count > 0 {
                if node.restCount > 0 {
                    scratch.steps.append(
                        Step(node: step.node, segment: step.segment, isRest: true))
                }
                if node.capture >= 0 {
                    scratch.steps.append(
                        Step(node: node.capture, segment: step.segment + 1, isRest: false))
                }
            }
            let child = target.decoded.withBytes(segment) { literal(node, $0) }
            if let child {
                scratch.steps.append(Step(node: child, segment: step.segment + 1, isRest: false))
            }
        }
        return nil
    }

    /// The node below a literal, by binary search.
    private func literal(_ node: Node, _ segment: Span<UInt8>) -> Int32? {
        var low = Int(node.firstEdge)
        var high = low + Int(node.edgeCount)
        while low < high {
            let middle = (low + high) / 2
            let order = bytes.withBytes(edges[middle].literal) { $0.order(to: segment) }
            if order == 0 { return edges[middle].node }
            if order < 0 { low = middle + 1 } else { high = middle }
        }
        return nil
    }

    private func route(_ first: Int32, _ count: Int32, _ method: Int32) -> Int? {
        var any: Int?
        for index in Int(first)..<Int(first + count) {
            let end = ends[index]
            if end.method == method, method >= 0 { return Int(end.route) }
            if end.method < 0 { any = Int(end.route) }
        }
        return any
    }

    /// -1 for a method that no route lists.
    private func methodIndex(_ method: Span<UInt8>) -> Int32 {
        for index in methods.indices
        where bytes.withBytes(methods[index], { $0.hasBytes(of: method) }) {
            return Int32(index)
        }
        return -1
    }

    private func exactRoot(_ host: Span<UInt8>) -> Int32? {
        var (low, high) = (0, exactHosts.count)
        while low < high {
            let middle = (low + high) / 2
            let order = bytes.withBytes(exactHosts[middle].host) { $0.order(to: host) }
            if order == 0 { return exactHosts[middle].node }
            if order < 0 { low = middle + 1 } else { high = middle }
        }
        return nil
    }
}

extension Span where Element == UInt8 {
    /// Below 0, 0 or above it, as this comes before, is, or comes after another: by length, then by
    /// bytes.
    func order(to other: Span<UInt8>) -> Int {
        guard count == other.count else { return count - other.count }
        for index in indices where self[index] != other[index] {
            return Int(self[index]) - Int(other[index])
        }
        return 0
    }
}

// MARK: - Building

extension RouteTrie {
    /// A tree in the making.
    private final class Draft {
        var literals: [[UInt8]: Draft] = [:]
        var capture: Draft?
        var ends: [(method: String?, route: Int)] = []
        var rests: [(method: String?, route: Int)] = []
    }

    /// Builds the trees of routes without ambiguity.
    init(_ routes: [Route]) {
        var drafts: [HostPattern: Draft] = [:]
        var anyDraft: Draft?
        for (number, route) in routes.enumerated() {
            if route.hosts.isEmpty {
                let draft = anyDraft ?? Draft()
                anyDraft = draft
                Self.add(route, number, to: draft)
            }
            for host in route.hosts {
                let draft = drafts[host] ?? Draft()
                drafts[host] = draft
                Self.add(route, number, to: draft)
            }
        }
        for method in Set(routes.flatMap(\.methods)).sorted() {
            methods.append(store(Array(method.utf8)))
        }
        for (host, draft) in drafts {
            let node = place(draft)
            switch host {
            case .exact(let name): exactHosts.append(Root(host: store(name), node: node))
            case .suffix(let tail): suffixHosts.append(Root(host: store(tail), node: node))
            }
        }
        let bytes = bytes
        exactHosts.sort { left, right in
            bytes.withBytes(left.host) { left in
                bytes.withBytes(right.host) { left.order(to: $0) < 0 }
            }
        }
        suffixHosts.sort { $0.host.count > $1.host.count }
        if let anyDraft { anyHost = place(anyDraft) }
    }

    private static func add(_ route: Route, _ number: Int, to root: Draft) {
        let methods: [String?] = route.methods.isEmpty ? [nil] : route.methods
        var draft = root
        for segment in route.path.segments {
            switch segment {
            case .literal(let bytes):
                let next = draft.literals[bytes] ?? Draft()
                draft.literals[bytes] = next
                draft = next
            case .capture:
                let next = draft.capture ?? Draft()
                draft.capture = next
                draft = next
            case .rest:
                draft.rests += methods.map { ($0, number) }
                return
            }
        }
        draft.ends += methods.map { ($0, number) }
    }

    /// Lays a tree into the arrays. It is as deep as a path has segments: bounded.
    private mutating func place(_ draft: Draft) -> Int32 {
        let number = nodes.count
        nodes.append(Node())
        var node = Node()
        if let capture = draft.capture { node.capture = place(capture) }
        var children: [(literal: [UInt8], node: Int32)] = []
        for (literal, child) in draft.literals { children.append((literal, place(child))) }
        children.sort { $0.literal.span.order(to: $1.literal.span) < 0 }
        node.firstEdge = Int32(edges.count)
        node.edgeCount = Int32(children.count)
        for child in children {
            edges.append(Edge(literal: store(child.literal), node: child.node))
        }
        (node.firstEnd, node.endCount) = place(draft.ends)
        (node.firstRest, node.restCount) = place(draft.rests)
        nodes[number] = node
        return Int32(number)
    }

    private mutating func place(_ list: [(method: String?, route: Int)]) -> (Int32, Int32) {
        let first = Int32(ends.count)
        for (method, route) in list {
            let index = method.map { methodIndex(Array($0.utf8).span) } ?? -1
            ends.append(End(method: index, route: Int32(route)))
        }
        return (first, Int32(list.count))
    }

    private mutating func store(_ literal: [UInt8]) -> ByteRange {
        let start = bytes.count
        bytes += literal
        return ByteRange(start, bytes.count)
    }
}
