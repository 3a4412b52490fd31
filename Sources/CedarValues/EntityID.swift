package import CedarSyntax

/// The identity of a principal, an action, a resource or any other entity, as `User::"alice"`.
public struct EntityID: Hashable, Sendable {
    /// The type's full name, components joined by `::`.
    public var type: String
    /// The id; any text.
    public var id: String

    /// Nothing is checked here: what takes the identity refuses a type that is no name.
    public init(_ type: String, _ id: String) {
        self.type = type
        self.id = id
    }

    package init(_ uid: EntityUID) {
        self.init(uid.type.string, uid.id.string)
    }

    package var uid: EntityUID { EntityUID(type: Text(type), id: Text(id)) }

    /// Cedar compares ids by their bytes, Swift's strings by canonical equivalence.
    public static func == (left: EntityID, right: EntityID) -> Bool {
        left.type.utf8.elementsEqual(right.type.utf8) && left.id.utf8.elementsEqual(right.id.utf8)
    }

    public func hash(into hasher: inout Hasher) {
        hasher.combine(Text(type))
        hasher.combine(Text(id))
    }
}

extension EntityID: CustomStringConvertible {
    /// The identity as policies write it, with escapes where they are needed.
    public var description: String { uid.description }
}
