import CedarSyntax

/// Reads routes from the tree of `routes.yaml`.
///
/// Everything that is wrong is collected, so that one run shows all of it. The keys are in
/// <doc:RoutesFile>.
struct RouteReader {
    private var problems: [DocumentError.Problem] = []
    private var routes: [Route] = []

    /// Where a value may come from.
    private static let sources = ["capture", "header", "query", "extension", "body", "value"]

    /// The most routes of a file.
    static let maximumRoutes = 10_000
    /// The longest text of a file, in bytes: far below what a value may be.
    static let maximumTextBytes = 64 << 10
    /// The most methods, or hosts, of one route.
    static let maximumElements = 10_000

    static func read(_ document: DocumentNode) throws(DocumentError) -> [Route] {
        var reader = RouteReader()
        reader.readAll(document)
        guard reader.problems.isEmpty else { throw DocumentError(reader.problems) }
        return reader.routes
    }

    private mutating func readAll(_ document: DocumentNode) {
        do throws(DocumentError) {
            let keys = try members(document, ["version", "hosts", "routes"])
            if let version = keys["version"], version.text != "1" {
                throw DocumentError(version, "`version` must be 1")
            }
            let hosts = try keys["hosts"].map { (node) throws(DocumentError) in
                try self.hosts(node)
            }
            guard let list = keys["routes"] else {
                throw DocumentError(document, "the key `routes` is missing")
            }
            guard case .sequence(let entries) = list.content, !entries.isEmpty else {
                throw DocumentError(list, "`routes` must be a list of at least one route")
            }
            guard entries.count <= Self.maximumRoutes else {
                throw DocumentError(list, "a file has at most \(Self.maximumRoutes) routes")
            }
            for entry in entries {
                do throws(DocumentError) {
                    routes.append(try route(entry, hosts ?? []))
                } catch {
                    problems += error.problems
                }
            }
        } catch {
            problems += error.problems
        }
    }

    private func route(
        _ entry: DocumentNode, _ fileHosts: [HostPattern]
    ) throws(DocumentError) -> Route {
        let keys = try members(
            entry, ["name", "host", "method", "path", "action", "resource", "context"])
        let pathNode = try required("path", keys, entry)
        let pathText = try text(pathNode, "path")
        let path: PathTemplate
        do throws(PathTemplate.Failure) {
            path = try PathTemplate(pathText)
        } catch {
            throw DocumentError(pathNode, error.message)
        }
        let methods = try keys["method"].map { (node) throws(DocumentError) in
            try self.methods(node)
        }
        let action = try uid(try required("action", keys, entry), "action")
        let resourceNode = try required("resource", keys, entry)
        let resource = try members(resourceNode, ["type", "id", "attributes"])
        let type = try typeName(try required("type", resource, resourceNode))
        let id = try resourceID(try required("id", resource, resourceNode), path)
        let attributes = try records(resource["attributes"], path)
        let context = try records(keys["context"], path)
        return Route(
            name: try keys["name"].map { (node) throws(DocumentError) in try text(node, "name") }
                ?? ((methods ?? ["any method"]).joined(separator: "|") + " \(path)"),
            place: entry.place,
            hosts: try keys["host"].map { (node) throws(DocumentError) in try hosts(node) }
                ?? fileHosts,
            methods: methods ?? [], path: path, action: action, resourceType: type,
            resourceID: id, attributes: attributes, context: context)
    }

    // MARK: Values

    private func hosts(_ node: DocumentNode) throws(DocumentError) -> [HostPattern] {
        var patterns: [HostPattern] = []
        for element in try list(node, "host") {
            let text = try text(element, "host")
            var bytes = Array(text.utf8)
            let isSuffix = bytes.starts(with: Array("*.".utf8))
            if isSuffix { bytes.removeFirst(2) }
            guard let name = HostName.name(in: bytes.span), name.count == bytes.count else {
                throw DocumentError(
                    element, "`\(text)` is no host",
                    help: "write a name without port, as in `api.example.org` or `*.example.org`")
            }
            let lower = bytes.map(\.lowercased)
            let pattern: HostPattern =
                isSuffix ? .suffix([UInt8(ascii: ".")] + lower) : .exact(lower)
            guard !patterns.contains(pattern) else {
                throw DocumentError(element, "the host `\(text)` stands twice")
            }
            patterns.append(pattern)
        }
        return patterns
    }

    private func methods(_ node: DocumentNode) throws(DocumentError) -> [String] {
        var methods: [String] = []
        for element in try list(node, "method") {
            let text = try text(element, "method")
            guard 1...RequestLimits.maximumMethodBytes ~= text.utf8.count,
                text.utf8.allSatisfy({
                    UInt8(ascii: "A")...UInt8(ascii: "Z") ~= $0 || $0.isDigit
                        || $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: "_")
                })
            else {
                throw DocumentError(
                    element, "`\(text)` is no method", help: "write it in upper case, as in `GET`")
            }
            guard !methods.contains(text) else {
                throw DocumentError(element, "the method `\(text)` stands twice")
            }
            methods.append(text)
        }
        return methods
    }

    private func uid(_ node: DocumentNode, _ name: String) throws(DocumentError) -> EntityUID {
        let text = try text(node, name)
        do throws(Diagnostics) {
            return try EntityUID.parse(text)
        } catch {
            throw DocumentError(
                node, "`\(name)` is no entity: \(error.all[0].message)",
                help: "write it as in `Action::\"view\"`")
        }
    }

    private func typeName(_ node: DocumentNode) throws(DocumentError) -> Text {
        let text = try text(node, "type")
        // The parser of entities knows what a type's name is.
        guard let uid = try? EntityUID.parse(text + "::\"\"") else {
            throw DocumentError(
                node, "`\(text)` is no type of an entity", help: "as in `Bank::Account`")
        }
        return uid.type
    }

    /// The parts of an id; two that come from the request have a `/` between them, as no segment has
    /// one inside: otherwise two resources could have one id.
    private func resourceID(
        _ node: DocumentNode, _ path: PathTemplate
    ) throws(DocumentError) -> [IDPart] {
        guard case .scalar = node.content else {
            let keys = try members(node, ["capture", "header", "query", "extension", "body"])
            return [try source(keys, node, path)]
        }
        let text = try text(node, "id")
        var parts: [IDPart] = []
        var literal: [UInt8] = []
        var bytes = Array(text.utf8)[...]
        var needsSlash = false
        while let byte = bytes.popFirst() {
            guard byte == UInt8(ascii: "{") else {
                guard byte != UInt8(ascii: "}") else {
                    throw DocumentError(node, "`id` has a `}` without its `{`")
                }
                if byte == UInt8(ascii: "/") { needsSlash = false }
                literal.append(byte)
                continue
            }
            guard let end = bytes.firstIndex(of: UInt8(ascii: "}")) else {
                throw DocumentError(node, "`id` has a `{` without its `}`")
            }
            let name = String(decoding: bytes[..<end], as: UTF8.self)
            bytes = bytes[(end + 1)...]
            guard !needsSlash else {
                throw DocumentError(
                    node, "two captures of an id need a `/` between them",
                    help: "without one, different paths would give one id")
            }
            needsSlash = true
            if !literal.isEmpty { parts.append(.constant(literal)) }
            literal = []
            parts.append(try capture(name, node, path))
        }
        if !literal.isEmpty || parts.isEmpty { parts.append(.constant(literal)) }
        return parts
    }

    private func records(
        _ node: DocumentNode?, _ path: PathTemplate
    ) throws(DocumentError) -> [RouteMember] {
        guard let node else { return [] }
        guard case .mapping(let entries) = node.content else {
            throw DocumentError(node, "expected members, each with where it comes from")
        }
        var records: [RouteMember] = []
        for (key, value) in entries {
            let name = Text(try text(key, "name of a member"))
            guard !records.contains(where: { $0.name == name }) else {
                throw DocumentError(key, "the member `\(name)` stands twice")
            }
            records.append(try member(name, value, path))
        }
        return records
    }

    private func member(
        _ name: Text, _ node: DocumentNode, _ path: PathTemplate
    ) throws(DocumentError) -> RouteMember {
        let keys = try members(
            node, Self.sources + ["type", "entity", "optional"])
        let source = try source(keys, node, path)
        var kind = RouteMember.Kind.string
        if let typeNode = keys["type"] {
            switch try text(typeNode, "type") {
            case "string": kind = .string
            case "long": kind = .long
            case "bool": kind = .bool
            case "decimal": kind = .decimal
            case "ip": kind = .ip
            case "entity":
                kind = .entity(try typeName(try required("entity", keys, node)))
            case let other:
                throw DocumentError(
                    typeNode, "`\(other)` is no type",
                    help: "types are: string, long, bool, decimal, ip, entity")
            }
        }
        if let entity = keys["entity"], keys["type"]?.text != "entity" {
            throw DocumentError(entity, "`entity` needs `type: entity`")
        }
        var isOptional = false
        if let node = keys["optional"] {
            switch try text(node, "optional") {
            case "true": isOptional = true
            case "false": break
            default: throw DocumentError(node, "`optional` must be `true` or `false`")
            }
        }
        switch source {
        case .header, .query, .extension, .body: break
        case .segment, .rest, .constant:
            guard !isOptional else {
                throw DocumentError(
                    node, "`\(name)` is always there: captures and values are never optional")
            }
        }
        if case .constant(let value) = source, ValueReader.read(value.span, kind) == nil {
            throw DocumentError(node, "the value of `\(name)` does not convert to its type")
        }
        return RouteMember(name: name, source: source, kind: kind, isOptional: isOptional)
    }

    private func source(
        _ keys: [String: DocumentNode], _ node: DocumentNode, _ path: PathTemplate
    ) throws(DocumentError) -> ValueSource {
        let named = Self.sources.compactMap { key in
            keys[key].map { (key, $0) }
        }
        guard named.count == 1, let (key, value) = named.first else {
            throw DocumentError(
                node,
                "expected exactly one of " + Self.sources.map { "`\($0)`" }.joined(separator: ", "))
        }
        let text = value.text
        guard let text, key == "value" || !text.isEmpty else {
            throw DocumentError(value, "`\(key)` must be a single value")
        }
        try checkSize(text, value)
        switch key {
        case "capture": return try capture(text, value, path)
        case "header":
            let name = text.utf8.map(\.lowercased)
            guard name.allSatisfy(\.isTokenByte) else {
                throw DocumentError(value, "`\(text)` is no name of a header field")
            }
            return .header(name)
        case "query": return .query(Array(text.utf8))
        case "extension": return .extension(Array(text.utf8))
        case "body":
            guard let pointer = BodyPointer(text) else {
                throw DocumentError(
                    value, "`\(text)` is no place in a JSON body",
                    help: "write a JSON pointer, as in `/creditor/account` or `/items/0/id`")
            }
            return .body(pointer)
        default: return .constant(Array(text.utf8))
        }
    }

    private func capture(
        _ name: String, _ node: DocumentNode, _ path: PathTemplate
    ) throws(DocumentError) -> ValueSource {
        var known: [String] = []
        for (index, segment) in path.segments.enumerated() {
            switch segment {
            case .literal: break
            case .capture(let capture):
                if Text(capture) == Text(name) { return .segment(index) }
                known.append(capture)
            case .rest(let capture):
                if Text(capture) == Text(name) { return .rest(index) }
                known.append(capture)
            }
        }
        let near = nearestName(to: name, among: known)
        throw DocumentError(
            node, "the path `\(path)` has no capture `{\(name)}`",
            help: near.map { "did you mean `\($0)`?" })
    }

    // MARK: The tree

    private func members(
        _ node: DocumentNode, _ known: [String]
    ) throws(DocumentError) -> [String: DocumentNode] {
        guard case .mapping(let entries) = node.content else {
            throw DocumentError(
                node, "expected keys and values: " + known.joined(separator: ", "))
        }
        var members: [String: DocumentNode] = [:]
        for (key, value) in entries {
            let name = key.text ?? ""
            guard known.contains(name) else {
                let near = nearestName(to: name, among: known)
                throw DocumentError(
                    key, "unknown key `\(name)`",
                    help: near.map { "did you mean `\($0)`?" }
                        ?? "known keys: " + known.joined(separator: ", "))
            }
            guard members.updateValue(value, forKey: name) == nil else {
                throw DocumentError(key, "the key `\(name)` stands twice")
            }
        }
        return members
    }

    private func required(
        _ key: String, _ members: [String: DocumentNode], _ node: DocumentNode
    ) throws(DocumentError) -> DocumentNode {
        guard let value = members[key] else {
            throw DocumentError(node, "the key `\(key)` is missing")
        }
        return value
    }

    private func text(_ node: DocumentNode, _ name: String) throws(DocumentError) -> String {
        guard let text = node.text, !text.isEmpty else {
            throw DocumentError(node, "`\(name)` must be a single value")
        }
        try checkSize(text, node)
        return text
    }

    private func checkSize(_ text: String, _ node: DocumentNode) throws(DocumentError) {
        guard text.utf8.count <= Self.maximumTextBytes else {
            throw DocumentError(node, "a text has at most \(Self.maximumTextBytes) bytes")
        }
    }

    /// The elements of a list, or the one value in its place.
    private func list(_ node: DocumentNode, _ name: String) throws(DocumentError) -> [DocumentNode]
    {
        switch node.content {
        case .scalar: return [node]
        case .sequence(let elements) where !elements.isEmpty:
            guard elements.count <= Self.maximumElements else {
                throw DocumentError(
                    node, "`\(name)` has more than \(Self.maximumElements) elements")
            }
            return elements
        case .sequence, .mapping:
            throw DocumentError(node, "`\(name)` must be one value or a list of them")
        }
    }
}
