import CedarEngine
import CedarSyntax

/// The check of one entity's record beyond its checksum.
enum RecordCheck {
    /// What is wrong with a record of right size and checksum; nil when nothing is.
    static func problem(_ record: [UInt8]) -> String? {
        let offsets = [16, 20, 24].map { Int(record.half(at: $0)) }
        let starts = [StoredEntry.Kind.entity.identityOffset] + offsets
        let ends = offsets + [record.count]
        let tags: [FlatTag] = [.entity, .record, .record, .set]
        for (index, tag) in tags.enumerated() {
            let (start, end) = (starts[index], ends[index])
            guard start < end, end <= record.count, start % 8 == 0 else {
                return "the parts of the record overlap"
            }
            do throws(FlatValidator.Failure) {
                try record.withFlat(at: start) { (flat) throws(FlatValidator.Failure) in
                    try FlatValidator.validate(flat, count: end - start, as: tag)
                }
            } catch {
                return "part \(index) of the record is no flat value: \(error)"
            }
        }
        let expected = record.withFlat { flat in
            EntityExpiry.earliestSeconds(of: EntityRecord(flat).entity.attributes)
        }
        guard record.half(at: 28) == expected else {
            return "the earliest expiry is not that of `expiresAt`"
        }
        return record.withFlat { flat in
            let record = EntityRecord(flat)
            let parents = record.parents
            for index in 0..<parents.count where parents.element(index).tag != .entity {
                return "a parent is no entity"
            }
            if let parent = Entity(uid: record.uid.uid, parents: parents.uids).forbiddenParent {
                return "the action has the parent `\(parent)`, which is no action"
            }
            return nil
        }
    }
}
