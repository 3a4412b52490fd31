import CedarEngine
import LMDB

/// The databases of a store and the making of their keys.
struct StoreLayout: Sendable, BitwiseCopyable {
    let meta: Database
    let entities: Database
    let closures: Database
    let children: Database
    let edges: Database
    let changes: Database
    let secondaryKeys: Database
    let restrictions: Database
    let keyMask: UInt64
    /// The key of the store's own record, made once.
    let stateKey: InlineArray<5, UInt8> = [0x73, 0x74, 0x6F, 0x72, 0x65]

    static let metaName = "meta"

    static func name(of kind: StoredEntry.Kind) -> String {
        switch kind {
        case .entity: "entities"
        case .closure: "closures"
        case .children: "children"
        case .edge: "edges"
        case .change: "changes"
        case .secondaryKey: "keys"
        case .restriction: "restrictions"
        }
    }

    func database(of kind: StoredEntry.Kind) -> Database {
        switch kind {
        case .entity: entities
        case .closure: closures
        case .children: children
        case .edge: edges
        case .change: changes
        case .secondaryKey: secondaryKeys
        case .restriction: restrictions
        }
    }

    static func keys(of kind: StoredEntry.Kind) -> Database.Keys {
        switch kind {
        case .entity, .closure, .children, .change, .secondaryKey, .restriction: .numbers
        case .edge: .bytes
        }
    }

    @inline(__always)
    func key(_ hash: UInt64) -> StoreKey { StoreKey(hash & keyMask) }

    /// The key of the edge between two identities.
    func key(edgeFrom parent: FlatUID, to child: FlatUID) -> [UInt8] {
        var key: [UInt8] = []
        key.reserveCapacity(16)
        for hash in [parent.hash & keyMask, child.hash & keyMask] {
            for shift in stride(from: 56, through: 0, by: -8) {
                key.append(UInt8(truncatingIfNeeded: hash >> UInt64(shift)))
            }
        }
        return key
    }
}

/// A key of eight bytes in the machine's byte order, as LMDB's integer keys are.
struct StoreKey: BitwiseCopyable, Hashable, Sendable {
    let number: UInt64

    @inline(__always)
    init(_ number: UInt64) { self.number = number }

    @inline(__always)
    func withSpan<Result: ~Copyable, Failure: Error>(
        _ body: (Span<UInt8>) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        var bytes = number
        return try unsafe withUnsafeBytes(of: &bytes) { (raw) throws(Failure) -> Result in
            try unsafe body(Span(_unsafeBytes: raw))
        }
    }
}

extension ReadableTransaction where Self: ~Copyable {
    /// The verified entries under a hash.
    borrowing func chain(
        _ kind: StoredEntry.Kind, _ hash: UInt64, _ layout: StoreLayout
    ) throws(StoreError) -> EntryChain {
        var value: [UInt8]?
        do throws(LMDBError) {
            value = try layout.key(hash).withSpan { (key) throws(LMDBError) in
                try get(key, in: layout.database(of: kind)) { $0.array }
            }
        } catch {
            throw StoreError(error, "read the store")
        }
        return try EntryChain(kind, value)
    }
}

extension ReadableTransaction where Self: ~Copyable {
    borrowing func keyCount(
        _ kind: StoredEntry.Kind, _ layout: StoreLayout
    ) throws(StoreError) -> Int {
        do throws(LMDBError) {
            return try count(in: layout.database(of: kind))
        } catch {
            throw StoreError(error, "read the store")
        }
    }

    /// Copies every key and value of a database in the order of keys.
    borrowing func forEachValue(
        _ kind: StoredEntry.Kind, _ layout: StoreLayout,
        _ body: (_ key: [UInt8], _ value: [UInt8]) throws(StoreError) -> Void
    ) throws(StoreError) {
        try withCursor(in: layout.database(of: kind)) { (cursor) throws(StoreError) in
            while true {
                do throws(LMDBError) {
                    guard try cursor.next() else { return }
                } catch {
                    throw StoreError(error, "read the store")
                }
                let (key, value) = cursor.withEntry { ($0.array, $1.array) }
                try body(key, value)
            }
        }
    }

    /// The greatest key of a database of eight-byte keys; nil when it is empty.
    borrowing func lastKey(
        _ kind: StoredEntry.Kind, _ layout: StoreLayout
    ) throws(StoreError) -> UInt64? {
        try withCursor(in: layout.database(of: kind)) { (cursor) throws(StoreError) -> UInt64? in
            do throws(LMDBError) {
                guard try cursor.last() else { return nil }
            } catch {
                throw StoreError(error, "read the store")
            }
            return try cursor.withEntry { (key, _) throws(StoreError) in
                try StoreKey(key, kind).number
            }
        }
    }
}

extension WriteTransaction {
    /// Stores the entries under a hash; removes the key when there are none.
    mutating func store(
        _ chain: EntryChain, _ hash: UInt64, _ layout: StoreLayout, mode: PutMode = .overwrite
    ) throws(StoreError) {
        let database = layout.database(of: chain.kind)
        do throws(LMDBError) {
            // Not in a closure: a closure cannot change the transaction it is lent.
            let key = layout.key(hash).array
            if chain.isEmpty {
                try delete(key.span, in: database)
            } else {
                try put(key.span, chain.bytes.span, in: database, mode: mode)
            }
        } catch {
            throw StoreError(error, "write the store")
        }
    }
}

extension StoreKey {
    /// Reads a key of a database.
    init(_ bytes: Span<UInt8>, _ kind: StoredEntry.Kind) throws(StoreError) {
        guard bytes.count == 8 else {
            throw StoreError(
                .corrupted, "read the store",
                "the database `\(StoreLayout.name(of: kind))` has a key of \(bytes.count) bytes: "
                    + "run a check")
        }
        var number: UInt64 = 0
        for index in 0..<8 { number |= UInt64(bytes[index]) << UInt64(index * 8) }
        self.init(UInt64(littleEndian: number))
    }

    var array: InlineArray<8, UInt8> {
        let number = number.littleEndian
        return InlineArray { UInt8(truncatingIfNeeded: number >> UInt64($0 * 8)) }
    }
}
