extension JSONWriter {
    /// Writes a parsed value as the next value: same order, same numbers letter for letter, strings
    /// with the same bytes.
    ///
    /// - Complexity: O(*n*) in the nodes and bytes below `node`; the depth takes no stack.
    package mutating func value(_ node: JSONNode, of tape: JSONTape) {
        // Each open container: the index after it, and whether it is an object.
        var open: [(end: Int, isObject: Bool)] = []
        let end = tape.indexAfter(Int(node.index))
        var index = Int(node.index)
        var isKey = false
        while index < end {
            let entry = tape.entries[index]
            if isKey {
                key(
                    utf8: tape.text.span.extracting(entry.offset + 1..<entry.offset + 1 + entry.low)
                )
                isKey = false
                index += 1
                continue
            }
            if entry.isContainer {
                let isObject = entry.kindBits == JSONKind.object.rawValue
                if isObject { beginObject() } else { beginArray() }
                open.append((entry.high, isObject))
            } else {
                scalar(entry, of: tape)
            }
            index += 1
            while let innermost = open.last, innermost.end == index {
                if innermost.isObject { endObject() } else { endArray() }
                open.removeLast()
            }
            isKey = open.last?.isObject ?? false
        }
    }

    private mutating func scalar(_ entry: JSONTape.Entry, of tape: JSONTape) {
        let text = tape.text.span
        switch entry.kindBits {
        case JSONKind.null.rawValue: null()
        case JSONKind.false.rawValue: boolean(false)
        case JSONKind.true.rawValue: boolean(true)
        case JSONKind.integer.rawValue: integer(Int64(bitPattern: entry.payload))
        case JSONKind.otherNumber.rawValue:
            number(utf8: text.extracting(entry.offset..<Int(entry.end)))
        default: string(utf8: text.extracting(entry.offset + 1..<entry.offset + 1 + entry.low))
        }
    }
}
