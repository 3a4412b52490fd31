/// The identity of a principal, an action, a resource or any other entity, as `User::"alice"`.
public struct EntityID: Hashable, Sendable, CustomStringConvertible {
    /// The type's full name, components joined by `::`.
    public var type: String
    /// The id; any text.
    public var id: String

    public init(_ type: String, _ id: String) {
        self.type = type
        self.id = id
    }

    public var description: String { "\(type)::\"\(id)\"" }
}
