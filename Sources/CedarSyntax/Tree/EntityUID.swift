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

extension EntityUID {
    /// Whether it is an action: the last component of its type's name is `Action`.
    package var isAction: Bool { type.isActionType }
}

extension Text {
    /// Whether a type's name is that of actions: its last component is `Action`.
    package var isActionType: Bool {
        let word: Text = "Action"
        guard utf8.count > word.utf8.count else { return self == word }
        return utf8.suffix(word.utf8.count + 1).elementsEqual([UInt8(ascii: ":")] + word.utf8)
    }
}
