extension JSONTape {
    /// The value the text consists of; the tape must hold one (the last `parse` succeeded).
    package var root: JSONNode {
        precondition(!entries.isEmpty, "the tape holds no text")
        return JSONNode(index: 0)
    }

    /// What a node is.
    package func kind(_ node: JSONNode) -> JSONKind {
        switch entry(node).kindBits {
        case 0: .null
        case 1: .false
        case 2: .true
        case 3: .integer
        case 4: .otherNumber
        case 5: .string
        case 6: .array
        default: .object
        }
    }

    /// The value of an `integer` node, else nil.
    package func integer(_ node: JSONNode) -> Int64? {
        let entry = entry(node)
        guard entry.kindBits == JSONKind.integer.rawValue else { return nil }
        return Int64(bitPattern: entry.payload)
    }

    /// The value of a `true` or `false` node, else nil.
    package func boolean(_ node: JSONNode) -> Bool? {
        switch kind(node) {
        case .true: true
        case .false: false
        default: nil
        }
    }

    /// The text of an `integer` or `otherNumber` node as it was written, else nil.
    package func numberText(_ node: JSONNode) -> String? {
        let entry = entry(node)
        guard
            entry.kindBits == JSONKind.integer.rawValue
                || entry.kindBits == JSONKind.otherNumber.rawValue
        else { return nil }
        return String(decoding: text[entry.offset..<Int(entry.end)], as: UTF8.self)
    }

    /// Lends the text of an `integer` or `otherNumber` node, which it must be, as it was written.
    package func withNumber<R, E: Error>(
        _ node: JSONNode, _ body: (Span<UInt8>) throws(E) -> R
    ) throws(E) -> R {
        let entry = entry(node)
        precondition(
            entry.kindBits == JSONKind.integer.rawValue
                || entry.kindBits == JSONKind.otherNumber.rawValue, "the node is not a number")
        return try body(text.span.extracting(entry.offset..<Int(entry.end)))
    }

    /// A decoded `string` node, else nil.
    ///
    /// Compare by `stringEquals` or `bytes`: `String` takes canonically equivalent texts for equal.
    package func string(_ node: JSONNode) -> String? {
        let entry = entry(node)
        guard entry.isString else { return nil }
        return String(decoding: text[range(entry)], as: UTF8.self)
    }

    /// The decoded UTF-8 of a `string` node, else nil.
    package func bytes(_ node: JSONNode) -> [UInt8]? {
        let entry = entry(node)
        guard entry.isString else { return nil }
        return Array(text[range(entry)])
    }

    /// Lends the decoded UTF-8 of a `string` node, which it must be.
    package func withUTF8<R, E: Error>(
        _ node: JSONNode, _ body: (Span<UInt8>) throws(E) -> R
    ) throws(E) -> R {
        let entry = entry(node)
        precondition(entry.isString, "the node is not a string")
        return try body(text.span.extracting(range(entry)))
    }

    /// Whether a node is a string of exactly these bytes.
    package func stringEquals(_ node: JSONNode, _ other: StaticString) -> Bool {
        let entry = entry(node)
        guard entry.isString, entry.low == other.utf8CodeUnitCount else { return false }
        let start = entry.offset + 1
        return other.withUTF8Buffer { other in
            for index in 0..<other.count {
                guard unsafe text[start + index] == other[index] else { return false }
            }
            return true
        }
    }

    /// Whether a node is a string of exactly these bytes.
    package func stringEquals(_ node: JSONNode, _ other: Span<UInt8>) -> Bool {
        let entry = entry(node)
        guard entry.isString, entry.low == other.count else { return false }
        let start = entry.offset + 1
        for index in 0..<other.count where text[start + index] != other[index] { return false }
        return true
    }

    /// Number of elements of an array or members of an object, else 0.
    package func count(_ node: JSONNode) -> Int {
        let entry = entry(node)
        return entry.isContainer ? entry.low : 0
    }

    /// Offset of a value's first byte in the source (of a string: its quote).
    package func offset(_ node: JSONNode) -> Int { entry(node).offset }

    /// Offset one past a value's last byte in the source.
    package func endOffset(_ node: JSONNode) -> Int { Int(entry(node).end) }

    /// The value of an object's member with exactly this name; nil if there is none or `node` is not an
    /// object.
    ///
    /// - Complexity: O(*m*) in the object's members. Read large objects by `members`.
    package func member(_ node: JSONNode, _ name: StaticString) -> JSONNode? {
        for (key, value) in members(node) where stringEquals(key, name) { return value }
        return nil
    }

    func entry(_ node: JSONNode) -> Entry { entries[Int(node.index)] }

    /// The index after a node and its descendants.
    func indexAfter(_ index: Int) -> Int {
        let entry = entries[index]
        return entry.isContainer ? entry.high : index + 1
    }

    private func range(_ entry: Entry) -> Range<Int> {
        entry.offset + 1..<entry.offset + 1 + entry.low
    }
}
