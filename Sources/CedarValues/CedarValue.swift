package import CedarSyntax

/// A Cedar value: an attribute, a tag or a member of a context; literals of Swift stand for
/// themselves.
///
/// ```swift
/// ["mfa": true, "amount": 250, "sourceIp": .ip("192.0.2.5"), "scopes": ["accounts"]]
/// ```
public indirect enum CedarValue: Sendable {
    case bool(Bool)
    case long(Int64)
    case string(String)
    case entity(EntityID)
    /// In any order; duplicates do not count.
    case set([CedarValue])
    case record([String: CedarValue])
    /// A decimal's text, as in `"12.50"`.
    case decimal(String)
    /// An address or network, as in `"10.0.0.0/8"`.
    case ip(String)
    /// An instant, as in `"2025-10-14T10:30:00Z"`.
    case datetime(String)
    /// A span of time, as in `"1h30m"`.
    case duration(String)
}

extension CedarValue: ExpressibleByBooleanLiteral, ExpressibleByIntegerLiteral,
    ExpressibleByStringLiteral, ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral
{
    public init(booleanLiteral value: Bool) { self = .bool(value) }
    public init(integerLiteral value: Int64) { self = .long(value) }
    public init(stringLiteral value: String) { self = .string(value) }
    public init(arrayLiteral elements: CedarValue...) { self = .set(elements) }

    /// A record; a key that stands twice is a programmer's mistake.
    public init(dictionaryLiteral elements: (String, CedarValue)...) {
        self = .record(Dictionary(uniqueKeysWithValues: elements))
    }
}

/// A text that is no valid decimal, address, instant, span of time or type's name.
package struct ValueError: Error, Hashable, Sendable {
    /// Where and what: lower case, no full stop.
    package let message: String
}

extension CedarValue {
    /// The value as the language has it.
    ///
    /// - Parameters:
    ///   - path: how the value is called in an error.
    ///   - depth: the sets and records around it; too many are refused here, before anything recurs
    ///     over them.
    package func cedarValue(
        _ path: String, depth: Int = 0
    ) throws(ValueError) -> CedarSyntax.Value {
        guard depth <= Self.maximumDepth else {
            throw ValueError(
                message: "`\(path)` nests deeper than \(Self.maximumDepth) sets and records")
        }
        switch self {
        case .bool(let value): return .bool(value)
        case .long(let value): return .long(value)
        case .string(let text): return .string(Text(text))
        case .entity(let entity): return .entity(try entity.checked(path))
        case .set(let elements):
            var values: [CedarSyntax.Value] = []
            for element in elements {
                values.append(try element.cedarValue(path + "[]", depth: depth + 1))
            }
            return .set(values)
        case .record(let members):
            return .record(try Self.members(members, path, depth: depth + 1))
        case .decimal(let text): return try Self.make(.decimal, text, path)
        case .ip(let text): return try Self.make(.ip, text, path)
        case .datetime(let text): return try Self.make(.datetime, text, path)
        case .duration(let text): return try Self.make(.duration, text, path)
        }
    }

    /// More than the flat encoding takes, so that its own refusal is the usual one.
    private static let maximumDepth = 1_000

    package static func members(
        _ members: [String: CedarValue], _ path: String, depth: Int = 0
    ) throws(ValueError) -> [(key: Text, value: CedarSyntax.Value)] {
        var values: [(key: Text, value: CedarSyntax.Value)] = []
        for (key, value) in members {
            values.append((Text(key), try value.cedarValue("\(path).\(key)", depth: depth)))
        }
        return values
    }

    private static func make(
        _ function: ExtensionFunction, _ text: String, _ path: String
    ) throws(ValueError) -> CedarSyntax.Value {
        guard let value = function.applied(to: [.string(Text(text))]) else {
            throw ValueError(message: "`\(path)`: `\(text)` is no valid \(function.rawValue)")
        }
        return value
    }
}

extension EntityID {
    /// The identity as the language has it, if its type is a name.
    package func checked(_ path: String) throws(ValueError) -> EntityUID {
        let uid = uid
        guard EntityTypeName.isValid(uid.type) else {
            throw ValueError(
                message: "`\(path)`: `\(type)` is no entity type: it needs identifiers joined by "
                    + "`::`, no spaces, no reserved words")
        }
        return uid
    }
}
