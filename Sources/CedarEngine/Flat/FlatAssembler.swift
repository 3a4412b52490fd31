import CedarSyntax

/// Assembles canonical flat values in an arena; nil everywhere means that the arena is full.
///
/// The machine uses it for values made while deciding, ``FlatEncoder`` for all others, so there is
/// one place that knows how a value is written.
enum FlatAssembler {
    /// Writes a header, at the start of a region.
    @inline(__always)
    static func header(_ tag: FlatTag, _ a: UInt8 = 0, _ b: UInt8 = 0, size: Int) -> UInt64 {
        UInt64(tag.rawValue) | UInt64(a) << 8 | UInt64(b) << 16
            | UInt64(UInt32(truncatingIfNeeded: size)) << 32
    }

    /// Writes a bool, long, decimal, datetime or duration.
    static func scalar(_ tag: FlatTag, _ bits: UInt64, in arena: inout Arena) -> FlatBytes? {
        if tag == .bool {
            guard let region = arena.allocate(FlatLayout.headerBytes) else { return nil }
            region.store(header(.bool, UInt8(bits & 1), size: FlatLayout.headerBytes), at: 0)
            return region.flat
        }
        guard let region = arena.allocate(FlatLayout.scalarBytes) else { return nil }
        region.store(header(tag, size: FlatLayout.scalarBytes), at: 0)
        region.store(bits, at: 8)
        return region.flat
    }

    static func string(_ utf8: [UInt8], in arena: inout Arena) -> FlatBytes? {
        let size = FlatLayout.padded(FlatLayout.stringPrefixBytes + utf8.count)
        guard let region = arena.allocate(size) else { return nil }
        let padding = UInt8(size - FlatLayout.stringPrefixBytes - utf8.count)
        region.store(header(.string, padding, size: size), at: 0)
        region.copy(utf8, at: FlatLayout.stringPrefixBytes)
        let hash = FlatHash.bytes(
            region.flat, offset: FlatLayout.stringPrefixBytes, count: utf8.count)
        region.store(hash, at: 8)
        return region.flat
    }

    static func entity(_ uid: EntityUID, in arena: inout Arena) -> FlatBytes? {
        let prefix = FlatLayout.entityPrefixBytes
        let (type, id) = (uid.type.utf8, uid.id.utf8)
        let size = FlatLayout.padded(prefix + type.count + id.count)
        guard let region = arena.allocate(size) else { return nil }
        region.store(
            header(.entity, UInt8(size - prefix - type.count - id.count), size: size), at: 0)
        region.copy(type, at: prefix)
        region.copy(id, at: prefix + type.count)
        let typeHash = FlatHash.bytes(region.flat, offset: prefix, count: type.count)
        let idHash = FlatHash.bytes(region.flat, offset: prefix + type.count, count: id.count)
        region.store(FlatHash.entity(type: typeHash, id: idHash), at: 8)
        region.store(UInt32(type.count), at: 16)
        region.store(UInt32(truncatingIfNeeded: typeHash), at: 20)
        return region.flat
    }

    static func ip(_ address: IPAddress, in arena: inout Arena) -> FlatBytes? {
        guard let region = arena.allocate(FlatLayout.ipBytes) else { return nil }
        region.store(
            header(.ip, address.isIPv6 ? 6 : 4, address.prefix, size: FlatLayout.ipBytes), at: 0)
        region.store(address.high, at: 8)
        region.store(address.low, at: 16)
        return region.flat
    }

    /// Assembles a set of the flat values whose addresses lie in `addresses`, in any order and
    /// with duplicates.
    static func set(addresses: ArenaRegion, count: Int, in arena: inout Arena) -> FlatBytes? {
        guard let entries = arena.allocate(count * 24) else { return nil }
        for index in 0..<count {
            let address = addresses.load(index * 8)
            entries.store(FlatBytes(address: address).hash, at: index * 24)
            entries.store(address, at: index * 24 + 8)
        }
        sort(entries, count: count)
        var unique = 0
        var bytes = FlatLayout.collectionPrefixBytes
        var allEntities = true
        for index in 0..<count {
            let flat = FlatBytes(address: entries.load(index * 24 + 8))
            if unique > 0,
                FlatBytes(address: entries.load((unique - 1) * 24 + 8)).equals(flat)
            {
                continue
            }
            entries.store(entries.load(index * 24), at: unique * 24)
            entries.store(flat.address, at: unique * 24 + 8)
            unique += 1
            bytes += flat.size + FlatLayout.entryBytes
            allEntities = allEntities && flat.tag == .entity
        }
        guard bytes <= FlatLimits.maximumBytes, let region = arena.allocate(bytes) else {
            return nil
        }
        region.store(header(.set, size: bytes), at: 0)
        region.store(UInt32(unique), at: 8)
        region.store(allEntities ? FlatLayout.allEntitiesFlag : 0, at: 12)
        var position = FlatLayout.collectionPrefixBytes + unique * FlatLayout.entryBytes
        for index in 0..<unique {
            let flat = FlatBytes(address: entries.load(index * 24 + 8))
            let entry = FlatLayout.collectionPrefixBytes + index * FlatLayout.entryBytes
            region.store(entries.load(index * 24), at: entry)
            region.store(UInt32(position), at: entry + 8)
            region.copy(flat, at: position, count: flat.size)
            position += flat.size
        }
        return region.flat
    }

    /// Assembles a record of pairs (address of the key's flat string, address of the value) that
    /// lie in `pairs`; keys are unique.
    static func record(pairs: ArenaRegion, count: Int, in arena: inout Arena) -> FlatBytes? {
        guard let entries = arena.allocate(count * 24) else { return nil }
        var bytes = FlatLayout.collectionPrefixBytes
        for index in 0..<count {
            let key = FlatBytes(address: pairs.load(index * 16))
            let value = FlatBytes(address: pairs.load(index * 16 + 8))
            entries.store(FlatString(key).hash, at: index * 24)
            entries.store(key.address, at: index * 24 + 8)
            entries.store(value.address, at: index * 24 + 16)
            bytes += key.size + value.size + FlatLayout.entryBytes
        }
        guard bytes <= FlatLimits.maximumBytes else { return nil }
        sort(entries, count: count)
        guard let region = arena.allocate(bytes) else { return nil }
        region.store(header(.record, size: bytes), at: 0)
        region.store(UInt32(count), at: 8)
        var position = FlatLayout.collectionPrefixBytes + count * FlatLayout.entryBytes
        for index in 0..<count {
            let key = FlatBytes(address: entries.load(index * 24 + 8))
            let value = FlatBytes(address: entries.load(index * 24 + 16))
            let entry = FlatLayout.collectionPrefixBytes + index * FlatLayout.entryBytes
            region.store(entries.load(index * 24), at: entry)
            region.store(UInt32(position), at: entry + 8)
            region.copy(key, at: position, count: key.size)
            position += key.size
            region.store(UInt32(position), at: entry + 12)
            region.copy(value, at: position, count: value.size)
            position += value.size
        }
        return region.flat
    }

    /// Assembles a record of members whose keys are different and in the order of records: by their
    /// hashes, and by their bytes where those are equal.
    static func record(
        ordered members: Span<FlatMember>, in arena: inout Arena
    ) -> FlatRecord? {
        let size = size(ofRecord: members)
        guard size <= FlatLimits.maximumBytes, let region = arena.allocate(size) else {
            return nil
        }
        write(members, size: size, to: region, at: 0)
        return FlatRecord(region.flat)
    }

    /// The bytes of a record of members.
    static func size(ofRecord members: Span<FlatMember>) -> Int {
        var size = FlatLayout.collectionPrefixBytes + members.count * FlatLayout.entryBytes
        for index in members.indices {
            size += members[index].key.flat.size + members[index].value.size
        }
        return size
    }

    /// Writes a record of ordered members, whose bytes are `size`, into a zeroed part of a region.
    static func write(
        _ members: Span<FlatMember>, size: Int, to region: ArenaRegion, at start: Int
    ) {
        region.store(header(.record, size: size), at: start)
        region.store(UInt32(members.count), at: start + 8)
        // Places in the table count from the record's own start.
        var position = FlatLayout.collectionPrefixBytes + members.count * FlatLayout.entryBytes
        for index in members.indices {
            let (key, value) = (members[index].key.flat, members[index].value)
            let (keySize, valueSize) = (key.size, value.size)
            let entry = start + FlatLayout.collectionPrefixBytes + index * FlatLayout.entryBytes
            region.store(members[index].key.hash, at: entry)
            region.store(UInt32(position), at: entry + 8)
            region.copy(key, at: start + position, count: keySize)
            position += keySize
            region.store(UInt32(position), at: entry + 12)
            region.copy(value, at: start + position, count: valueSize)
            position += valueSize
        }
    }

    /// Sorts entries (hash, address, anything) by hash, then by the bytes behind the address.
    /// Heapsort: in place, no allocation, no bad case for hostile input.
    private static func sort(_ entries: ArenaRegion, count: Int) {
        func precedes(_ left: Int, _ right: Int) -> Bool {
            let (leftHash, rightHash) = (entries.load(left * 24), entries.load(right * 24))
            if leftHash != rightHash { return leftHash < rightHash }
            return FlatBytes(address: entries.load(left * 24 + 8)).precedes(
                FlatBytes(address: entries.load(right * 24 + 8)))
        }
        func swap(_ left: Int, _ right: Int) {
            for field in stride(from: 0, to: 24, by: 8) {
                let kept = entries.load(left * 24 + field)
                entries.store(entries.load(right * 24 + field), at: left * 24 + field)
                entries.store(kept, at: right * 24 + field)
            }
        }
        func sink(_ start: Int, _ end: Int) {
            var root = start
            while root * 2 + 1 < end {
                var child = root * 2 + 1
                if child + 1 < end, precedes(child, child + 1) { child += 1 }
                guard precedes(root, child) else { return }
                swap(root, child)
                root = child
            }
        }
        guard count > 1 else { return }
        for start in stride(from: count / 2 - 1, through: 0, by: -1) { sink(start, count) }
        for end in stride(from: count - 1, to: 0, by: -1) {
            swap(0, end)
            sink(0, end)
        }
    }
}

extension FlatBytes {
    /// The hash under which the value stands in a set.
    @inline(__always)
    var hash: UInt64 {
        switch tag {
        case .string, .entity: word(8)
        case .bool, .long, .decimal, .datetime, .duration, .ip, .set, .record:
            FlatHash.bytes(self, offset: 0, count: size)
        }
    }
}
