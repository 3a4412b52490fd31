import CedarEngine

/// The direct parents in an entity's record, and how two records differ in them.
enum ParentList {
    static func of(_ record: [UInt8]?) -> [FlatUID] {
        guard let record else { return [] }
        return record.withFlat { flat in
            let parents = EntityRecord(flat).parents
            return (0..<parents.count).map { FlatUID(FlatEntity(parents.element($0))) }
        }
    }

    /// The parents in one record that are not in the other.
    static func of(_ record: [UInt8]?, without other: [UInt8]?) -> [FlatUID] {
        guard let record else { return [] }
        guard let other else { return of(record) }
        return record.withFlat { flat in
            other.withFlat { otherFlat in
                let parents = EntityRecord(flat).parents
                let otherParents = EntityRecord(otherFlat).parents
                return (0..<parents.count).compactMap { index in
                    let parent = FlatEntity(parents.element(index))
                    return otherParents.contains(parent) ? nil : FlatUID(parent)
                }
            }
        }
    }
}

extension EntryChain {
    /// Copies the record of an entity.
    func record(_ uid: FlatUID) -> [UInt8]? { find(uid).map { Array(bytes[$0]) } }
}
