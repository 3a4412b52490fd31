/// One entity as a tree: identity, attributes, direct parents and tags.
package struct Entity: Sendable {
    package var uid: EntityUID
    /// Keys are unique.
    package var attributes: [(key: Text, value: Value)]
    /// In any order, without duplicates.
    package var parents: [EntityUID]
    /// Keys are unique.
    package var tags: [(key: Text, value: Value)]

    package init(
        uid: EntityUID, attributes: [(key: Text, value: Value)] = [],
        parents: [EntityUID] = [], tags: [(key: Text, value: Value)] = []
    ) {
        self.uid = uid
        self.attributes = attributes
        self.parents = parents
        self.tags = tags
    }
}

extension Entity {
    /// The parent that keeps an action from being stored: one that is no action itself.
    ///
    /// Source: Cedar documentation, "Entities": an action may only be in action groups.
    package var forbiddenParent: EntityUID? {
        uid.isAction ? parents.first { !$0.isAction } : nil
    }
}
