package import CedarEngine
import LMDB
import Synchronization

/// One thread's view of a store, renewed for every decision.
///
/// Between ``begin()`` and ``end()`` it shows one revision and lends memory where the records lie,
/// in LMDB's map or in the reader's cache; what it lent is void after either. Lookups neither
/// allocate nor count references. It owns a reader slot, so keep it rather than make another.
/// How the cache stays exact is told in <doc:Cache>.
package struct EntityReader: ~Copyable, EntitySource {
    var transaction: ReadTransaction
    let layout: StoreLayout
    private let cache: RecordCache
    private let hasCache: Bool
    private var union = AncestorUnion()
    private var knownTransaction = -1
    /// The revision that the cache is brought forward to.
    private var cacheRevision: UInt64 = 0
    /// Whether the cache holds nothing but what the revision that is read holds.
    private var isCacheCurrent = false
    /// Never used. What holds an atomic is read where it lies; without one, the compiler copies all
    /// 272 bytes to the stack for every lookup.
    private let anchor = Atomic<Bool>(false)

    /// The revision that is read, as of the last ``begin()``.
    package private(set) var revision: UInt64 = 0
    /// The revision that last changed the restrictions, as of the last ``begin()``; 0 when none
    /// did. While it stays the same, ``restrictions()`` would give the same.
    package private(set) var restrictionsRevision: UInt64 = 0

    init(
        _ environment: Environment, _ layout: StoreLayout, cacheBytes: Int
    ) throws(StoreError) {
        guard let cache = RecordCache(capacityBytes: cacheBytes) else {
            throw StoreError(
                .failed, "read the store",
                "there is no memory for a cache of \(cacheBytes) bytes: make it smaller")
        }
        do throws(LMDBError) {
            transaction = try environment.beginRead()
        } catch {
            throw StoreError(error, "read the store")
        }
        self.cache = cache
        self.layout = layout
        hasCache = cacheBytes > 0
        transaction.reset()
    }

    /// Moves to the newest revision and returns it.
    ///
    /// - Throws: `busy` when a map grown by another process cannot be adopted, `corrupted`; lookups
    ///   fail then.
    @discardableResult
    package mutating func begin() throws(StoreError) -> UInt64 {
        isCacheCurrent = false
        cache.forgetAdmissions()
        do throws(LMDBError) {
            try transaction.renew()
        } catch {
            throw StoreError(error, "read the store")
        }
        // The revision is read again only when there was a commit.
        let id = transaction.id
        if id != knownTransaction {
            do throws(StoreError) {
                (revision, restrictionsRevision) = try readRevisions()
            } catch {
                transaction.reset()
                throw error
            }
            knownTransaction = id
        }
        if hasCache {
            if revision != cacheRevision { bringCacheForward() }
            isCacheCurrent = revision == cacheRevision
        }
        return revision
    }

    /// Lets go of the revision; lookups fail until the next ``begin()``.
    package mutating func end() {
        if isCacheCurrent {
            if cache.wantedUnions > 0 { makeUnions() }
            cache.admit()
        }
        isCacheCurrent = false
        transaction.reset()
    }

    /// Fills the cache with ancestors and records in the order of their keys, until it is full or
    /// the time is over.
    ///
    /// - Throws: as ``begin()``. An entry that is damaged is left to the lookup of it.
    package mutating func prewarm(for duration: Swift.Duration) throws(StoreError) {
        guard hasCache else { return }
        let end = ContinuousClock.now + duration
        try begin()
        if isCacheCurrent {
            try fill(.closure, .closure, until: end)
            try fill(.entity, .entity, until: end)
        }
        self.end()
    }

    /// The figures of the cache.
    package var cacheStatistics: CacheStatistics {
        hasCache ? cache.statistics : CacheStatistics()
    }

    /// Says that two entities will be looked up: a large cache then loads both at once.
    package borrowing func anticipate(_ first: FlatEntity, _ second: FlatEntity) {
        guard isCacheCurrent else { return }
        cache.touch(layout.key(first.hash).number, layout.key(second.hash).number)
    }

    /// Says that an entity will be looked up after some other work, in two steps with work between them:
    /// the processor then has what a large cache holds of it by the time that it is needed.
    ///
    /// - Parameter isSecond: whether this is the second step.
    package borrowing func prefetch(_ entity: FlatEntity, isSecond: Bool) {
        guard isCacheCurrent else { return }
        let key = layout.key(entity.hash).number
        if isSecond { cache.prefetchChain(key) } else { cache.prefetchSlot(key) }
    }

    package borrowing func record(of uid: FlatEntity) -> EntityLookup {
        switch look(.entity, .entity, uid) {
        case .found(let record, _): .found(EntityRecord(record))
        case .absent: .absent
        case .failed: .failed
        }
    }

    /// Finds the entity that a key leads to; see ``SecondaryKeys``.
    ///
    /// - Parameter value: the key's bytes.
    package borrowing func device(
        by key: DeviceKey, _ value: Span<UInt8>
    ) -> DeviceLookup {
        guard !value.isEmpty, value.count <= SecondaryKeys.maximumBytes else { return .absent }
        return FlatEntity.withTemporary(type: key.identityType, id: value) { lookUp($0) }
    }

    /// Finds the entity that a key leads to.
    package borrowing func device(by key: DeviceIdentity) -> DeviceLookup {
        key.flat.withEntity { lookUp($0) }
    }

    /// Names the snapshot that is read: while it stays the same, all lookups give the same.
    package var snapshotID: Int { knownTransaction }

    package borrowing func ancestors(of uid: FlatEntity) -> AncestorLookup {
        switch look(.closure, .closure, uid) {
        case .found(_, let set): .found(FlatSet(set))
        case .absent: .absent
        case .failed: .failed
        }
    }
}

// MARK: Unions of ancestors

extension EntityReader {
    /// All ancestors of an entity, its parents included, when they were asked for before.
    package borrowing func allAncestors(of uid: FlatEntity) -> FlatSet? {
        guard isCacheCurrent else { return nil }
        let key = layout.key(uid.hash).number
        if let union = unsafe cache.find(.ancestors, key) {
            // Stamp, zero, identity of the owner, set.
            if unsafe union.load(as: UInt64.self) == cache.closureChanges,
                FlatEntity(unsafe Self.flat(union, 16)).equals(uid)
            {
                cache.countUnion()
                let size = unsafe union.load(fromByteOffset: 20, as: UInt32.self)
                return FlatSet(unsafe Self.flat(union, 16 + Int(size)))
            }
        }
        cache.wantUnion(key)
        return nil
    }

    /// Makes the wanted unions, as long as the snapshot is still there.
    @inline(never)
    private mutating func makeUnions() {
        var joiner = AncestorUnion()
        swap(&joiner, &union)
        for index in 0..<cache.wantedUnions {
            let key = cache.wantedUnion(index)
            guard let chain = unsafe cache.peek(.entity, key), chain.count > 0,
                // Identities that share a key go without.
                unsafe Int(chain.load(as: UInt32.self)) == chain.count
            else { continue }
            let record = EntityRecord(unsafe Self.flat(chain, 0))
            let made = joiner.region(
                stamp: cache.closureChanges, owner: record.uid, parents: record.parents
            ) { ancestors(of: $0) }
            guard let made else { continue }
            made.flat.withSpan(0, made.count) { bytes in
                unsafe bytes.withUnsafeBytes { unsafe cache.insert(.ancestors, key, $0) }
            }
        }
        swap(&joiner, &union)
    }
}

// MARK: Lookups

extension EntityReader {
    private enum Found {
        /// Where the entry of the identity begins, and what follows the identity in it.
        case found(FlatBytes, rest: FlatBytes)
        case absent
        case failed
    }

    @inline(__always)
    private borrowing func look(
        _ kind: RecordCache.Kind, _ entry: StoredEntry.Kind, _ uid: FlatEntity
    ) -> Found {
        let key = layout.key(uid.hash).number
        if isCacheCurrent, let chain = unsafe cache.find(kind, key) {
            return unsafe Self.search(chain, entry, uid)
        }
        return lookInStore(kind, entry, key, uid)
    }

    /// Reads the chain where it lies in LMDB's map and verifies all of it.
    @inline(never)
    private borrowing func lookInStore(
        _ kind: RecordCache.Kind, _ entry: StoredEntry.Kind, _ key: UInt64, _ uid: FlatEntity
    ) -> Found {
        let value: UnsafeRawBufferPointer?
        do throws(LMDBError) {
            unsafe value = try StoreKey(key).withSpan { (key) throws(LMDBError) in
                unsafe try transaction.unsafeBytes(
                    for: key, in: entry == .entity ? layout.entities : layout.closures)
            }
        } catch {
            return .failed
        }
        guard let chain = unsafe value else {
            if isCacheCurrent {
                unsafe cache.note(kind, key, UnsafeRawBufferPointer(start: nil, count: 0))
            }
            return .absent
        }
        // Before the identity is looked at, so that damage is never taken for absence.
        guard unsafe Self.isWhole(chain, entry) else { return .failed }
        if isCacheCurrent { unsafe cache.note(kind, key, chain) }
        return unsafe Self.search(chain, entry, uid)
    }

    /// Reads the entry of a secondary key where it lies in LMDB's map.
    private borrowing func lookUp(_ key: FlatEntity) -> DeviceLookup {
        let value: UnsafeRawBufferPointer?
        do throws(LMDBError) {
            unsafe value = try layout.key(key.hash).withSpan { (number) throws(LMDBError) in
                unsafe try transaction.unsafeBytes(for: number, in: layout.secondaryKeys)
            }
        } catch {
            return .failed
        }
        guard let chain = unsafe value else { return .absent }
        guard unsafe Self.isWhole(chain, .secondaryKey) else { return .failed }
        switch unsafe Self.search(chain, .secondaryKey, key) {
        case .found(_, let owner): return .found(FlatEntity(owner))
        case .absent: return .absent
        case .failed: return .failed
        }
    }

    /// What is restricted in the revision that is read.
    ///
    /// - Throws: `corrupted`, and what reading may throw.
    package borrowing func restrictions() throws(StoreError) -> RestrictionSet {
        RestrictionSet(
            try transaction.restrictions(layout), revision: restrictionsRevision)
    }

    /// Whether every entry of a value has a possible size, the right kind and the right checksum.
    @unsafe
    static func isWhole(
        _ chain: UnsafeRawBufferPointer, _ kind: StoredEntry.Kind
    ) -> Bool {
        var offset = 0
        repeat {
            let remaining = chain.count - offset
            guard remaining >= StoredEntry.prefixBytes else { return false }
            let size = unsafe Int(chain.loadUnaligned(fromByteOffset: offset, as: UInt32.self))
            let found = unsafe chain.loadUnaligned(fromByteOffset: offset + 4, as: UInt32.self)
            guard size > kind.identityOffset, size % 8 == 0, size <= remaining,
                found == UInt32(kind.rawValue)
            else { return false }
            let prefix = StoredEntry.prefixBytes
            let checksum = FlatHash.bytes(
                unsafe flat(chain, offset), offset: prefix, count: size - prefix)
            guard
                unsafe checksum
                    == chain.loadUnaligned(fromByteOffset: offset + 8, as: UInt64.self)
            else { return false }
            offset += size
        } while offset < chain.count
        return true
    }

    /// Finds the entry of an identity in a verified chain.
    @unsafe
    @inline(__always)
    private static func search(
        _ chain: UnsafeRawBufferPointer, _ kind: StoredEntry.Kind, _ uid: FlatEntity
    ) -> Found {
        var offset = 0
        while offset < chain.count {
            let identity = offset + kind.identityOffset
            if FlatEntity(unsafe flat(chain, identity)).equals(uid) {
                // A flat value has its size at byte 4.
                let size = unsafe chain.loadUnaligned(fromByteOffset: identity + 4, as: UInt32.self)
                return unsafe .found(
                    flat(chain, offset), rest: flat(chain, identity + Int(size)))
            }
            offset += unsafe Int(chain.loadUnaligned(fromByteOffset: offset, as: UInt32.self))
        }
        return .absent
    }

    @unsafe
    @inline(__always)
    static func flat(_ chain: UnsafeRawBufferPointer, _ offset: Int) -> FlatBytes {
        guard let base = chain.baseAddress else {
            preconditionFailure("a value of a database has a place")
        }
        return unsafe FlatBytes(base + offset)
    }
}

// MARK: Prewarming

extension EntityReader {
    private borrowing func fill(
        _ kind: RecordCache.Kind, _ entry: StoredEntry.Kind, until end: ContinuousClock.Instant
    ) throws(StoreError) {
        try transaction.withCursor(in: layout.database(of: entry)) {
            (cursor) throws(StoreError) in
            var count = 0
            while !cache.isNearlyFull {
                do throws(LMDBError) {
                    guard try cursor.next() else { return }
                } catch {
                    throw StoreError(error, "read the store")
                }
                cursor.withEntry { key, value in
                    guard key.count == 8 else { return }
                    unsafe key.withUnsafeBytes { key in
                        unsafe value.withUnsafeBytes { value in
                            guard unsafe Self.isWhole(value, entry) else { return }
                            let key = unsafe key.loadUnaligned(as: UInt64.self)
                            // What was filled in before is worth as much as what comes now.
                            guard cache.hasFreeSlot(kind, key) else { return }
                            unsafe cache.insert(kind, key, value)
                        }
                    }
                }
                count += 1
                if count % 256 == 0, ContinuousClock.now >= end { return }
            }
        }
    }
}

// MARK: Staying current

extension EntityReader {
    private static var maximumRevisions: UInt64 { 512 }
    private static var maximumKeys: Int { 16_384 }

    /// The revisions in the store's own record, read without an allocation.
    private borrowing func readRevisions() throws(StoreError) -> (UInt64, UInt64) {
        let value: UnsafeRawBufferPointer?
        do throws(LMDBError) {
            unsafe value = try transaction.unsafeBytes(
                for: layout.stateKey.span, in: layout.meta)
        } catch {
            throw StoreError(error, "read the store")
        }
        if let value = unsafe value, let revisions = unsafe StoreState.revisions(in: value) {
            return (revisions.store, revisions.restrictions)
        }
        // For the words about what is wrong.
        let state = try transaction.state(layout)
        return (state.revision, state.restrictionsRevision)
    }

    /// Drops what the log says was changed since, a bounded part of it at a time.
    ///
    /// Until all is done the cache is passed by. Where the log does not tell, everything goes.
    @inline(never)
    private mutating func bringCacheForward() {
        guard revision > cacheRevision else { return forget() }
        var keys = 0
        let last = min(revision, cacheRevision &+ Self.maximumRevisions)
        while cacheRevision < last, keys < Self.maximumKeys {
            guard let value = unsafe change(cacheRevision &+ 1),
                let change = unsafe LoggedChange(value), change.revision == cacheRevision &+ 1,
                !change.isEverything
            else { return forget() }
            let count = change.entityCount + change.closureCount
            for index in 0..<count {
                let key = unsafe change.key(index, in: value)
                if index < change.entityCount {
                    cache.dropEntity(key)
                } else {
                    cache.dropClosure(key)
                }
            }
            keys += count
            cacheRevision &+= 1
        }
    }

    private mutating func forget() {
        cache.dropAll()
        cacheRevision = revision
    }

    @unsafe
    borrowing func change(_ revision: UInt64) -> UnsafeRawBufferPointer? {
        do throws(LMDBError) {
            return unsafe try transaction.unsafeBytes(
                for: StoreKey(revision).array.span, in: layout.changes)
        } catch {
            return nil
        }
    }
}
