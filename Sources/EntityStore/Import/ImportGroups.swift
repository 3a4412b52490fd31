import CedarEngine

/// The records of an import whose hashes share a key, one group after the other.
///
/// A copy goes on from where it was taken, so that a transaction can be repeated.
struct ImportGroups: Sendable {
    private var entries: SortedEntries
    let operation: String
    private var pending: SortedBytes?
    private var isStarted = false

    /// Entities passed, repetitions included.
    private(set) var entities = 0
    /// Repetitions with the same content.
    private(set) var repeated = 0

    init(_ entries: SortedEntries, _ operation: String) {
        self.entries = entries
        self.operation = operation
    }

    /// The next records, each with an identity of its own; nil after the last.
    ///
    /// - Throws: `duplicate` with both places.
    mutating func next() throws(StoreError) -> [[UInt8]]? {
        if !isStarted {
            isStarted = true
            pending = try entries.next()
        }
        guard let first = pending else { return nil }
        var group = [first]
        pending = try entries.next()
        while let entry = pending, entry.key == first.key {
            group.append(entry)
            pending = try entries.next()
        }
        entities += group.count
        if group.count == 1 { return [Self.record(first)] }
        return try unique(group)
    }

    private mutating func unique(_ group: [SortedBytes]) throws(StoreError) -> [[UInt8]] {
        var seen: [FlatUID: SortedBytes] = [:]
        var records: [[UInt8]] = []
        for entry in group {
            let record = Self.record(entry)
            let uid = record.withFlat { FlatUID(EntityRecord($0).uid) }
            if let earlier = seen[uid] {
                guard Self.record(earlier) == record else {
                    let first = StorePlace(earlier.bytes)
                    throw StoreError(
                        .duplicate(uid.uid, first: first, second: StorePlace(entry.bytes)),
                        operation,
                        "`\(uid.uid)` is listed before with different content at \(first): "
                            + "remove one of them")
                }
                repeated += 1
            } else {
                seen[uid] = entry
                records.append(record)
            }
        }
        return records
    }

    private static func record(_ entry: SortedBytes) -> [UInt8] {
        Array(entry.bytes[StorePlace.byteCount...])
    }
}
