package import CedarSyntax

/// A resolved type: no names of common types are left in it.
package indirect enum SchemaType: Equatable, Sendable {
    case bool, long, string
    case `extension`(ExtensionType)
    /// An entity of exactly this type, named in full.
    case entity(Text)
    case set(SchemaType)
    case record(RecordType)
}

/// Cedar's extension types, by the names that schemas use.
package enum ExtensionType: String, CaseIterable, Hashable, Sendable {
    case ipaddr, decimal, datetime, duration

    /// The function that makes a value of a string.
    package var constructor: ExtensionFunction {
        switch self {
        case .ipaddr: .ip
        case .decimal: .decimal
        case .datetime: .datetime
        case .duration: .duration
        }
    }
}

/// A closed record: these attributes and no others.
package struct RecordType: Equatable, Sendable {
    package struct Attribute: Equatable, Sendable {
        package var name: Text
        package var type: SchemaType
        package var isRequired: Bool

        package init(name: Text, type: SchemaType, isRequired: Bool) {
            self.name = name
            self.type = type
            self.isRequired = isRequired
        }
    }

    /// Sorted by the bytes of their names, which are unique.
    package let attributes: [Attribute]

    package static let empty = RecordType(attributes: [])

    /// - Parameter attributes: in any order; of those with the same name the last one counts.
    package init(attributes: [Attribute]) {
        var last: [Text: Attribute] = [:]
        for attribute in attributes { last[attribute.name] = attribute }
        self.attributes = last.values.sorted { $0.name < $1.name }
    }

    /// Returns the attribute of this name; nil when the record cannot have it.
    ///
    /// - Complexity: O(log *n*).
    package subscript(_ name: Text) -> Attribute? {
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

extension SchemaType: CustomStringConvertible {
    /// The type as it is written in schema text; a record only as a word, it may be large.
    package var description: String {
        switch self {
        case .bool: "Bool"
        case .long: "Long"
        case .string: "String"
        case .extension(let type): type.rawValue
        case .entity(let name): name.string
        case .set(let element): "Set<\(element)>"
        case .record: "record"
        }
    }
}
