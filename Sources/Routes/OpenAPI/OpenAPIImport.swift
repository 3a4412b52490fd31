import CedarSyntax

/// Makes routes of an OpenAPI 3 document: `operationId` becomes the action, path parameters captures.
///
/// A document does not say what an operation's resource is, so type and id are proposed from the path
/// and have to be looked at by a person.
package struct OpenAPIImport: Sendable {
    package struct Warning: Hashable, Sendable {
        package let place: DocumentNode.Place
        package let message: String
    }

    /// The text of a routes file.
    package private(set) var text = ""
    /// What could not be mapped, and what was guessed beyond the resource, in order.
    package private(set) var warnings: [Warning] = []
    /// The number of routes.
    package private(set) var count = 0

    /// Where each action, and each method on paths of one shape, was met first.
    private var actions: [String: DocumentNode.Place] = [:]
    private var shapes: [String: DocumentNode.Place] = [:]

    private static let methods = [
        "get", "put", "post", "delete", "options", "head", "patch", "trace",
    ]

    /// - Throws: when the document is no OpenAPI 3, has no paths, or two operations take the same requests.
    package init(_ document: DocumentNode) throws(DocumentError) {
        guard let version = document["openapi"] else {
            throw DocumentError(
                document, "this is no OpenAPI 3 document: the key `openapi` is missing",
                help: document["swagger"] == nil ? nil : "convert Swagger 2 to OpenAPI 3 first")
        }
        guard version.text?.utf8.starts(with: Array("3.".utf8)) == true else {
            throw DocumentError(version, "only OpenAPI 3.x is read")
        }
        guard let paths = document["paths"], case .mapping(let entries) = paths.content,
            !entries.isEmpty
        else { throw DocumentError(document, "the document has no `paths`") }
        let (hosts, base) = servers(document)
        var entriesText = ""
        for (key, item) in entries {
            guard let path = key.text, path.utf8.first == UInt8(ascii: "/") else {
                // Extensions stand between paths.
                if key.text?.hasPrefix("x-") != true {
                    warn(key, "`\(key.text ?? "")` is no path and was left out")
                }
                continue
            }
            if let reference = item["$ref"] {
                warn(reference, "`\(path)` is a reference and was left out")
            }
            guard let template = template(base + path, key) else { continue }
            if let servers = item["servers"] {
                warn(servers, "the servers of `\(path)` are not read: set `host` by hand")
            }
            for (methodKey, operation) in item.members {
                guard let method = methodKey.text, Self.methods.contains(method) else { continue }
                try claim(method, template, path, methodKey)
                entriesText += route(method, template, path, operation, methodKey, item)
                count += 1
            }
        }
        guard count > 0 else { throw DocumentError(paths, "no path of the document can be mapped") }
        text = """
            # Made from an OpenAPI document. Types and ids of resources are proposed from the paths:
            # make them those of your schema, and add the members that policies need as `context`.
            version: 1

            """
        if !hosts.isEmpty {
            text += "hosts: [\(hosts.map(Self.quoted).joined(separator: ", "))]\n"
        }
        text += "routes:\n" + entriesText
    }

    private mutating func warn(_ node: DocumentNode, _ message: String) {
        warnings.append(Warning(place: node.place, message: message))
    }

    /// Refuses a second operation for the same requests.
    ///
    /// Source: OpenAPI 3.1, "Paths Object": paths that differ in the names of parameters only are one.
    private mutating func claim(
        _ method: String, _ template: PathTemplate, _ path: String, _ node: DocumentNode
    ) throws(DocumentError) {
        var shape = method
        for segment in template.segments {
            switch segment {
            case .literal(let bytes): shape += "/" + String(decoding: bytes, as: UTF8.self)
            // No literal has a brace.
            case .capture, .rest: shape += "/{}"
            }
        }
        if let first = shapes.updateValue(node.place, forKey: shape) {
            throw DocumentError(
                node,
                "`\(method.uppercased()) \(path)` takes the same requests as the operation in line "
                    + "\(first.line), column \(first.column)",
                help: "leave one of them")
        }
    }

    // MARK: Servers

    /// The hosts of the servers and the path that all of them put in front.
    private mutating func servers(_ document: DocumentNode) -> (hosts: [String], base: String) {
        var hosts: [String] = []
        var bases: [String] = []
        for server in document["servers"]?.elements ?? [] {
            guard let node = server["url"], let url = node.text else { continue }
            guard !url.contains("{") else {
                warn(node, "the server `\(url)` has variables and was left out")
                continue
            }
            var rest = url[...]
            if let scheme = url.firstRange(of: "://") {
                rest = url[scheme.upperBound...]
                let end = rest.firstIndex(of: "/") ?? rest.endIndex
                let host = Array(rest[..<end].utf8)
                rest = rest[end...]
                guard let name = HostName.name(in: host.span) else {
                    warn(node, "the server `\(url)` has no host that routes can name")
                    continue
                }
                let text = String(
                    decoding: host[name.start..<name.end].map(\.lowercased), as: UTF8.self)
                if !hosts.contains(text) { hosts.append(text) }
            }
            while rest.hasSuffix("/") { rest = rest.dropLast() }
            if !bases.contains(String(rest)) { bases.append(String(rest)) }
        }
        if bases.count > 1, let node = document["servers"] {
            warn(node, "the servers differ in their paths: that of the first is used")
        }
        return (hosts, bases.first ?? "")
    }

    // MARK: Paths

    /// The path with captures as routes write them; nil when it has no such form.
    private mutating func template(_ path: String, _ node: DocumentNode) -> PathTemplate? {
        var segments: [String] = []
        for part in path.utf8.dropFirst().split(
            separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
        {
            let bytes = Array(part)
            let isCapture =
                bytes.count > 2 && bytes.first == UInt8(ascii: "{")
                && bytes.last == UInt8(ascii: "}")
            guard isCapture else {
                segments.append(String(decoding: bytes, as: UTF8.self))
                continue
            }
            // Names of captures are simpler than those of parameters.
            var name = bytes[1..<(bytes.count - 1)].map {
                $0.isLetter || $0.isDigit || $0 == UInt8(ascii: "_") || $0 == UInt8(ascii: "-")
                    || $0 == UInt8(ascii: "{") || $0 == UInt8(ascii: "}") ? $0 : UInt8(ascii: "_")
            }
            if name[0].isDigit || name[0] == UInt8(ascii: "-") {
                name.insert(UInt8(ascii: "_"), at: 0)
            }
            segments.append("{\(String(decoding: name, as: UTF8.self))}")
        }
        do throws(PathTemplate.Failure) {
            return try PathTemplate("/" + segments.joined(separator: "/"))
        } catch {
            warn(node, "`\(path)` was left out: \(error.message)")
            return nil
        }
    }

    private mutating func route(
        _ method: String, _ template: PathTemplate, _ path: String, _ operation: DocumentNode,
        _ node: DocumentNode, _ item: DocumentNode
    ) -> String {
        let upper = method.uppercased()
        let action = action(method, path, operation, node)
        let parameters =
            (item["parameters"]?.elements ?? []) + (operation["parameters"]?.elements ?? [])
        for parameter in parameters { check(parameter, "\(upper) \(path)") }
        let uid = EntityUID(type: "Action", id: Text(action))
        let (type, id) = ResourceProposal.resource(template)
        if template.segments.count(where: { if case .literal = $0 { false } else { true } }) > 1 {
            warn(
                node,
                "the id of `\(upper) \(path)` is `\(id)`: shorten it where a part of it names one "
                    + "`\(type)` and no other")
        }
        return """
              - name: \(Self.quoted(action))
                method: \(upper)
                path: \(Self.quoted(template.description))
                action: \(Self.quoted(uid.description))
                resource: { type: \(type), id: \(Self.quoted(id)) }

            """
    }

    /// The `operationId`, unless there is none or another operation has it: one action for two operations
    /// would allow both.
    private mutating func action(
        _ method: String, _ path: String, _ operation: DocumentNode, _ node: DocumentNode
    ) -> String {
        let name = "\(method) \(path)"
        guard let id = operation["operationId"], let text = id.text, !text.isEmpty else {
            warn(
                node,
                "`\(method.uppercased()) \(path)` has no `operationId`: its action is `\(name)`")
            return name
        }
        guard let first = actions[text] else {
            actions[text] = id.place
            return text
        }
        warn(
            id,
            "the operation in line \(first.line) has the `operationId` `\(text)` as well: the action "
                + "here is `\(name)`")
        return name
    }

    /// Warns of what a parameter says and a route does not.
    private mutating func check(_ parameter: DocumentNode, _ operation: String) {
        if let reference = parameter["$ref"] {
            return warn(reference, "`\(operation)`: a parameter is a reference and was not read")
        }
        let name = parameter["name"]?.text ?? ""
        switch parameter["in"]?.text {
        case "path":
            if let style = parameter["style"], let text = style.text, text != "simple" {
                warn(style, "`\(operation)`: captures do not know the style `\(text)`")
            }
        case "header" where parameter["required"]?.text == "true",
            "query" where parameter["required"]?.text == "true":
            warn(
                parameter,
                "`\(operation)` requires `\(name)`, which policies do not see: give it to them with "
                    + "a member of `context` if they need it")
        default: break
        }
    }

    /// A text in YAML's double quotes.
    private static func quoted(_ text: String) -> String {
        var quoted = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"", "\\": quoted += "\\\(scalar)"
            case _ where scalar.value < 0x20 || 0x7F...0x9F ~= scalar.value:
                let digits = String(scalar.value, radix: 16)
                quoted += "\\x" + (digits.utf8.count < 2 ? "0" : "") + digits
            default: quoted.unicodeScalars.append(scalar)
            }
        }
        return quoted + "\""
    }
}
