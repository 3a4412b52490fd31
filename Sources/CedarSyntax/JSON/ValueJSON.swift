package import JSON

/// Reads Cedar values from JSON, without a schema.
///
/// Booleans, integers, strings, arrays (sets) and objects (records) stand for themselves; the
/// one-key objects `__entity` and `__extn` are escapes for entities and extension values.
///
/// Source: Cedar documentation, "Entities and context JSON format".
package struct ValueJSON {
    /// How that is read which JSON has and Cedar has not.
    package enum Reading: Sendable, Equatable {
        /// Null is refused, and so is a number that is not written as an integer; the reference's way.
        case exact
        /// A member that is null is one that is absent; a number counts by its value, so that `1.0`
        /// and `1e3` are integers, and a fraction is refused.
        case byValue
        /// The same, but a fraction of up to four decimal places is a `decimal`.
        case byValueWithDecimals
    }

    package let tape: JSONTape
    package var reading = Reading.exact
    /// How many sets and records a value may stand in; one deeper is refused.
    package static let maximumDepth = 128

    package init(_ tape: JSONTape) {
        self.tape = tape
    }

    package func value(_ node: JSONNode, depth: Int = 0) throws(DataError) -> Value {
        guard depth <= Self.maximumDepth else {
            throw error(node, "a value nests deeper than \(Self.maximumDepth) levels")
        }
        switch tape.kind(node) {
        case .null:
            throw error(node, "null is no Cedar value: leave the member out instead")
        case .otherNumber: return try number(node)
        case .true: return .bool(true)
        case .false: return .bool(false)
        case .integer: return .long(tape.integer(node) ?? 0)
        case .string: return .string(text(node))
        case .array:
            var elements: [Value] = []
            elements.reserveCapacity(tape.count(node))
            for element in tape.elements(node) {
                elements.append(try value(element, depth: depth + 1))
            }
            return .set(elements)
        case .object:
            return try object(node, depth: depth)
        }
    }

    /// The members of an object as a record's; no escape is recognised at this level.
    package func members(
        _ node: JSONNode, depth: Int = 0
    ) throws(DataError) -> [(key: Text, value: Value)] {
        guard tape.kind(node) == .object else {
            throw error(node, "expected an object")
        }
        var members: [(key: Text, value: Value)] = []
        members.reserveCapacity(tape.count(node))
        for member in tape.members(node) where !isAbsent(member.value) {
            members.append((text(member.key), try value(member.value, depth: depth + 1)))
        }
        return members
    }

    /// Whether the value of a member makes it one that is not there.
    package func isAbsent(_ node: JSONNode) -> Bool {
        reading != .exact && tape.kind(node) == .null
    }

    /// The value of a number that is not written as an integer, or of none that fits.
    private func number(_ node: JSONNode) throws(DataError) -> Value {
        guard reading != .exact else {
            throw error(
                node,
                "a number must be an integer from -9223372036854775808 to "
                    + "9223372036854775807; write others as `decimal`")
        }
        let number = NumberValue((tape.numberText(node) ?? "").utf8)
        if let integer = number.integer { return .long(integer) }
        guard let decimal = number.decimal else {
            throw error(
                node,
                "a number must be an integer from -9223372036854775808 to 9223372036854775807, or a "
                    + "fraction with at most four decimal places")
        }
        guard reading == .byValueWithDecimals else {
            throw error(
                node,
                "a number with a fraction is no Cedar value: send an integer of a smaller unit, or "
                    + #"`{"__extn": {"fn": "decimal", "arg": "\#(decimal)"}}`"#)
        }
        return .decimal(decimal)
    }

    /// A number as a `decimal`, whole ones too; nil where numbers are not read so.
    package func decimal(_ node: JSONNode) -> Value? {
        guard reading == .byValueWithDecimals, let text = tape.numberText(node) else { return nil }
        return NumberValue(text.utf8).decimal.map { .decimal($0) }
    }

    /// `{"type": …, "id": …}` or the same inside of `__entity`; the reference also reads
    /// `[type, id]`.
    package func uid(_ node: JSONNode) throws(DataError) -> EntityUID {
        if isPair(node) { return try uid(pair: node) }
        guard tape.kind(node) == .object else {
            throw error(node, #"expected an entity: `{"type": "User", "id": "alice"}`"#)
        }
        if let escaped = tape.member(node, "__expr"), tape.kind(escaped) == .string {
            throw error(node, "`__expr` is not supported any more: use `__entity`")
        }
        if let inner = tape.member(node, "__entity") {
            if isPair(inner) { return try uid(pair: inner) }
            if isTypeAndID(inner) { return try uid(members: inner) }
        }
        return try uid(members: node)
    }

    private func isPair(_ node: JSONNode) -> Bool {
        tape.kind(node) == .array && tape.count(node) == 2
            && tape.elements(node).allSatisfy { tape.kind($0) == .string }
    }

    private func uid(pair node: JSONNode) throws(DataError) -> EntityUID {
        let pair = Array(tape.elements(node))
        return EntityUID(type: try typeName(pair[0]), id: text(pair[1]))
    }

    func uid(members node: JSONNode) throws(DataError) -> EntityUID {
        guard let type = tape.member(node, "type"), tape.kind(type) == .string else {
            throw error(node, "an entity needs the member `type`, a string")
        }
        guard let id = tape.member(node, "id"), tape.kind(id) == .string else {
            throw error(node, "an entity needs the member `id`, a string")
        }
        return EntityUID(type: try typeName(type), id: text(id))
    }

    /// The name of an entity type, in normalized spelling.
    func typeName(_ node: JSONNode) throws(DataError) -> Text {
        let name = text(node)
        guard EntityTypeName.isValid(name) else {
            throw error(
                node,
                "`\(name)` is no entity type: it needs identifiers joined by `::`, no spaces, "
                    + "no reserved words")
        }
        return name
    }

    private func object(_ node: JSONNode, depth: Int) throws(DataError) -> Value {
        if tape.count(node) == 1 {
            if let inner = tape.member(node, "__entity"), isTypeAndID(inner) {
                try checkNumbers(inner)
                return .entity(try uid(members: inner))
            }
            if let inner = tape.member(node, "__extn"), isCall(inner) {
                try checkNumbers(inner)
                return try extensionValue(inner, depth: depth + 1)
            }
            if let inner = tape.member(node, "__expr"), tape.kind(inner) == .string {
                throw error(node, "`__expr` is not supported any more: use `__extn`")
            }
        }
        // What only looks like an escape is a record, as it is to the reference implementation.
        return .record(try members(node, depth: depth))
    }

    func isTypeAndID(_ node: JSONNode) -> Bool {
        ["type", "id"].allSatisfy { (name: StaticString) in
            tape.member(node, name).map { tape.kind($0) == .string } ?? false
        }
    }

    func isCall(_ node: JSONNode) -> Bool {
        guard let name = tape.member(node, "fn"), tape.kind(name) == .string else {
            return false
        }
        if tape.member(node, "arg") != nil { return true }
        return tape.member(node, "args").map { tape.kind($0) == .array } ?? false
    }

    /// Reads `{"fn": …, "arg": …}` or `{"fn": …, "args": […]}`; `arg` counts when both are there.
    private func extensionValue(_ node: JSONNode, depth: Int) throws(DataError) -> Value {
        let name = tape.member(node, "fn") ?? node
        guard let function = ExtensionFunction(rawValue: tape.string(name) ?? "") else {
            throw error(name, "`\(text(name))` is no extension function")
        }
        var arguments: [Value] = []
        if let argument = tape.member(node, "arg") {
            arguments.append(try value(argument, depth: depth + 1))
        } else if let list = tape.member(node, "args") {
            for argument in tape.elements(list) {
                arguments.append(try value(argument, depth: depth + 1))
            }
        }
        guard let result = function.applied(to: arguments) else {
            if function.isConstructor, arguments.count == 1, case .string(let text) = arguments[0] {
                throw error(node, "\(text.quoted) is no valid `\(function.rawValue)`")
            }
            throw error(node, "`\(function.rawValue)` cannot be evaluated on these arguments")
        }
        return result
    }

    /// Refuses numbers that are no integers, also in members of an escape that are ignored, as the
    /// reference does.
    func checkNumbers(_ node: JSONNode) throws(DataError) {
        for (_, member) in tape.members(node) {
            var waiting = [member]
            while let next = waiting.popLast() {
                switch tape.kind(next) {
                case .otherNumber: _ = try value(next)
                case .array: waiting += tape.elements(next)
                case .object: waiting += tape.members(next).map(\.value)
                default: break
                }
            }
        }
    }

    package func text(_ node: JSONNode) -> Text {
        Text(validUTF8: tape.bytes(node) ?? [])
    }

    package func error(_ node: JSONNode, _ message: String) -> DataError {
        DataError(offset: tape.offset(node), message: message)
    }
}
