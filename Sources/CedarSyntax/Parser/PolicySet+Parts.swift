extension PolicySet {
    /// Larger texts are parsed in parts of about this size, in bytes.
    static let partBytes = 256 << 10

    /// Parses a large text in parts, on all cores.
    ///
    /// A part begins after a line that ends with `;`, which may be in a comment or a string. So the
    /// parts count only when each was parsed without an error and ended with its last policy: then
    /// its last byte was the `;` that ends this policy, and between policies a parser remembers
    /// nothing. By induction from the first part, all parts are what one parser would have found.
    ///
    /// - Returns: nil when the text is to be parsed as a whole, because it is small or because a
    ///   part has an error, which then is told as for any text.
    /// - Throws: when the text is too large or is not UTF-8.
    static func parseParts(
        _ source: [UInt8], size: Int, limits: SyntaxLimits
    ) throws(Diagnostics) -> PolicySet? {
        guard source.count >= 2 * size else { return nil }
        try checkText(source, limits: limits)
        let parts = parts(of: source, size: size)
        guard parts.count > 1 else { return nil }
        let parsed = Chunks.map(parts.count) { number -> [Policy]? in
            var parser = Parser(checked: source, parts[number], limits: limits)
            guard let policies = parser.policies() else { return nil }
            let endsWhole = policies.last.map { Int($0.span.end) } == parts[number].upperBound
            return endsWhole || number == parts.count - 1 ? policies : nil
        }
        var members: [Member] = []
        members.reserveCapacity(parsed.reduce(0) { $0 + ($1?.count ?? 0) })
        for policies in parsed {
            guard let policies else { return nil }
            for policy in policies {
                members.append(Member(id: .positional(members.count), policy: policy))
            }
        }
        return members.count <= limits.maximumPolicies ? PolicySet(members: members) : nil
    }

    /// Cuts a text after lines that end with `;`, into parts of at least `size` bytes.
    private static func parts(of source: [UInt8], size: Int) -> [Range<Int>] {
        var parts: [Range<Int>] = []
        var start = 0
        var position = size
        while position + 1 < source.count {
            if source[position] == UInt8(ascii: ";"),
                source[position + 1] == 0x0A || source[position + 1] == 0x0D
            {
                parts.append(start..<position + 1)
                start = position + 1
                position = start + size
            } else {
                position += 1
            }
        }
        parts.append(start..<source.count)
        return parts
    }
}
