import CedarEngine
import LMDB

/// How far the log of changed keys reaches back.
struct ChangeLogBounds: Sendable {
    /// Keys of one revision; with more it says only that anything may have changed.
    var maximumKeys = 4_096
    /// Revisions that are kept.
    var maximumRevisions: UInt64 = 65_536
    /// Keys of all kept revisions together: 8 MiB.
    var maximumLoggedKeys: UInt64 = 1 << 20
}

/// The keys that a change wrote or removed.
struct ChangedKeys: Sendable {
    private let maximumCount: Int
    private(set) var entities: [UInt64] = []
    private(set) var closures: [UInt64] = []
    /// Whether there are more than may be listed.
    private(set) var isTooMany = false

    init(maximumCount: Int) { self.maximumCount = maximumCount }

    mutating func add(entity key: UInt64) {
        if hasRoom() { entities.append(key) }
    }

    mutating func add(closure key: UInt64) {
        if hasRoom() { closures.append(key) }
    }

    private mutating func hasRoom() -> Bool {
        if isTooMany { return false }
        if entities.count + closures.count < maximumCount { return true }
        isTooMany = true
        entities = []
        closures = []
        return false
    }
}

/// What one revision changed, as it is stored under the revision's number.
///
/// | bytes | content |
/// | --- | --- |
/// | 0–15 | prefix, kind 5 |
/// | 16–23 | revision |
/// | 24–31 | keys listed since the store was made, those of this revision included |
/// | 32–35 | number of keys of `entities`; all ones when anything may have changed |
/// | 36–39 | number of keys of `closures` |
/// | 40– | the keys of both, eight bytes each |
struct LoggedChange: BitwiseCopyable {
    static let headerBytes = 40
    static let everything = UInt32.max

    let revision: UInt64
    let loggedKeys: UInt64
    /// Whether the keys were too many to be listed.
    let isEverything: Bool
    let entityCount: Int
    let closureCount: Int

    /// Verifies a stored value and reads all but its keys; nil when it is damaged.
    @unsafe
    init?(_ value: UnsafeRawBufferPointer) {
        guard let start = value.baseAddress, value.count >= Self.headerBytes else { return nil }
        func half(_ offset: Int) -> UInt32 {
            unsafe start.loadUnaligned(fromByteOffset: offset, as: UInt32.self)
        }
        func word(_ offset: Int) -> UInt64 {
            unsafe start.loadUnaligned(fromByteOffset: offset, as: UInt64.self)
        }
        let prefix = StoredEntry.prefixBytes
        guard Int(half(0)) == value.count, half(4) == UInt32(StoredEntry.Kind.change.rawValue),
            unsafe word(8)
                == FlatHash.bytes(FlatBytes(start), offset: prefix, count: value.count - prefix)
        else { return nil }
        revision = word(16)
        loggedKeys = word(24)
        isEverything = half(32) == Self.everything
        entityCount = isEverything ? 0 : Int(half(32))
        closureCount = Int(half(36))
        guard Self.headerBytes + (entityCount + closureCount) * 8 == value.count else {
            return nil
        }
    }

    init?(_ bytes: [UInt8]) {
        let change = unsafe bytes.withUnsafeBytes { unsafe LoggedChange($0) }
        guard let change else { return nil }
        self = change
    }

    /// A key by its place in the value that this was read from: those of `entities` come first.
    @unsafe
    func key(_ index: Int, in value: UnsafeRawBufferPointer) -> UInt64 {
        precondition(index >= 0 && index < entityCount + closureCount, "no such key")
        return unsafe value.loadUnaligned(
            fromByteOffset: Self.headerBytes + index * 8, as: UInt64.self)
    }

    static func entry(
        _ keys: ChangedKeys, revision: UInt64, loggedKeys: UInt64
    ) -> [UInt8] {
        var content: [UInt8] = []
        content.reserveCapacity(24 + (keys.entities.count + keys.closures.count) * 8)
        content.append(word: revision)
        content.append(word: loggedKeys)
        content.append(half: keys.isTooMany ? everything : UInt32(keys.entities.count))
        content.append(half: UInt32(keys.closures.count))
        for key in keys.entities { content.append(word: key) }
        for key in keys.closures { content.append(word: key) }
        return StoredEntry.make(.change, content)
    }
}

extension WriteTransaction {
    /// Writes what a revision changes and drops what is older than the bounds.
    mutating func log(
        _ keys: ChangedKeys, revision: UInt64, _ bounds: ChangeLogBounds, _ layout: StoreLayout,
        _ operation: String
    ) throws(StoreError) {
        let listed = UInt64(keys.entities.count + keys.closures.count)
        let before = try loggedChange(revision &- 1, layout)?.loggedKeys ?? 0
        let total = before &+ listed
        do throws(LMDBError) {
            let entry = LoggedChange.entry(keys, revision: revision, loggedKeys: total)
            try put(StoreKey(revision).array.span, entry.span, in: layout.changes)
            while let oldest = try oldestChange(layout) {
                let isNeeded =
                    revision &- oldest.revision < bounds.maximumRevisions
                    && total &- oldest.loggedKeys < bounds.maximumLoggedKeys
                if isNeeded || oldest.revision == revision { break }
                try delete(StoreKey(oldest.revision).array.span, in: layout.changes)
            }
        } catch {
            throw StoreError(error, operation)
        }
    }

    private func loggedChange(
        _ revision: UInt64, _ layout: StoreLayout
    ) throws(StoreError) -> LoggedChange? {
        do throws(LMDBError) {
            let value = unsafe try unsafeBytes(
                for: StoreKey(revision).array.span, in: layout.changes)
            return unsafe value.flatMap { unsafe LoggedChange($0) }
        } catch {
            throw StoreError(error, "read the store")
        }
    }

    /// The key and the count of the first entry; a damaged one counts as long past.
    private func oldestChange(
        _ layout: StoreLayout
    ) throws(LMDBError) -> (revision: UInt64, loggedKeys: UInt64)? {
        try withCursor(in: layout.changes) { (cursor) throws(LMDBError) in
            guard try cursor.first() else { return nil }
            return cursor.withEntry { key, value in
                guard key.count == 8 else { return nil }
                let revision = UInt64(littleEndian: key.array.word(at: 0))
                guard let change = LoggedChange(value.array) else { return (revision, 0) }
                return (revision, change.loggedKeys)
            }
        }
    }
}
