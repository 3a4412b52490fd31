import CedarSyntax

/// Why a value is not of its type: words for an error whose place is known elsewhere.
struct ConformanceFailure: Error {
    /// What is wrong, with the way to it in words.
    var message: String
    /// The attributes that lead to what is wrong, from the outside.
    private var path: [Text] = []
    private var reason: String

    init(_ message: String) {
        self.message = message
        reason = message
    }

    /// - Parameter reason: what is wrong with the member that is named.
    init(_ message: String, member: Text, reason: String) {
        self.message = message
        path = [member]
        self.reason = reason
    }

    func inside(_ owner: String) -> ConformanceFailure {
        var failure = self
        failure.message = "\(owner): \(message)"
        return failure
    }

    func inside(attribute name: Text) -> ConformanceFailure {
        var failure = inside("attribute `\(name)`")
        failure.path.insert(name, at: 0)
        return failure
    }

    /// What is wrong, after the way to it as an expression would go: `context.amount: …`.
    func located(in root: String) -> String {
        let way = path.map { $0.isIdentifier ? ".\($0)" : "[\($0.quoted)]" }.joined()
        return "\(root)\(way): \(reason)"
    }
}

extension Text {
    /// Whether it can be written after a dot.
    fileprivate var isIdentifier: Bool {
        guard let first = utf8.first, !(UInt8(ascii: "0")...UInt8(ascii: "9")).contains(first)
        else { return false }
        return utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"):
                true
            default: false
            }
        }
    }
}

/// Decides whether values are of a schema's types.
struct ValueConformance: Sendable {
    let schema: Schema

    init(_ schema: Schema) {
        self.schema = schema
    }

    /// Checks a record: no member missing, none too many, all of their types.
    func check(
        _ members: [(key: Text, value: Value)], _ type: RecordType
    ) throws(ConformanceFailure) {
        var missing = type.attributes.count { $0.isRequired }
        for member in members {
            guard let attribute = type[member.key] else {
                throw ConformanceFailure(
                    "the schema declares no attribute `\(member.key)`", member: member.key,
                    reason: "the schema declares no such attribute")
            }
            if attribute.isRequired { missing -= 1 }
            do {
                try check(member.value, attribute.type)
            } catch {
                throw error.inside(attribute: member.key)
            }
        }
        guard missing > 0 else { return }
        let given = Set(members.map(\.key))
        let absent =
            type.attributes.first { $0.isRequired && !given.contains($0.name) }?.name ?? ""
        throw ConformanceFailure(
            "the attribute `\(absent)` is required and missing", member: absent,
            reason: "required and missing")
    }

    func check(_ value: Value, _ type: SchemaType) throws(ConformanceFailure) {
        switch (type, value) {
        case (.bool, .bool), (.long, .long), (.string, .string): return
        case (.extension(let type), _) where value.extensionType == type: return
        case (.entity(let name), .entity(let uid)) where uid.type == name: try check(uid)
        case (.set(let type), .set(let elements)):
            for element in elements { try check(element, type) }
        case (.record(let type), .record(let members)): try check(members, type)
        default:
            throw ConformanceFailure("expected `\(type)`, found \(value.kindInWords)")
        }
    }

    /// Checks that an entity may exist: its id is one of its enumeration's or of the actions'.
    func check(_ uid: EntityUID) throws(ConformanceFailure) {
        if uid.isAction {
            guard schema.actions[uid] != nil else {
                throw ConformanceFailure("the schema declares no action `\(uid)`")
            }
            return
        }
        guard case .enumeration(let ids) = schema.entityTypes[uid.type]?.kind,
            !ids.contains(uid.id)
        else { return }
        let meant = nearestName(to: uid.id.string, among: ids.sorted().map(\.string))
        throw ConformanceFailure(
            "\(uid.id.quoted) is no id of the enumerated type `\(uid.type)`"
                + (meant.map { "; did you mean \(Text($0).quoted)?" } ?? ""))
    }
}

extension Value {
    fileprivate var kindInWords: String {
        switch self {
        case .bool: "a `Bool`"
        case .long: "a `Long`"
        case .string: "a `String`"
        case .entity(let uid): "the entity `\(uid)`"
        case .set: "a set"
        case .record: "a record"
        case .decimal: "a `decimal`"
        case .ip: "an `ipaddr`"
        case .datetime: "a `datetime`"
        case .duration: "a `duration`"
        }
    }
}
