/// The identity of an entity: its type's name and its id, as in `User::"alice"`.
package struct EntityUID: Hashable, Sendable {
    /// The type's normalized name, components joined by `::` without spaces.
    package let type: Text
    /// The id after unescaping; any Unicode text, also empty.
    package let id: Text

    package init(type: Text, id: Text) {
        self.type = type
        self.id = id
    }
}

extension EntityUID: Comparable {
    package static func < (left: EntityUID, right: EntityUID) -> Bool {
        left.type == right.type ? left.id < right.id : left.type < right.type
    }
}
