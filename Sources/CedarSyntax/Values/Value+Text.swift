extension Value {
    /// The value as the Rust `cedar evaluate` prints it: an expression that has the same value.
    ///
    /// Sets and records are in order, so that equal values have equal texts. Extension values are in
    /// their shortest form (`ip("10.0.0.1")`), where the original keeps what was written.
    package var text: String {
        switch self {
        case .bool(let value): "\(value)"
        case .long(let value): "\(value)"
        case .string(let text): text.debugQuoted
        case .entity(let uid): "\(uid.type)::\(uid.id.debugQuoted)"
        case .set(let elements): "[\(elements.inOrder.map(\.text).joined(separator: ", "))]"
        case .record(let members):
            "{"
                + members.sorted { $0.key < $1.key }
                .map { "\($0.key.debugQuoted): \($0.value.text)" }.joined(separator: ", ") + "}"
        case .decimal(let value): "decimal(\"\(value)\")"
        case .ip(let value): "ip(\"\(value)\")"
        case .datetime(let instant): Self.text(instant)
        case .duration(let value): "duration(\"\(value)\")"
        }
    }

    /// An instant outside of the years 0000–9999 has no literal: it is an offset.
    private static func text(_ instant: DateTime) -> String {
        if let literal = instant.literal { return "datetime(\"\(literal)\")" }
        let duration = Duration(milliseconds: instant.milliseconds)
        return "datetime(\"1970-01-01\").offset(duration(\"\(duration)\"))"
    }

    /// The value with the elements of all sets in the order of ``text``.
    package var sorted: Value {
        switch self {
        case .set(let elements): .set(elements.map(\.sorted).inOrder)
        case .record(let members):
            .record(
                members.sorted { $0.key < $1.key }.map { ($0.key, $0.value.sorted) })
        case .bool, .long, .string, .entity, .decimal, .ip, .datetime, .duration: self
        }
    }

    /// The place of a kind among the elements of a set.
    private var rank: Int {
        switch self {
        case .bool: 0
        case .long: 1
        case .string: 2
        case .entity: 3
        case .set: 4
        case .record: 5
        case .datetime, .decimal, .duration, .ip: 6
        }
    }

    fileprivate static func precedes(_ left: Value, _ right: Value) -> Bool {
        switch (left, right) {
        case (.bool(let left), .bool(let right)): !left && right
        case (.long(let left), .long(let right)): left < right
        case (.string(let left), .string(let right)): left < right
        case (.entity(let left), .entity(let right)): left < right
        case (.set(let left), .set(let right)):
            left.inOrder.lexicographicallyPrecedes(right.inOrder, by: precedes)
        default:
            left.rank == right.rank ? left.text < right.text : left.rank < right.rank
        }
    }
}

extension [Value] {
    fileprivate var inOrder: [Value] { sorted(by: Value.precedes) }
}

extension Text {
    /// The text as Rust's `escape_debug` writes it, in quotes: apostrophes are escaped, marks only at
    /// the start.
    package var debugQuoted: String {
        var literal = "\""
        for (index, scalar) in string.unicodeScalars.enumerated() {
            switch scalar {
            case "\"", "'", "\\": literal += "\\\(scalar)"
            default: literal += index > 0 && scalar.isMark ? "\(scalar)" : scalar.escapedUnlessPlain
            }
        }
        return literal + "\""
    }
}

extension Unicode.Scalar {
    fileprivate var isMark: Bool {
        switch properties.generalCategory {
        case .nonspacingMark, .enclosingMark: true
        default: false
        }
    }
}
