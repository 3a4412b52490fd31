/// The grammar: a loop over states with the open containers linked through the tape, so that depth
/// costs no stack.
extension JSONTape {
    private enum State {
        case value(JSONError.Expectation)
        case key(JSONError.Expectation)
        case afterValue
    }

    /// No container is open: the index that links the outermost one.
    private static let none = 0xFFFF_FFFF

    /// Objects with more members than this find repeated names by hash instead of one by one.
    private static let smallObject = 8

    mutating func parseDocument(_ bytes: Span<UInt8>) throws(JSONError) {
        var position = 0
        var open = Self.none
        var depth = 0
        var state = State.value(.value)
        while true {
            position = bytes.skippingSpace(from: position)
            switch state {
            case .value(let expected):
                guard position < bytes.count else {
                    throw JSONError(.unexpectedEnd, at: position, expected: expected)
                }
                let byte = bytes[position]
                if byte == UInt8(ascii: "{") || byte == UInt8(ascii: "[") {
                    depth += 1
                    guard depth <= limits.maximumDepth else {
                        throw JSONError(.tooDeep, at: position, limit: limits.maximumDepth)
                    }
                    let isObject = byte == UInt8(ascii: "{")
                    let parent = open
                    open = entries.count
                    entries.append(
                        Entry(
                            isObject ? .object : .array, offset: position,
                            payload: UInt64(parent) << 32))
                    position += 1
                    state = isObject ? .key(.keyOrEndOfObject) : .value(.valueOrEndOfArray)
                } else if byte == UInt8(ascii: "]"), expected == .valueOrEndOfArray {
                    position += 1
                    close(&open, &depth, end: position)
                    state = .afterValue
                } else {
                    position = try parseScalar(bytes, at: position, byte, expected)
                    state = .afterValue
                }
            case .key(let expected):
                position = try parseKey(bytes, at: position, of: &open, &depth, expected)
                // A closed object leaves nothing to put after a colon.
                state = bytes[position - 1] == UInt8(ascii: "}") ? .afterValue : .value(.value)
            case .afterValue:
                if open == Self.none {
                    guard position == bytes.count else {
                        throw JSONError(.trailingContent, at: position, found: bytes[position])
                    }
                    return
                }
                let isObject = entries[open].kindBits == JSONKind.object.rawValue
                entries[open].payload += 1
                let expected: JSONError.Expectation =
                    isObject ? .commaOrEndOfObject : .commaOrEndOfArray
                guard position < bytes.count else {
                    throw JSONError(.unexpectedEnd, at: position, expected: expected)
                }
                let byte = bytes[position]
                position += 1
                if byte == UInt8(ascii: ",") {
                    state = isObject ? .key(.keyAfterComma) : .value(.valueAfterComma)
                } else if byte == (isObject ? UInt8(ascii: "}") : UInt8(ascii: "]")) {
                    close(&open, &depth, end: position)
                } else {
                    throw JSONError(
                        .unexpectedByte, at: position - 1, expected: expected, found: byte)
                }
            }
        }
    }

    /// Ends the innermost open container and makes the one around it innermost.
    private mutating func close(_ open: inout Int, _ depth: inout Int, end: Int) {
        let index = open
        open = entries[index].high
        entries[index].payload =
            UInt64(entries[index].low) | UInt64(truncatingIfNeeded: entries.count) << 32
        entries[index].end = UInt32(truncatingIfNeeded: end)
        if entries[index].low > Self.smallObject { keys.removeAll(of: index) }
        depth -= 1
    }

    /// Parses a member name and its colon, or the `}` of an empty object; returns what follows.
    private mutating func parseKey(
        _ bytes: Span<UInt8>, at start: Int, of open: inout Int, _ depth: inout Int,
        _ expected: JSONError.Expectation
    ) throws(JSONError) -> Int {
        guard start < bytes.count else {
            throw JSONError(.unexpectedEnd, at: start, expected: expected)
        }
        let byte = bytes[start]
        if byte == UInt8(ascii: "}"), expected == .keyOrEndOfObject {
            close(&open, &depth, end: start + 1)
            return start + 1
        }
        guard byte == UInt8(ascii: "\"") else {
            throw JSONError(.unexpectedByte, at: start, expected: expected, found: byte)
        }
        var position = try parseString(bytes, at: start)
        guard isNewKey(entries.count - 1, of: open) else {
            throw JSONError(.duplicateKey, at: start)
        }
        position = bytes.skippingSpace(from: position)
        guard position < bytes.count else {
            throw JSONError(.unexpectedEnd, at: position, expected: .colon)
        }
        guard bytes[position] == UInt8(ascii: ":") else {
            throw JSONError(
                .unexpectedByte, at: position, expected: .colon, found: bytes[position])
        }
        return position + 1
    }

    /// Whether the last entry, a member name, differs from all earlier ones of its object.
    private mutating func isNewKey(_ index: Int, of object: Int) -> Bool {
        let earlier = entries[object].low
        let key = entries[index]
        if earlier > Self.smallObject { return insertKey(key, of: object) }
        let isFull = earlier == Self.smallObject
        var other = object + 1
        for _ in 0..<earlier {
            let entry = entries[other]
            if entry.low == key.low,
                text.span.equalBytes(at: entry.offset + 1, and: key.offset + 1, count: key.low)
            {
                return false
            }
            // Cannot fail: the names before were just compared one by one.
            if isFull { _ = insertKey(entry, of: object) }
            other = indexAfter(other + 1)
        }
        return !isFull || insertKey(key, of: object)
    }

    private mutating func insertKey(_ key: Entry, of object: Int) -> Bool {
        keys.insert(start: key.offset + 1, length: key.low, object: object, text: text)
    }

    /// Parses anything but an array or an object; returns what follows.
    private mutating func parseScalar(
        _ bytes: Span<UInt8>, at start: Int, _ byte: UInt8, _ expected: JSONError.Expectation
    ) throws(JSONError) -> Int {
        switch byte {
        case UInt8(ascii: "\""): try parseString(bytes, at: start)
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"):
            try parseNumber(bytes, at: start)
        case UInt8(ascii: "t"): try parseLiteral(bytes, at: start, "true", .true)
        case UInt8(ascii: "f"): try parseLiteral(bytes, at: start, "false", .false)
        case UInt8(ascii: "n"): try parseLiteral(bytes, at: start, "null", .null)
        default:
            throw JSONError(.unexpectedByte, at: start, expected: expected, found: byte)
        }
    }

    private mutating func parseLiteral(
        _ bytes: Span<UInt8>, at start: Int, _ word: StaticString, _ kind: JSONKind
    ) throws(JSONError) -> Int {
        let length = word.utf8CodeUnitCount
        let matching = word.withUTF8Buffer { word in
            var matching = 1
            while matching < length, start + matching < bytes.count,
                unsafe bytes[start + matching] == word[matching]
            {
                matching += 1
            }
            return matching
        }
        let end = start + matching
        guard matching == length else {
            guard end < bytes.count else {
                throw JSONError(.unexpectedEnd, at: end, expected: .literal)
            }
            throw JSONError(.unexpectedByte, at: end, expected: .literal, found: bytes[end])
        }
        entries.append(Entry(kind, offset: start, end: end))
        return end
    }
}
