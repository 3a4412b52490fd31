extension JSONTape {
    /// The elements of an array in source order.
    ///
    /// Keeps the tape's storage alive: finish with it before the tape parses again, or the tape copies.
    package struct Elements: Sequence, IteratorProtocol, Sendable {
        private let entries: [Entry]
        private var index: Int
        private var remaining: Int

        init(_ entries: [Entry], in index: Int, isArray: Bool) {
            self.entries = entries
            self.index = index + 1
            remaining = isArray ? entries[index].low : 0
        }

        package var underestimatedCount: Int { remaining }

        package mutating func next() -> JSONNode? {
            guard remaining > 0 else { return nil }
            remaining -= 1
            let node = JSONNode(index: index)
            let entry = entries[index]
            index = entry.isContainer ? entry.high : index + 1
            return node
        }
    }

    /// The members of an object in source order.
    ///
    /// Keeps the tape's storage alive: finish with it before the tape parses again, or the tape copies.
    package struct Members: Sequence, IteratorProtocol, Sendable {
        private let entries: [Entry]
        private var index: Int
        private var remaining: Int

        init(_ entries: [Entry], in index: Int, isObject: Bool) {
            self.entries = entries
            self.index = index + 1
            remaining = isObject ? entries[index].low : 0
        }

        package var underestimatedCount: Int { remaining }

        package mutating func next() -> (key: JSONNode, value: JSONNode)? {
            guard remaining > 0 else { return nil }
            remaining -= 1
            let key = JSONNode(index: index)
            let value = JSONNode(index: index + 1)
            let entry = entries[index + 1]
            index = entry.isContainer ? entry.high : index + 2
            return (key, value)
        }
    }

    /// The elements of an array, none for any other node.
    package func elements(_ node: JSONNode) -> Elements {
        Elements(entries, in: Int(node.index), isArray: kind(node) == .array)
    }

    /// The members of an object, none for any other node.
    package func members(_ node: JSONNode) -> Members {
        Members(entries, in: Int(node.index), isObject: kind(node) == .object)
    }
}
