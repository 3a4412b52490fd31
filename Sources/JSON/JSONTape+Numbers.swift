extension JSONTape {
    /// Parses a number; returns what follows.
    ///
    /// Source: RFC 8259 section 6.
    mutating func parseNumber(_ bytes: Span<UInt8>, at start: Int) throws(JSONError) -> Int {
        let isNegative = bytes[start] == UInt8(ascii: "-")
        let firstDigit = isNegative ? start + 1 : start
        var position = try Self.digits(bytes, at: firstDigit)
        let digitCount = position - firstDigit
        if bytes[firstDigit] == UInt8(ascii: "0"), digitCount > 1 {
            throw JSONError(.badNumber, at: firstDigit + 1, found: bytes[firstDigit + 1])
        }
        var isInteger = true
        if position < bytes.count, bytes[position] == UInt8(ascii: ".") {
            isInteger = false
            position = try Self.digits(bytes, at: position + 1)
        }
        if position < bytes.count, bytes[position] | 0x20 == UInt8(ascii: "e") {
            isInteger = false
            position += 1
            if position < bytes.count,
                bytes[position] == UInt8(ascii: "+") || bytes[position] == UInt8(ascii: "-")
            {
                position += 1
            }
            position = try Self.digits(bytes, at: position)
        }
        if isInteger,
            let value = Self.integer(bytes, at: firstDigit, count: digitCount, isNegative)
        {
            entries.append(
                Entry(.integer, offset: start, end: position, payload: UInt64(bitPattern: value)))
        } else {
            entries.append(Entry(.otherNumber, offset: start, end: position))
        }
        return position
    }

    /// Skips one or more digits; returns what follows.
    private static func digits(_ bytes: Span<UInt8>, at start: Int) throws(JSONError) -> Int {
        var position = start
        while position < bytes.count, bytes[position].isDigit { position += 1 }
        guard position > start else {
            guard start < bytes.count else {
                throw JSONError(.unexpectedEnd, at: start, expected: .digit)
            }
            throw JSONError(.badNumber, at: start, expected: .digit, found: bytes[start])
        }
        return position
    }

    /// The value of digits without leading zeros, nil for `-0` and outside `Int64`.
    private static func integer(
        _ bytes: Span<UInt8>, at start: Int, count: Int, _ isNegative: Bool
    ) -> Int64? {
        // 19 digits fit UInt64; 20 digits without a leading zero exceed Int64.
        guard count <= 19 else { return nil }
        var magnitude: UInt64 = 0
        for index in start..<start + count {
            magnitude = magnitude &* 10 &+ UInt64(bytes[index] &- 0x30)
        }
        if isNegative {
            guard magnitude != 0, magnitude <= 1 << 63 else { return nil }
            return Int64(bitPattern: 0 &- magnitude)
        }
        return Int64(exactly: magnitude)
    }
}

extension JSONTape {
    /// Whether the bytes are one JSON number and nothing else.
    static func isNumber(_ bytes: Span<UInt8>) -> Bool {
        guard !bytes.isEmpty, bytes[0] == UInt8(ascii: "-") || bytes[0].isDigit else {
            return false
        }
        var tape = JSONTape()
        guard let end = try? tape.parseNumber(bytes, at: 0) else { return false }
        return end == bytes.count
    }
}
