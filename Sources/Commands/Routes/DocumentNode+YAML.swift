import CedarSyntax
import Routes
import Yams

extension DocumentNode {
    /// The deepest document, and the most values, that are read: an alias counts as often as it is
    /// used, so that a small file cannot become a large tree.
    private static let maximumDepth = 128
    private static let maximumNodes = 500_000

    /// Reads a YAML or JSON file.
    init(_ file: InputFile) throws(Failure) {
        guard let text = String(validating: file.bytes, as: UTF8.self) else {
            throw Failure("`\(file.name)` is no UTF-8 text", file: file.name)
        }
        try KeyedAliases.refuse(file)
        let node: Node?
        do {
            node = try Yams.compose(yaml: text)
        } catch let error as YamlError {
            throw file.failure(error)
        } catch {
            throw Failure("`\(file.name)` cannot be read: \(error)", file: file.name)
        }
        guard let node else {
            throw Failure(
                "`\(file.name)` is empty", help: "it must hold a YAML or JSON document",
                file: file.name)
        }
        var rest = Self.maximumNodes
        try self.init(node, file, depth: 0, &rest)
    }

    private init(
        _ node: Node, _ file: InputFile, depth: Int, _ rest: inout Int
    ) throws(Failure) {
        let place = Place(line: node.mark?.line ?? 1, column: node.mark?.column ?? 1)
        rest -= 1
        guard depth < Self.maximumDepth, rest > 0 else {
            throw file.place(place).failure(
                "the document is too \(rest > 0 ? "deep" : "large"), or an alias makes it so")
        }
        switch node {
        case .scalar(let scalar):
            let isText = scalar.style == .doubleQuoted || scalar.style == .singleQuoted
            self.init(.scalar(scalar.string, isText: isText), at: place)
        case .sequence(let sequence):
            var elements: [DocumentNode] = []
            for element in sequence {
                elements.append(try DocumentNode(element, file, depth: depth + 1, &rest))
            }
            self.init(.sequence(elements), at: place)
        case .mapping(let mapping):
            var members: [(key: DocumentNode, value: DocumentNode)] = []
            for (key, value) in mapping {
                members.append(
                    (
                        try DocumentNode(key, file, depth: depth + 1, &rest),
                        try DocumentNode(value, file, depth: depth + 1, &rest)
                    ))
            }
            self.init(.mapping(members), at: place)
        case .alias:
            throw file.place(place).failure("an alias without its anchor")
        }
    }
}

extension InputFile {
    /// Reads the file as routes.
    func routes() throws(Failure) -> RouteTable {
        let document = try DocumentNode(self)
        do throws(DocumentError) {
            return try RouteTable(document)
        } catch {
            throw failure(error)
        }
    }

    /// A failure at the places of a document, with the source underlined.
    func failure(_ error: DocumentError) -> Failure {
        Failure(
            error.problems.map {
                Diagnostic(span: span($0.place), message: $0.message, help: $0.help)
            }, in: self)
    }

    fileprivate func place(_ place: DocumentNode.Place) -> SourcePlace {
        SourcePlace(self, span(place))
    }

    /// The word that stands at a place.
    private func span(_ place: DocumentNode.Place) -> SourceSpan {
        let start = offset(line: place.line, column: place.column)
        var end = start
        while end < bytes.count, ![0x20, 0x0A, 0x0D, 0x3A].contains(bytes[end]) { end += 1 }
        return SourceSpan(start, max(end, start + 1))
    }
}
