package import CedarSyntax

/// A change to parts of one entity.
///
/// Attributes and tags are merged by name at the top level only: a named value replaces the whole
/// value of that name, records included, and nil removes the name. What is not named stays.
package struct EntityPatch: Sendable {
    /// What happens to the direct parents.
    package enum Parents: Sendable {
        case unchanged
        case replaced(by: [EntityUID])
        /// Adding one that is there and removing one that is not change nothing.
        case changed(adding: [EntityUID], removing: [EntityUID])
    }

    package var uid: EntityUID
    package var attributes: [(key: Text, value: Value?)]
    package var tags: [(key: Text, value: Value?)]
    package var parents: Parents

    package init(
        uid: EntityUID, attributes: [(key: Text, value: Value?)] = [],
        tags: [(key: Text, value: Value?)] = [], parents: Parents = .unchanged
    ) {
        self.uid = uid
        self.attributes = attributes
        self.tags = tags
        self.parents = parents
    }

    /// The entity after the change; its identity is not looked at.
    package func applied(to entity: Entity) -> Entity {
        var entity = entity
        Self.merge(attributes, into: &entity.attributes)
        Self.merge(tags, into: &entity.tags)
        switch parents {
        case .unchanged: break
        case .replaced(let parents): entity.parents = parents
        case .changed(let added, let removed):
            let removed = Set(removed)
            entity.parents.removeAll { removed.contains($0) }
            entity.parents += added
        }
        return entity
    }

    private static func merge(
        _ changes: [(key: Text, value: Value?)], into members: inout [(key: Text, value: Value)]
    ) {
        guard !changes.isEmpty else { return }
        var merged: [Text: Value] = [:]
        for member in members { merged[member.key] = member.value }
        for change in changes { merged[change.key] = change.value }
        members = merged.map { (key: $0.key, value: $0.value) }
    }
}
