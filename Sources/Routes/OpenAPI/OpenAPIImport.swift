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

    private static let methods = [
        "get", "put", "post", "delete", "options", "head", "patch", "trace",
    ]

    /// - Throws: when the document is no OpenAPI 3, or has no paths.
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
        let action: String
        if let id = operation["operationId"]?.text, !id.isEmpty {
            action = id
        } else {
            action = "\(method) \(path)"
            warn(node, "`\(upper) \(path)` has no `operationId`: its action is `\(action)`")
        }
        let parameters =
            (item["parameters"]?.elements ?? []) + (operation["parameters"]?.elements ?? [])
        for parameter in parameters where parameter["in"]?.text == "path" {
            if let style = parameter["style"], let text = style.text, text != "simple" {
                warn(style, "`\(upper) \(path)`: captures do not know the style `\(text)`")
            }
        }
        let uid = EntityUID(type: "Action", id: Text(action))
        let (type, id) = Self.resource(template)
        return """
              - name: \(Self.quoted(action))
                method: \(upper)
                path: \(Self.quoted(template.description))
                action: \(Self.quoted(uid.description))
                resource: { type: \(type), id: \(Self.quoted(id)) }

            """
    }

    /// A proposal: `/accounts/{account}/payments/{payment}` is about `Payment`, and
    /// `/accounts/{account}/payments` about the payments of an `Account`.
    private static func resource(_ template: PathTemplate) -> (type: String, id: String) {
        var noun: [UInt8] = []
        var found: (type: String, id: String)?
        for segment in template.segments {
            switch segment {
            case .literal(let bytes): if !bytes.isEmpty { noun = bytes }
            case .capture(let name), .rest(let name):
                found = (typeName(noun) ?? typeName(Array(name.utf8)) ?? "Resource", "{\(name)}")
            }
        }
        return found ?? ("Collection", String(decoding: noun.filter(isPlain), as: UTF8.self))
    }

    private static func isPlain(_ byte: UInt8) -> Bool {
        byte.isLetter || byte.isDigit || byte == UInt8(ascii: "-")
    }

    /// `bank-accounts` becomes `BankAccount`; nil when no letter is left to begin with.
    private static func typeName(_ noun: [UInt8]) -> String? {
        var name: [UInt8] = []
        var startsWord = true
        for byte in noun {
            guard byte.isLetter || byte.isDigit else {
                startsWord = true
                continue
            }
            let isLower = UInt8(ascii: "a")...UInt8(ascii: "z") ~= byte
            name.append(startsWord && isLower ? byte - 0x20 : byte)
            startsWord = false
        }
        guard let first = name.first, first.isLetter else { return nil }
        let text = String(decoding: name, as: UTF8.self)
        if text.hasSuffix("ies"), text.utf8.count > 4 { return text.dropLast(3) + "y" }
        return text.hasSuffix("s") && !text.hasSuffix("ss") && text.utf8.count > 2
            ? String(text.dropLast()) : text
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
