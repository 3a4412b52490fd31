import CedarSyntax

/// What the type checker knows of an expression's value.
///
/// It refines `SchemaType`: Booleans whose value is known, and, in permissive mode, unions of entity
/// types and records that may have more attributes than those known.
indirect enum StaticType: Hashable, Sendable {
    /// No value is of this type: that of the elements of `[]`.
    case never
    /// With the value when it is the same for all requests.
    case bool(Bool?)
    case long, string
    case `extension`(ExtensionType)
    /// An entity of one of these types, which are sorted, unique and at least one.
    case entity([Text])
    case set(StaticType)
    case record(StaticRecord)

    init(_ type: SchemaType) {
        self =
            switch type {
            case .bool: .bool(nil)
            case .long: .long
            case .string: .string
            case .extension(let type): .extension(type)
            case .entity(let name): .entity([name])
            case .set(let element): .set(StaticType(element))
            case .record(let record): .record(StaticRecord(record))
            }
    }

    var isEntity: Bool {
        if case .entity = self { return true }
        return false
    }
}

/// What the type checker knows of a record, or of the attributes of an entity.
struct StaticRecord: Hashable, Sendable {
    struct Attribute: Hashable, Sendable {
        var name: Text
        var type: StaticType
        var isRequired: Bool
    }

    /// Sorted by name, names are unique.
    var attributes: [Attribute]
    /// Whether it may have attributes that are not known: the join of different records.
    var isOpen = false

    static let empty = StaticRecord(attributes: [])

    init(attributes: [Attribute], isOpen: Bool = false) {
        self.attributes = attributes
        self.isOpen = isOpen
    }

    init(_ record: RecordType) {
        attributes = record.attributes.map {
            Attribute(name: $0.name, type: StaticType($0.type), isRequired: $0.isRequired)
        }
    }

    /// Returns the attribute of this name; nil when none is known.
    subscript(_ name: Text) -> Attribute? {
        var low = 0
        var high = attributes.count
        while low < high {
            let middle = (low + high) / 2
            if attributes[middle].name < name { low = middle + 1 } else { high = middle }
        }
        guard low < attributes.count, attributes[low].name == name else { return nil }
        return attributes[low]
    }
}

extension StaticType: CustomStringConvertible {
    /// Longer descriptions of records are cut down to the word.
    private static let maximumRecordLength = 60

    /// The type as it is written in schema text.
    var description: String {
        switch self {
        case .never: "nothing"
        case .bool: "Bool"
        case .long: "Long"
        case .string: "String"
        case .extension(let type): type.rawValue
        case .entity(let names): names.map(\.string).joined(separator: " or ")
        case .set(.never): "Set"
        case .set(let element): "Set<\(element)>"
        case .record(let record): Self.describe(record)
        }
    }

    private static func describe(_ record: StaticRecord) -> String {
        var text = ""
        for attribute in record.attributes {
            let name =
                attribute.name.string + (attribute.isRequired ? "" : "?") + ": \(attribute.type)"
            text += (text.isEmpty ? "" : ", ") + name
            if text.utf8.count > maximumRecordLength { return "record" }
        }
        if record.isOpen { text += text.isEmpty ? "…" : ", …" }
        return "{\(text)}"
    }
}
