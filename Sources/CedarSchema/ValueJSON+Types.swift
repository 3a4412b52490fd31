package import CedarSyntax
package import JSON

// Values read by their types: entities and extension values may leave out the escapes.
//
// Source: Cedar documentation, "Entities and context JSON format", schema-based parsing.

extension ValueJSON {
    /// Reads a value of a type.
    ///
    /// An entity may be written `{"type", "id"}`, an extension value as the string that its
    /// constructor takes or as `{"fn", "arg"}`; beside an escape other members are ignored.
    /// - Throws: when the value is not of the type. Ids of enumerations and of actions are not
    ///   looked up here.
    package func value(
        _ node: JSONNode, as type: SchemaType, depth: Int = 0
    ) throws(DataError) -> Value {
        guard depth <= Self.maximumDepth else {
            throw error(node, "a value nests deeper than \(Self.maximumDepth) levels")
        }
        switch type {
        case .entity(let name):
            let uid = try typedUID(node)
            guard uid.type == name else {
                throw error(node, "expected an entity of type `\(name)`, found `\(uid)`")
            }
            return .entity(uid)
        case .extension(let type):
            return try extensionValue(node, type, depth: depth)
        case .set(let element):
            guard tape.kind(node) == .array else { throw mismatch(node, "a set, as an array") }
            var elements: [Value] = []
            elements.reserveCapacity(tape.count(node))
            for item in tape.elements(node) {
                elements.append(try value(item, as: element, depth: depth + 1))
            }
            return .set(elements)
        case .record(let record):
            return .record(try members(node, as: record, depth: depth))
        case .bool, .long, .string:
            return try primitive(node, type, depth: depth)
        }
    }

    /// Reads an object as a record of a type; no escape is recognised at this level.
    package func members(
        _ node: JSONNode, as type: RecordType, depth: Int = 0
    ) throws(DataError) -> [(key: Text, value: Value)] {
        guard tape.kind(node) == .object else { throw mismatch(node, "a record, as an object") }
        var members: [(key: Text, value: Value)] = []
        members.reserveCapacity(tape.count(node))
        var missing = type.attributes.count { $0.isRequired }
        for member in tape.members(node) where !isAbsent(member.value) {
            let key = text(member.key)
            guard let attribute = type[key] else {
                throw error(
                    member.key,
                    "the schema declares no attribute `\(key)`"
                        + nearest(key, among: type.attributes.map(\.name.string)))
            }
            if attribute.isRequired { missing -= 1 }
            members.append(
                (key, try value(member.value, as: attribute.type, depth: depth + 1)))
        }
        if missing > 0 {
            let given = Set(members.map(\.key))
            let absent = type.attributes.first { $0.isRequired && !given.contains($0.name) }
            throw error(node, "the attribute `\(absent?.name ?? "")` is required and missing")
        }
        return members
    }

    /// Booleans, integers and strings; also the result of an extension function in `__extn`.
    private func primitive(
        _ node: JSONNode, _ type: SchemaType, depth: Int
    ) throws(DataError) -> Value {
        let value = try value(node, depth: depth)
        switch (type, value) {
        case (.bool, .bool), (.long, .long), (.string, .string): return value
        default: throw mismatch(node, "`\(type)`")
        }
    }

    /// Reads what somebody says of one attribute of an entity, by its type.
    ///
    /// - Throws: when the schema declares no such attribute, or the value is not of its type.
    package func attribute(
        _ key: JSONNode, _ node: JSONNode, of entityType: Text, schema: Schema
    ) throws(DataError) -> Value {
        var attributes = RecordType.empty
        if case .standard(let declared, _) = schema.entityTypes[entityType]?.kind {
            attributes = declared
        }
        guard let type = attributes[text(key)]?.type else {
            throw error(
                key,
                "the schema declares no such attribute of `\(entityType)`"
                    + nearest(text(key), among: attributes.attributes.map(\.name.string)))
        }
        let value = try value(node, as: type, depth: 1)
        do throws(ConformanceFailure) {
            try ValueConformance(schema).check(value, type)
        } catch {
            throw self.error(node, error.message)
        }
        return value
    }

    /// `{"type": …, "id": …}` or the same inside of `__entity`, other members ignored.
    package func typedUID(_ node: JSONNode) throws(DataError) -> EntityUID {
        guard tape.member(node, "__expr") == nil else {
            throw error(node, "`__expr` is not supported any more: use `__entity`")
        }
        if let inner = tape.member(node, "__entity"),
            let type = tape.member(inner, "type"), tape.kind(type) == .string,
            let id = tape.member(inner, "id"), tape.kind(id) == .string
        {
            return try uid(inner)
        }
        return try uid(node)
    }

    private func extensionValue(
        _ node: JSONNode, _ type: ExtensionType, depth: Int
    ) throws(DataError) -> Value {
        if type == .decimal, let value = decimal(node) { return value }
        let function: ExtensionFunction
        let arguments: [Value]
        if let call = call(node) {
            guard let named = ExtensionFunction(rawValue: tape.string(call.name) ?? "") else {
                throw error(call.name, "`\(text(call.name))` is no extension function")
            }
            function = named
            arguments = try self.arguments(call.arguments, of: named, depth: depth)
        } else {
            guard tape.kind(node) == .string else {
                throw mismatch(node, "`\(type.rawValue)`, as a string or as `__extn`")
            }
            function = type.constructor
            arguments = [.string(text(node))]
        }
        guard let value = function.applied(to: arguments) else {
            throw tape.kind(node) == .string
                ? error(node, "\(text(node).quoted) is no valid `\(type.rawValue)`")
                : error(node, "`\(function.rawValue)` cannot be evaluated on these arguments")
        }
        guard value.extensionType == type else { throw mismatch(node, "`\(type.rawValue)`") }
        return value
    }

    /// `{"fn": …, "arg": …}` or `{"fn": …, "args": […]}`, also inside of `__extn`.
    private func call(_ node: JSONNode) -> (name: JSONNode, arguments: [JSONNode])? {
        for object in [tape.member(node, "__extn"), node] {
            guard let object, let name = tape.member(object, "fn"), tape.kind(name) == .string
            else { continue }
            // With both members `arg` counts.
            if let argument = tape.member(object, "arg") { return (name, [argument]) }
            if let list = tape.member(object, "args"), tape.kind(list) == .array {
                return (name, Array(tape.elements(list)))
            }
        }
        return nil
    }

    private func arguments(
        _ nodes: [JSONNode], of function: ExtensionFunction, depth: Int
    ) throws(DataError) -> [Value] {
        var values: [Value] = []
        let types = function.parameterTypes
        for (index, node) in nodes.enumerated() {
            guard index < types.count else {
                throw error(node, "`\(function.rawValue)` takes \(types.count) arguments")
            }
            values.append(try value(node, as: types[index], depth: depth + 1))
        }
        return values
    }

    /// An error that says what a node is instead of what it should be.
    func mismatch(_ node: JSONNode, _ expected: String) -> DataError {
        error(node, "expected \(expected), found \(tape.kind(node).words)")
    }

    func nearest(_ name: Text, among names: [String]) -> String {
        nearestName(to: name.string, among: names).map { "; did you mean `\($0)`?" } ?? ""
    }
}

extension Value {
    var extensionType: ExtensionType? {
        switch self {
        case .decimal: .decimal
        case .ip: .ipaddr
        case .datetime: .datetime
        case .duration: .duration
        default: nil
        }
    }
}

extension ExtensionFunction {
    /// The types of the parameters, the receiver of a method first.
    package var parameterTypes: [SchemaType] {
        switch self {
        case .decimal, .ip, .datetime, .duration: [.string]
        case .lessThan, .lessThanOrEqual, .greaterThan, .greaterThanOrEqual:
            [.extension(.decimal), .extension(.decimal)]
        case .isIpv4, .isIpv6, .isLoopback, .isMulticast: [.extension(.ipaddr)]
        case .isInRange: [.extension(.ipaddr), .extension(.ipaddr)]
        case .offset: [.extension(.datetime), .extension(.duration)]
        case .durationSince: [.extension(.datetime), .extension(.datetime)]
        case .toDate, .toTime: [.extension(.datetime)]
        case .toMilliseconds, .toSeconds, .toMinutes, .toHours, .toDays: [.extension(.duration)]
        }
    }
}
