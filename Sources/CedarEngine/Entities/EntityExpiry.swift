package import CedarSyntax

/// Attributes that end: what an entity's attribute `expiresAt` says, when it is a record.
///
/// Each of its members that is a datetime names an attribute of the same entity, which is not to be
/// seen from that instant on. The earliest of them stands in the entity's record, so that a look at
/// one number tells whether all attributes are still good.
package enum EntityExpiry {
    /// The attribute that holds the instants.
    package static let attribute: Text = "expiresAt"

    /// The earliest expiry in seconds since 1970, rounded down, at least 1; 0 where nothing ends.
    package static func earliestSeconds(of attributes: [(key: Text, value: Value)]) -> UInt32 {
        var earliest: Int64?
        for case (let key, .record(let members)) in attributes where key == attribute {
            for case (_, .datetime(let instant)) in members {
                earliest = min(earliest ?? .max, instant.milliseconds)
            }
        }
        return earliest.map { max(1, seconds(in: $0)) } ?? 0
    }

    /// The names of the attributes that end at some instant, whether they are there or not.
    package static func names(in attributes: [(key: Text, value: Value)]) -> Set<Text> {
        var names: Set<Text> = []
        for case (let key, .record(let members)) in attributes where key == attribute {
            for case (let name, .datetime) in members { names.insert(name) }
        }
        return names
    }

    /// Whole seconds in milliseconds since 1970, within what a record can hold.
    package static func seconds(in milliseconds: Int64) -> UInt32 {
        UInt32(clamping: max(0, milliseconds) / 1000)
    }
}

extension EntityRecord {
    /// The earliest instant at which an attribute ends, in seconds since 1970, rounded down; 0 when
    /// none does.
    package var earliestExpirySeconds: UInt32 { flat.half(28) }

    /// Whether an attribute may have ended by a second since 1970.
    @inline(__always)
    package func mayHaveExpired(by seconds: UInt32) -> Bool {
        // What does not end has 0, which wraps to the largest number.
        flat.half(28) &- 1 < seconds
    }
}

/// Copies of records without the attributes that have ended, for one decision after the other.
///
/// It is a reference so that a source of entities that is only lent can fill it; one thread uses it.
package final class UnexpiredRecords {
    private var arena: Arena
    private let key: FlatConstant
    private var isUsed = false

    /// - Throws: never in practice: the name is short.
    package init() throws(FlatEncoder.Failure) {
        // Many devices may be looked at in one decision, each as large as a record can be.
        arena = Arena(maximumBytes: 4 * FlatLimits.maximumBytes)
        key = try FlatConstant(.string(EntityExpiry.attribute))
    }

    /// Forgets the copies of the last decision.
    package func reset() {
        guard isUsed else { return }
        isUsed = false
        arena.reset()
    }

    /// The record as it is seen at an instant in milliseconds since 1970, until ``reset()``.
    ///
    /// - Returns: `failed` when there is no room for the copy.
    package func view(_ record: EntityRecord, at now: Int64) -> EntityLookup {
        let attributes = record.attributes
        guard let flat = attributes.find(FlatString(key.flat)), flat.tag == .record else {
            return .found(record)
        }
        let expiries = FlatRecord(flat)
        isUsed = true
        guard let copy = arena.allocate(record.size) else { return .failed }
        copy.copy(record.flat, at: 0, count: record.size)
        // Members are found by the table at the front alone: what it does not list is not there,
        // and the bytes of a key or value that nothing points to do no harm.
        let start = Int(record.flat.half(16))
        let table = start + FlatLayout.collectionPrefixBytes
        var kept = 0
        for index in 0..<attributes.count {
            if let end = expiries.find(attributes.key(index)), end.tag == .datetime,
                Int64(bitPattern: end.word(8)) <= now
            {
                continue
            }
            let (from, to) = (
                table + index * FlatLayout.entryBytes, table + kept * FlatLayout.entryBytes
            )
            copy.store(record.flat.word(from), at: to)
            copy.store(record.flat.word(from + 8), at: to + 8)
            kept += 1
        }
        copy.store(UInt32(kept), at: start + 8)
        return .found(EntityRecord(copy.flat))
    }
}
