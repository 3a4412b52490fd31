package import CedarEngine
import LMDB

/// One thread's view of a store, renewed for every decision.
///
/// Between ``begin()`` and ``end()`` it shows one revision and lends LMDB's memory where it lies;
/// what it lent is void after either. Lookups neither allocate nor count references. It owns a
/// reader slot, so keep it rather than make another.
package struct EntityReader: ~Copyable, EntitySource {
    private var transaction: ReadTransaction
    private let layout: StoreLayout
    private var knownTransaction = -1

    /// The revision that is read, as of the last ``begin()``.
    package private(set) var revision: UInt64 = 0

    init(_ environment: Environment, _ layout: StoreLayout) throws(StoreError) {
        do throws(LMDBError) {
            transaction = try environment.beginRead()
        } catch {
            throw StoreError(error, "read the store")
        }
        self.layout = layout
        transaction.reset()
    }

    /// Moves to the newest revision and returns it.
    ///
    /// - Throws: `busy` when a map grown by another process cannot be adopted, `corrupted`.
    @discardableResult
    package mutating func begin() throws(StoreError) -> UInt64 {
        do throws(LMDBError) {
            try transaction.renew()
        } catch {
            throw StoreError(error, "read the store")
        }
        // The revision is read again only when there was a commit.
        let id = transaction.id
        if id != knownTransaction {
            revision = try transaction.state(layout).revision
            knownTransaction = id
        }
        return revision
    }

    /// Lets go of the revision; lookups fail until the next ``begin()``.
    package mutating func end() {
        transaction.reset()
    }

    package borrowing func record(of uid: FlatEntity) -> EntityLookup {
        let value: UnsafeRawBufferPointer?
        do throws(LMDBError) {
            unsafe value = try bytes(uid.hash, layout.entities)
        } catch {
            return .failed
        }
        guard let value = unsafe value else { return .absent }
        var offset = 0
        repeat {
            guard let size = unsafe Self.entrySize(value, offset, .entity) else { return .failed }
            let flat = unsafe Self.flat(value, offset)
            // Before the identity is looked at, so that damage is never taken for absence.
            guard EntityRecord.isIntact(flat, count: size) else { return .failed }
            let record = EntityRecord(flat)
            if record.uid.equals(uid) { return .found(record) }
            offset += size
        } while offset < value.count
        return .absent
    }

    package borrowing func ancestors(of uid: FlatEntity) -> AncestorLookup {
        let value: UnsafeRawBufferPointer?
        do throws(LMDBError) {
            unsafe value = try bytes(uid.hash, layout.closures)
        } catch {
            return .failed
        }
        guard let value = unsafe value else { return .absent }
        var offset = 0
        repeat {
            guard let size = unsafe Self.entrySize(value, offset, .closure) else { return .failed }
            let prefix = StoredEntry.prefixBytes
            let checksum = FlatHash.bytes(
                unsafe Self.flat(value, offset), offset: prefix, count: size - prefix)
            guard
                unsafe checksum
                    == value.loadUnaligned(fromByteOffset: offset + 8, as: UInt64.self)
            else { return .failed }
            let owner = FlatEntity(unsafe Self.flat(value, offset + prefix))
            if owner.equals(uid) {
                return .found(
                    FlatSet(unsafe Self.flat(value, offset + prefix + owner.flat.size)))
            }
            offset += size
        } while offset < value.count
        return .absent
    }

    @unsafe
    @inline(__always)
    private borrowing func bytes(
        _ hash: UInt64, _ database: Database
    ) throws(LMDBError) -> UnsafeRawBufferPointer? {
        var key = layout.key(hash).number.bigEndian
        return unsafe try withUnsafeBytes(of: &key) { (raw) throws(LMDBError) in
            unsafe try transaction.unsafeBytes(for: Span(_unsafeBytes: raw), in: database)
        }
    }

    /// The size of the entry at an offset; nil when it cannot be one of this kind.
    @unsafe
    @inline(__always)
    private static func entrySize(
        _ value: UnsafeRawBufferPointer, _ offset: Int, _ kind: StoredEntry.Kind
    ) -> Int? {
        let remaining = value.count - offset
        guard remaining >= StoredEntry.prefixBytes else { return nil }
        let size = unsafe Int(value.loadUnaligned(fromByteOffset: offset, as: UInt32.self))
        let found = unsafe value.loadUnaligned(fromByteOffset: offset + 4, as: UInt32.self)
        guard size > kind.identityOffset, size <= remaining, found == UInt32(kind.rawValue)
        else { return nil }
        return size
    }

    @unsafe
    @inline(__always)
    private static func flat(_ value: UnsafeRawBufferPointer, _ offset: Int) -> FlatBytes {
        guard let base = value.baseAddress else {
            preconditionFailure("a value of a database has a place")
        }
        return unsafe FlatBytes(base + offset)
    }
}
