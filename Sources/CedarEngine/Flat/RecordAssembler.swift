package import CedarSyntax

/// Puts records together of keys and values that lie elsewhere as flat values, in memory that is
/// reused: after warm-up it allocates nothing.
///
/// What it gives stays where it is until ``reset()``.
package struct RecordAssembler: ~Copyable {
    /// What came of putting a member into a record.
    package enum Insertion: BitwiseCopyable {
        case inserted(FlatRecord)
        /// The record has that member already.
        case present
        /// The record would be larger than ``FlatLimits/maximumBytes``.
        case tooLarge
    }

    private var arena: Arena

    package init() {
        // A record that is added to, and what is added, each copied once or twice.
        arena = Arena(maximumBytes: 4 * FlatLimits.maximumBytes)
    }

    /// Takes back all memory handed out.
    package mutating func reset() { arena.reset() }

    /// A datetime, in milliseconds since 1970; nil when there is no room.
    package mutating func datetime(_ milliseconds: Int64) -> FlatBytes? {
        FlatAssembler.scalar(.datetime, UInt64(bitPattern: milliseconds), in: &arena)
    }

    /// An address; nil when there is no room.
    package mutating func ip(_ address: IPAddress) -> FlatBytes? {
        FlatAssembler.ip(address, in: &arena)
    }

    /// A copy of a flat value; nil when there is no room.
    package mutating func copy(_ value: FlatBytes) -> FlatBytes? {
        guard let region = arena.allocate(value.size) else { return nil }
        region.copy(value, at: 0, count: value.size)
        return region.flat
    }

    /// The record of some members, whose keys are different and in the order of records: by their
    /// hashes, and by their bytes where those are equal; nil when it would be too large.
    package mutating func record(_ members: Span<FlatMember>) -> FlatRecord? {
        FlatAssembler.record(ordered: members, in: &arena)
    }

    /// A record with one member more.
    package mutating func insert(_ member: FlatMember, into record: FlatRecord) -> Insertion {
        let value = member.value
        return insert(member.key, size: value.size, into: record) { region, position in
            region.copy(value, at: position, count: value.size)
        }
    }

    /// A record with one member more, which is a record of ordered members as ``record(_:)`` takes
    /// them; it is written in its place.
    package mutating func insert(
        recordOf members: Span<FlatMember>, as key: FlatString, into record: FlatRecord
    ) -> Insertion {
        let size = FlatAssembler.size(ofRecord: members)
        guard size <= FlatLimits.maximumBytes else { return .tooLarge }
        return insert(key, size: size, into: record) { region, position in
            FlatAssembler.write(members, size: size, to: region, at: position)
        }
    }

    @inline(__always)
    private mutating func insert(
        _ memberKey: FlatString, size valueSize: Int, into record: FlatRecord,
        _ write: (ArenaRegion, Int) -> Void
    ) -> Insertion {
        let count = record.count
        let place = count == 0 ? 0 : Self.place(of: memberKey, in: record)
        if place < count, record.key(place).flat.equals(memberKey.flat) { return .present }
        let source = record.flat
        let key = memberKey.flat
        let (keySize, sourceSize) = (key.size, source.size)
        let (prefix, entryBytes) = (FlatLayout.collectionPrefixBytes, FlatLayout.entryBytes)
        let added = entryBytes + keySize + valueSize
        let size = sourceSize + added
        guard size <= FlatLimits.maximumBytes, let region = arena.allocate(size) else {
            return .tooLarge
        }
        region.store(FlatAssembler.header(.record, size: size), at: 0)
        region.store(UInt32(count + 1), at: 8)
        // Keys and values follow each other in the order of the table, so that two copies move
        // all of them and only their offsets in the table change.
        let sourceTable = prefix + count * entryBytes
        let table = sourceTable + entryBytes
        let cut = place < count ? Int(source.half(prefix + place * entryBytes + 8)) : sourceSize
        for index in 0..<count {
            let from = prefix + index * entryBytes
            let shift = UInt32(index < place ? entryBytes : added)
            let to = index < place ? from : from + entryBytes
            region.store(source.word(from), at: to)
            region.store(source.half(from + 8) + shift, at: to + 8)
            region.store(source.half(from + 12) + shift, at: to + 12)
        }
        if cut > sourceTable {
            region.copy(source.advanced(by: sourceTable), at: table, count: cut - sourceTable)
        }
        var position = cut + entryBytes
        let entry = prefix + place * entryBytes
        region.store(memberKey.hash, at: entry)
        region.store(UInt32(position), at: entry + 8)
        region.copy(key, at: position, count: keySize)
        position += keySize
        region.store(UInt32(position), at: entry + 12)
        write(region, position)
        position += valueSize
        if sourceSize > cut {
            region.copy(source.advanced(by: cut), at: position, count: sourceSize - cut)
        }
        return .inserted(FlatRecord(region.flat))
    }

    /// Where a key stands in a record, or would.
    private static func place(of key: FlatString, in record: FlatRecord) -> Int {
        var low = 0
        var high = record.count
        while low < high {
            let middle = (low + high) / 2
            let hash = record.hash(middle)
            if hash < key.hash
                || hash == key.hash && record.key(middle).flat.precedes(key.flat)
            {
                low = middle + 1
            } else {
                high = middle
            }
        }
        return low
    }
}

/// A member of a record that is to be put together.
package struct FlatMember: BitwiseCopyable, Sendable {
    package let key: FlatString
    package let value: FlatBytes

    package init(key: FlatString, value: FlatBytes) {
        self.key = key
        self.value = value
    }

    /// Whether it stands before another in a record.
    package func precedes(_ other: FlatMember) -> Bool {
        key.hash < other.key.hash
            || key.hash == other.key.hash && key.flat.precedes(other.key.flat)
    }
}
