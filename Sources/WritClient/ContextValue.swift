import CedarSyntax

/// A value in a request's context; literals of Swift stand for themselves.
///
/// ```swift
/// ["mfa": true, "amount": 250, "sourceIp": .ip("192.0.2.5"), "scopes": ["accounts"]]
/// ```
public indirect enum ContextValue: Sendable {
    case bool(Bool)
    case long(Int64)
    case string(String)
    case entity(EntityID)
    /// In any order; duplicates do not count.
    case set([ContextValue])
    case record([String: ContextValue])
    /// A decimal's text, as in `"12.50"`.
    case decimal(String)
    /// An address or network, as in `"10.0.0.0/8"`.
    case ip(String)
    /// An instant, as in `"2025-10-14T10:30:00Z"`.
    case datetime(String)
    /// A span of time, as in `"1h30m"`.
    case duration(String)
}

extension ContextValue: ExpressibleByBooleanLiteral, ExpressibleByIntegerLiteral,
    ExpressibleByStringLiteral, ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral
{
    public init(booleanLiteral value: Bool) { self = .bool(value) }
    public init(integerLiteral value: Int64) { self = .long(value) }
    public init(stringLiteral value: String) { self = .string(value) }
    public init(arrayLiteral elements: ContextValue...) { self = .set(elements) }

    /// A record; a key that stands twice is a programmer's mistake.
    public init(dictionaryLiteral elements: (String, ContextValue)...) {
        self = .record(Dictionary(uniqueKeysWithValues: elements))
    }
}

extension ContextValue {
    /// The value as Cedar has it.
    ///
    /// - Throws: when a text is no valid decimal, address, instant or span.
    func cedarValue(_ path: String) throws(ClientError) -> CedarSyntax.Value {
        switch self {
        case .bool(let value): return .bool(value)
        case .long(let value): return .long(value)
        case .string(let text): return .string(Text(text))
        case .entity(let entity): return .entity(entity.uid)
        case .set(let elements):
            var values: [CedarSyntax.Value] = []
            for element in elements { values.append(try element.cedarValue(path + "[]")) }
            return .set(values)
        case .record(let members):
            return .record(try Self.members(members, path))
        case .decimal(let text):
            return try Self.make(.decimal, text, path)
        case .ip(let text):
            return try Self.make(.ip, text, path)
        case .datetime(let text):
            return try Self.make(.datetime, text, path)
        case .duration(let text):
            return try Self.make(.duration, text, path)
        }
    }

    static func members(
        _ members: [String: ContextValue], _ path: String
    ) throws(ClientError) -> [(key: Text, value: CedarSyntax.Value)] {
        var values: [(key: Text, value: CedarSyntax.Value)] = []
        for (key, value) in members {
            values.append((Text(key), try value.cedarValue("\(path).\(key)")))
        }
        return values
    }

    private static func make(
        _ function: ExtensionFunction, _ text: String, _ path: String
    ) throws(ClientError) -> CedarSyntax.Value {
        guard let value = function.applied(to: [.string(Text(text))]) else {
            throw .invalidRequest("`\(path)`: `\(text)` is no valid \(function.rawValue)")
        }
        return value
    }
}

extension EntityID {
    var uid: EntityUID { EntityUID(type: Text(type), id: Text(id)) }
}
