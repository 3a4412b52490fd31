import CedarEngine
import LMDB

/// The store's own record: its format, its revision and its size.
///
/// | bytes | content |
/// | --- | --- |
/// | 0–7 | `WRITSTOR` |
/// | 8–11 | format of the store |
/// | 12–15 | zero |
/// | 16–23 | revision |
/// | 24–31 | number of entities |
/// | 32–39 | revision that last changed the restrictions; 0 when none did |
/// | 40–47 | checksum: `FlatHash` of bytes 0–39 |
struct StoreState: Sendable, Equatable {
    static let supportedFormat: UInt32 = 3
    static let key: [UInt8] = Array("store".utf8)
    private static let magic: [UInt8] = Array("WRITSTOR".utf8)
    private static let byteCount = 48

    /// Grows by one with every committed change; 0 in an empty new store.
    var revision: UInt64 = 0
    var entityCount: UInt64 = 0
    /// The revision that last changed what is restricted; 0 when none did.
    var restrictionsRevision: UInt64 = 0

    init() {}

    init(_ bytes: [UInt8], _ operation: String) throws(StoreError) {
        guard bytes.count >= 12, bytes.starts(with: Self.magic) else {
            throw StoreError(.notAStore, operation, "the directory holds other data")
        }
        // Before the checksum, because a newer format may place that elsewhere.
        let format = bytes.half(at: 8)
        guard format <= Self.supportedFormat else {
            throw StoreError(
                .newerFormat(found: format, supported: Self.supportedFormat), operation,
                "the store has format \(format) and this version reads "
                    + "\(Self.supportedFormat): use the version that wrote it, or export there "
                    + "and import here")
        }
        guard format == Self.supportedFormat || format == 0 else {
            throw StoreError(
                .olderFormat(found: format, supported: Self.supportedFormat), operation,
                "the store has format \(format) and this version reads \(Self.supportedFormat): "
                    + "import its entities into a new directory")
        }
        guard bytes.count == Self.byteCount, format == Self.supportedFormat,
            bytes.half(at: 12) == 0,
            bytes.word(at: 40) == FlatHash.bytes(Array(bytes[..<40]))
        else {
            throw StoreError(
                .corrupted, operation,
                "the store's own record is damaged: restore the store from a copy or import it "
                    + "again")
        }
        revision = bytes.word(at: 16)
        entityCount = bytes.word(at: 24)
        restrictionsRevision = bytes.word(at: 32)
    }

    /// The revisions in a whole record of the supported format; nil in anything else.
    ///
    /// Unlike the initializer it allocates nothing.
    @unsafe
    static func revisions(
        in value: UnsafeRawBufferPointer
    ) -> (store: UInt64, restrictions: UInt64)? {
        guard value.count == byteCount, let start = value.baseAddress else { return nil }
        func word(_ offset: Int) -> UInt64 {
            unsafe start.loadUnaligned(fromByteOffset: offset, as: UInt64.self)
        }
        guard word(0) == 0x524F_5453_5449_5257, word(8) == UInt64(supportedFormat),
            unsafe word(40) == FlatHash.bytes(FlatBytes(start), offset: 0, count: 40)
        else { return nil }
        return (word(16), word(32))
    }

    var bytes: [UInt8] {
        var bytes = Self.magic
        bytes.append(half: Self.supportedFormat)
        bytes.append(half: 0)
        bytes.append(word: revision)
        bytes.append(word: entityCount)
        bytes.append(word: restrictionsRevision)
        bytes.append(word: FlatHash.bytes(bytes))
        return bytes
    }
}

extension ReadableTransaction where Self: ~Copyable {
    /// The store's own record; nil in a store whose making was interrupted.
    borrowing func state(
        in meta: Database, _ operation: String
    ) throws(StoreError) -> StoreState? {
        let bytes: [UInt8]?
        do throws(LMDBError) {
            bytes = try get(StoreState.key.span, in: meta) { $0.array }
        } catch {
            throw StoreError(error, operation)
        }
        guard let bytes else { return nil }
        return try StoreState(bytes, operation)
    }

    /// The store's own record, which must be there.
    borrowing func state(_ layout: StoreLayout) throws(StoreError) -> StoreState {
        guard let state = try state(in: layout.meta, "read the store") else {
            throw StoreError(
                .corrupted, "read the store",
                "the store's own record is missing: restore the store from a copy")
        }
        return state
    }
}
