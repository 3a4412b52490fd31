/// One value of a document that was parsed elsewhere, YAML or JSON, with its place.
package struct DocumentNode: Sendable {
    package enum Content: Sendable {
        /// `isText` says that it was quoted, so that `"1"` is no number.
        case scalar(String, isText: Bool)
        case sequence([DocumentNode])
        /// In order, keys as they stand.
        case mapping([(key: DocumentNode, value: DocumentNode)])
    }

    /// A place as people count: both numbers begin with 1.
    package struct Place: BitwiseCopyable, Hashable, Sendable {
        package let line: Int
        package let column: Int

        package init(line: Int, column: Int) {
            self.line = line
            self.column = column
        }
    }

    package let content: Content
    package let place: Place

    package init(_ content: Content, at place: Place) {
        self.content = content
        self.place = place
    }

    /// The text of a scalar; nil for anything else.
    package var text: String? {
        guard case .scalar(let text, _) = content else { return nil }
        return text
    }

    /// The value of a key of a mapping.
    subscript(_ key: String) -> DocumentNode? {
        guard case .mapping(let members) = content else { return nil }
        return members.first { $0.key.text.map { Array($0.utf8) } == Array(key.utf8) }?.value
    }

    /// The members of a mapping; none for anything else.
    var members: [(key: DocumentNode, value: DocumentNode)] {
        guard case .mapping(let members) = content else { return [] }
        return members
    }

    /// The elements of a sequence; none for anything else.
    var elements: [DocumentNode] {
        guard case .sequence(let elements) = content else { return [] }
        return elements
    }
}

/// What is wrong with a document, at its places.
package struct DocumentError: Error, Sendable {
    package struct Problem: Hashable, Sendable {
        package let place: DocumentNode.Place
        package let message: String
        package let help: String?
    }

    /// In the order of the document, at least one.
    package private(set) var problems: [Problem]

    init(_ problems: [Problem]) { self.problems = problems }

    init(_ node: DocumentNode, _ message: String, help: String? = nil) {
        problems = [Problem(place: node.place, message: message, help: help)]
    }
}
