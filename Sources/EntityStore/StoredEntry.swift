import CedarEngine

/// What all entries of the store begin with, so that one piece of code verifies them.
///
/// | bytes | content |
/// | --- | --- |
/// | 0–3 | size of the entry, a multiple of eight |
/// | 4–5 | kind |
/// | 6–7 | zero |
/// | 8–15 | checksum: `FlatHash` of everything from byte 16 |
enum StoredEntry {
    static let prefixBytes = 16

    /// The kinds of entry, each in a database of its own.
    enum Kind: UInt16, Sendable {
        /// `EntityRecord`, whose format 1 is this kind.
        case entity = 1
        /// The proper ancestors of a parent.
        case closure = 2
        /// The number of children of a parent.
        case children = 3
        /// The edge from a parent to a child that is a parent itself.
        case edge = 4
        /// The keys that one revision changed.
        case change = 5
        /// The entity that a secondary key leads to.
        case secondaryKey = 6
        /// What is refused whatever policies say.
        case restriction = 7

        /// Where the identity that the entry is found by begins; a smaller entry is none.
        var identityOffset: Int {
            switch self {
            case .entity: 32
            case .closure, .edge, .secondaryKey, .restriction: 16
            case .children, .change: 24
            }
        }
    }

    /// Makes an entry of what follows its prefix.
    static func make(_ kind: Kind, _ content: [UInt8]...) -> [UInt8] {
        let count = prefixBytes + content.reduce(0) { $0 + $1.count }
        precondition(count % 8 == 0, "a stored entry is made of whole words")
        var bytes: [UInt8] = []
        bytes.reserveCapacity(count)
        bytes.append(half: UInt32(count))
        bytes.append(half: UInt32(kind.rawValue))
        bytes.append(word: 0)
        for part in content { bytes += part }
        bytes.setWord(FlatHash.bytes(bytes, from: prefixBytes), at: 8)
        return bytes
    }
}

/// The entries under one key, back to back: one, or several whose hashes collide.
struct EntryChain {
    let kind: StoredEntry.Kind
    private(set) var bytes: [UInt8]
    /// Where each entry lies.
    private(set) var ranges: [Range<Int>] = []

    /// Verifies every entry of a value; no value is a chain without entries.
    ///
    /// - Throws: `corrupted` when a size, kind or checksum is wrong.
    init(_ kind: StoredEntry.Kind, _ value: [UInt8]?) throws(StoreError) {
        self.kind = kind
        bytes = value ?? []
        if value?.isEmpty == true { throw Self.damaged(kind) }
        var offset = 0
        while offset < bytes.count {
            guard bytes.count - offset >= StoredEntry.prefixBytes else { throw Self.damaged(kind) }
            let size = Int(bytes.half(at: offset))
            guard size > kind.identityOffset, size % 8 == 0, size <= bytes.count - offset,
                bytes.half(at: offset + 4) == UInt32(kind.rawValue)
            else { throw Self.damaged(kind) }
            let checksum = bytes.withFlat(at: offset) {
                FlatHash.bytes(
                    $0, offset: StoredEntry.prefixBytes, count: size - StoredEntry.prefixBytes)
            }
            guard checksum == bytes.word(at: offset + 8) else { throw Self.damaged(kind) }
            ranges.append(offset..<offset + size)
            offset += size
        }
    }

    var isEmpty: Bool { ranges.isEmpty }

    /// Where the entry of an identity lies.
    func find(_ uid: FlatEntity) -> Range<Int>? {
        ranges.first { range in
            bytes.withFlat(at: range.lowerBound + kind.identityOffset) {
                FlatEntity($0).equals(uid)
            }
        }
    }

    func find(_ uid: FlatUID) -> Range<Int>? { uid.withEntity { find($0) } }

    /// Puts an entry in the place of another, or at the end.
    mutating func replace(_ range: Range<Int>?, with entry: [UInt8]) {
        if let range { remove(range) }
        ranges.append(bytes.count..<bytes.count + entry.count)
        bytes += entry
    }

    mutating func remove(_ range: Range<Int>) {
        bytes.removeSubrange(range)
        ranges = ranges.compactMap { other in
            if other == range { return nil }
            if other.lowerBound < range.lowerBound { return other }
            return other.lowerBound - range.count..<other.upperBound - range.count
        }
    }

    private static func damaged(_ kind: StoredEntry.Kind) -> StoreError {
        StoreError(
            .corrupted, "read the store",
            "an entry of the database `\(StoreLayout.name(of: kind))` is damaged: run a check, "
                + "then restore the store from a copy or import it again")
    }
}
