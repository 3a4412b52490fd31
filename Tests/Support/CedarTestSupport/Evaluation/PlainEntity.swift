package import CedarSyntax

/// What the tree evaluator knows of one entity.
package struct PlainEntity: Sendable {
    package var attributes: [Text: Value]
    package var tags: [Text: Value]
    /// The direct parents only.
    package var parents: Set<EntityUID>

    package init(
        attributes: [Text: Value] = [:], tags: [Text: Value] = [:], parents: Set<EntityUID> = []
    ) {
        self.attributes = attributes
        self.tags = tags
        self.parents = parents
    }

    package init(_ entity: Entity) {
        self.init(
            attributes: Dictionary(
                uniqueKeysWithValues: entity.attributes.map { ($0.key, $0.value) }),
            tags: Dictionary(uniqueKeysWithValues: entity.tags.map { ($0.key, $0.value) }),
            parents: Set(entity.parents))
    }
}

/// An entity store that is just a dictionary.
package struct PlainEntities: Sendable {
    package var all: [EntityUID: PlainEntity]

    package init(_ all: [EntityUID: PlainEntity] = [:]) {
        self.all = all
    }

    /// Makes a store; of entities with the same identity the last one stays.
    package init(_ entities: [Entity]) {
        self.all = Dictionary(entities.map { ($0.uid, PlainEntity($0)) }, uniquingKeysWith: { $1 })
    }

    package subscript(uid: EntityUID) -> PlainEntity? { all[uid] }

    /// Returns every entity above this one, found by walking; also those not in the store.
    ///
    /// An entity that is not in the store has no ancestors. A cycle ends the walk.
    package func ancestors(of uid: EntityUID) -> Set<EntityUID> {
        var found: Set<EntityUID> = []
        var open = [uid]
        while let next = open.popLast() {
            for parent in all[next]?.parents ?? [] where found.insert(parent).inserted {
                open.append(parent)
            }
        }
        return found
    }

    /// Returns whether the entity is `other` or has it as an ancestor.
    package func isEqualOrBelow(_ uid: EntityUID, _ other: EntityUID) -> Bool {
        uid == other || ancestors(of: uid).contains(other)
    }
}
