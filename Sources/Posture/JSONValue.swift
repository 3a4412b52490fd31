import CedarSyntax
import JSON

/// A value of a document, with the words for what is wrong with it.
struct JSONValue {
    private let tape: JSONTape
    private let node: JSONNode

    init(_ tape: JSONTape, _ node: JSONNode) {
        self.tape = tape
        self.node = node
    }

    var offset: Int { tape.offset(node) }
    var isObject: Bool { tape.kind(node) == .object }
    var isArray: Bool { tape.kind(node) == .array }
    var isNull: Bool { tape.kind(node) == .null }
    var isString: Bool { tape.kind(node) == .string }

    var elements: [JSONValue] { tape.elements(node).map { JSONValue(tape, $0) } }

    var members: [(key: Text, value: JSONValue)] {
        tape.members(node).map {
            (Text(validUTF8: tape.bytes($0.key) ?? []), JSONValue(tape, $0.value))
        }
    }

    /// A member that is there and not null.
    subscript(_ name: StaticString) -> JSONValue? {
        guard let found = tape.member(node, name), tape.kind(found) != .null else { return nil }
        return JSONValue(tape, found)
    }

    /// A member by bytes, null or not.
    func member(_ name: [UInt8]) -> JSONValue? {
        for (key, value) in tape.members(node) where tape.stringEquals(key, name.span) {
            return JSONValue(tape, value)
        }
        return nil
    }

    func element(_ index: Int) -> JSONValue? {
        guard isArray, index < tape.count(node) else { return nil }
        return elements[index]
    }

    func wrong(_ words: String) -> PostureError { PostureError(.wrongType, words, at: offset) }

    func object(_ name: StaticString) throws(PostureError) -> JSONValue? {
        guard let value = self[name] else { return nil }
        guard value.isObject else { throw value.wrong("`\(name)` is no object") }
        return value
    }

    func array(_ name: StaticString) throws(PostureError) -> [JSONValue]? {
        guard let value = self[name] else { return nil }
        guard value.isArray else { throw value.wrong("`\(name)` is no array") }
        return value.elements
    }

    func bool(_ name: StaticString) throws(PostureError) -> Bool? {
        guard let value = self[name] else { return nil }
        guard let bool = value.tape.boolean(value.node) else {
            throw value.wrong("`\(name)` is neither true nor false")
        }
        return bool
    }

    var boolean: Bool? { tape.boolean(node) }
    var integer: Int64? { tape.integer(node) }

    func long(_ name: StaticString) throws(PostureError) -> Int64? {
        guard let value = self[name] else { return nil }
        guard let number = value.integer else { throw value.wrong("`\(name)` is no whole number") }
        return number
    }

    /// A text of at most ``PostureLimits/maximumTextBytes``.
    func text(_ name: StaticString) throws(PostureError) -> Text? {
        guard let value = self[name] else { return nil }
        return try value.content("\(name)")
    }

    func content(_ name: String) throws(PostureError) -> Text {
        guard let bytes = tape.bytes(node) else { throw wrong("`\(name)` is no string") }
        guard bytes.count <= PostureLimits.maximumTextBytes else {
            throw PostureError(
                .tooLarge,
                "`\(name)` is longer than \(PostureLimits.maximumTextBytes) bytes", at: offset)
        }
        return Text(validUTF8: bytes)
    }

    /// An instant in milliseconds since 1970; nil for one that stands for never.
    func instant(
        _ name: StaticString, neverBefore earliest: Int64 = 1
    ) throws(PostureError) -> Int64? {
        guard let value = self[name] else { return nil }
        guard let instant = Instant.milliseconds(try value.content("\(name)").utf8) else {
            throw value.wrong("`\(name)` is no RFC 3339 date and time")
        }
        return instant < earliest ? nil : instant
    }

    /// The id of a device: the first of some members that is there and not empty.
    func device(_ names: StaticString...) throws(PostureError) -> Text? {
        for name in names {
            if let text = try text(name), !text.isEmpty { return text }
        }
        return nil
    }
}

/// Instants as vendors write them.
enum Instant {
    /// Reads RFC 3339, with any number of digits after the point, in milliseconds since 1970.
    static func milliseconds(_ bytes: [UInt8]) -> Int64? {
        guard bytes.count >= 20, bytes.count <= 40 else { return nil }
        var canonical = Array(bytes[..<19])
        if canonical[10] == UInt8(ascii: "t") || canonical[10] == UInt8(ascii: " ") {
            canonical[10] = UInt8(ascii: "T")
        }
        var index = 19
        var fraction: [UInt8] = []
        if bytes[index] == UInt8(ascii: ".") {
            index += 1
            while index < bytes.count, (48...57).contains(bytes[index]) {
                fraction.append(bytes[index])
                index += 1
            }
            guard !fraction.isEmpty else { return nil }
        }
        let three = Array((fraction + [48, 48, 48]).prefix(3))
        canonical += [UInt8(ascii: ".")] + three
        var zone = Array(bytes[index...])
        if zone == [UInt8(ascii: "z")] { zone = [UInt8(ascii: "Z")] }
        if zone.count == 6, zone[3] == UInt8(ascii: ":") { zone.remove(at: 3) }
        return DateTime(parsing: canonical + zone)?.milliseconds
    }
}

extension [PostureFact] {
    /// Adds what is said; nothing when nothing is said.
    mutating func add(
        _ attribute: PostureAttribute, _ reading: PostureReading?, _ collectedAt: Int64?
    ) {
        guard let reading, let collectedAt else { return }
        if case .string(let text) = reading, text.isEmpty { return }
        append(PostureFact(attribute, reading, at: collectedAt))
    }

    mutating func add(
        _ attribute: PostureAttribute, _ value: Bool?, _ collectedAt: Int64?
    ) {
        add(attribute, value.map { PostureReading.bool($0) }, collectedAt)
    }

    mutating func add(
        _ attribute: PostureAttribute, _ value: Text?, _ collectedAt: Int64?
    ) {
        add(attribute, value.map { PostureReading.string($0) }, collectedAt)
    }
}
