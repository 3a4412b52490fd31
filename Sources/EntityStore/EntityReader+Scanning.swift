package import CedarEngine
import LMDB

/// A place in the order in which the store keeps its entities: that of their keys.
package struct ScanPosition: BitwiseCopyable, Hashable, Comparable, Sendable {
    /// The key, under which entities whose hashes collide lie back to back.
    package let key: UInt64
    /// Which of them, from 0.
    package let ordinal: UInt32

    package init(key: UInt64, ordinal: UInt32) {
        self.key = key
        self.ordinal = ordinal
    }

    /// Before all entities.
    package static let start = ScanPosition(key: 0, ordinal: 0)

    /// The place right after this one.
    package var next: ScanPosition? {
        if ordinal < .max { return ScanPosition(key: key, ordinal: ordinal + 1) }
        return key < .max ? ScanPosition(key: key + 1, ordinal: 0) : nil
    }

    package static func < (left: ScanPosition, right: ScanPosition) -> Bool {
        (left.key, left.ordinal) < (right.key, right.ordinal)
    }
}

extension EntityReader {
    /// The key under which an entity of this hash lies.
    package borrowing func key(ofHash hash: UInt64) -> UInt64 { layout.key(hash).number }

    /// Appends the records from a place on, where they lie, at least `count` of them while there are
    /// more; call it between ``begin()`` and ``end()``, which the records do not outlive.
    ///
    /// - Returns: whether the last entity was reached.
    /// - Throws: `corrupted` when a record is damaged: it is never taken for absent.
    package borrowing func scan(
        from position: ScanPosition, count: Int,
        into records: inout [(position: ScanPosition, record: EntityRecord)]
    ) throws(StoreError) -> Bool {
        let wanted = records.count + count
        return try transaction.withCursor(in: layout.database(of: .entity)) {
            (cursor) throws(StoreError) -> Bool in
            var hasEntry = false
            var isWhole = true
            do throws(LMDBError) {
                hasEntry = try StoreKey(position.key).withSpan { (key) throws(LMDBError) in
                    try cursor.seek(key)
                }
                while hasEntry, isWhole, records.count < wanted {
                    isWhole = cursor.withEntry { key, value in
                        unsafe value.withUnsafeBytes { value in
                            unsafe Self.append(
                                value, key: key.number, from: position, to: &records)
                        }
                    }
                    hasEntry = try cursor.next()
                }
            } catch {
                throw StoreError(error, "read the store")
            }
            guard isWhole else {
                throw StoreError(.corrupted, "read the store", "an entity's record is damaged")
            }
            return !hasEntry
        }
    }

    /// Appends the records under one key.
    ///
    /// - Throws: as ``scan(from:count:into:)``.
    package borrowing func records(
        under key: UInt64, from position: ScanPosition,
        into records: inout [(position: ScanPosition, record: EntityRecord)]
    ) throws(StoreError) {
        let value: UnsafeRawBufferPointer?
        do throws(LMDBError) {
            unsafe value = try StoreKey(key).withSpan { (key) throws(LMDBError) in
                unsafe try transaction.unsafeBytes(for: key, in: layout.entities)
            }
        } catch {
            throw StoreError(error, "read the store")
        }
        guard let chain = unsafe value else { return }
        guard unsafe Self.append(chain, key: key, from: position, to: &records) else {
            throw StoreError(.corrupted, "read the store", "an entity's record is damaged")
        }
    }

    /// The keys under which entities were changed after a revision, in rising order; nil when they are
    /// more than `maximum` or the store does not tell.
    package borrowing func changedKeys(after base: UInt64, maximum: Int) -> [UInt64]? {
        guard base <= revision, revision - base <= UInt64(maximum) else { return nil }
        var keys: Set<UInt64> = []
        var number = base
        while number < revision {
            number += 1
            guard let value = unsafe change(number), let change = unsafe LoggedChange(value),
                change.revision == number, !change.isEverything
            else { return nil }
            for index in 0..<change.entityCount { keys.insert(unsafe change.key(index, in: value)) }
            guard keys.count <= maximum else { return nil }
        }
        return keys.sorted()
    }

    /// Appends the entries of a verified chain; false when it is damaged.
    @unsafe
    private static func append(
        _ chain: UnsafeRawBufferPointer, key: UInt64, from position: ScanPosition,
        to records: inout [(position: ScanPosition, record: EntityRecord)]
    ) -> Bool {
        guard unsafe isWhole(chain, .entity) else { return false }
        var offset = 0
        var ordinal: UInt32 = 0
        while offset < chain.count {
            let place = ScanPosition(key: key, ordinal: ordinal)
            if place >= position {
                records.append((place, EntityRecord(unsafe flat(chain, offset))))
            }
            offset += unsafe Int(chain.loadUnaligned(fromByteOffset: offset, as: UInt32.self))
            ordinal += 1
        }
        return true
    }
}

extension Span<UInt8> {
    /// A key of eight bytes as its number.
    fileprivate var number: UInt64 {
        precondition(count == 8, "a key of the entities has eight bytes")
        return unsafe withUnsafeBytes { unsafe $0.loadUnaligned(as: UInt64.self) }
    }
}
