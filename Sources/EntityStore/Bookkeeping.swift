import CedarSchema
import CedarSyntax

extension Entity {
    /// The attributes that say something about other attributes: when they were collected, when
    /// they end, and which keys lead to the entity.
    ///
    /// A schema may declare them, and then they must conform. Where it does not, policies cannot
    /// use them, and they may be there all the same.
    static let bookkeeping: Set<Text> = ["collectedAt", "expiresAt", "boundTo"]

    /// The entity without bookkeeping that a schema does not declare.
    func withoutUndeclaredBookkeeping(_ schema: Schema) -> Entity {
        guard attributes.contains(where: { Self.bookkeeping.contains($0.key) }),
            let type = schema.entityTypes[uid.type], case .standard(let declared, _) = type.kind
        else { return self }
        var entity = self
        entity.attributes.removeAll { member in
            Self.bookkeeping.contains(member.key) && declared[member.key] == nil
        }
        return entity
    }
}
