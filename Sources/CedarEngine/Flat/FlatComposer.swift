package import CedarSyntax

/// Writes flat values from bytes that lie elsewhere, in memory that is reused: after warm-up it
/// allocates nothing.
///
/// What it gives stays where it is until ``reset()``. Nil everywhere means that there is no room:
/// a value, or all of them together, would be larger than ``FlatLimits/maximumBytes``.
package struct FlatComposer: ~Copyable {
    private var arena: Arena
    private var pairs: [UInt64] = []

    package init() {
        arena = Arena(maximumBytes: FlatLimits.maximumBytes)
    }

    /// Takes back all memory handed out.
    package mutating func reset() {
        arena.reset()
        if !pairs.isEmpty { pairs.removeAll(keepingCapacity: true) }
    }

    package mutating func bool(_ value: Bool) -> FlatBytes? {
        FlatAssembler.scalar(.bool, value ? 1 : 0, in: &arena)
    }

    package mutating func long(_ value: Int64) -> FlatBytes? {
        FlatAssembler.scalar(.long, UInt64(bitPattern: value), in: &arena)
    }

    package mutating func decimal(_ value: Decimal) -> FlatBytes? {
        FlatAssembler.scalar(.decimal, UInt64(bitPattern: value.scaled), in: &arena)
    }

    package mutating func ip(_ value: IPAddress) -> FlatBytes? {
        FlatAssembler.ip(value, in: &arena)
    }

    /// A string of bytes that must be valid UTF-8.
    package mutating func string(_ utf8: Span<UInt8>) -> FlatBytes? {
        let prefix = FlatLayout.stringPrefixBytes
        guard utf8.count <= FlatLimits.maximumBytes else { return nil }
        let size = FlatLayout.padded(prefix + utf8.count)
        guard let region = arena.allocate(size) else { return nil }
        let padding = UInt8(size - prefix - utf8.count)
        region.store(FlatAssembler.header(.string, padding, size: size), at: 0)
        Self.copy(utf8, to: region, at: prefix)
        region.store(FlatHash.bytes(region.flat, offset: prefix, count: utf8.count), at: 8)
        return region.flat
    }

    /// An entity; type and id must be valid UTF-8, the type a type's name.
    package mutating func entity(type: Span<UInt8>, id: Span<UInt8>) -> FlatBytes? {
        let prefix = FlatLayout.entityPrefixBytes
        let count = type.count + id.count
        guard count <= FlatLimits.maximumBytes else { return nil }
        let size = FlatLayout.padded(prefix + count)
        guard let region = arena.allocate(size) else { return nil }
        region.store(
            FlatAssembler.header(.entity, UInt8(size - prefix - count), size: size), at: 0)
        Self.copy(type, to: region, at: prefix)
        Self.copy(id, to: region, at: prefix + type.count)
        let typeHash = FlatHash.bytes(region.flat, offset: prefix, count: type.count)
        let idHash = FlatHash.bytes(region.flat, offset: prefix + type.count, count: id.count)
        region.store(FlatHash.entity(type: typeHash, id: idHash), at: 8)
        region.store(UInt32(type.count), at: 16)
        region.store(UInt32(truncatingIfNeeded: typeHash), at: 20)
        return region.flat
    }

    /// Adds a member to the record that ``record()`` makes; its key must not be there yet.
    package mutating func add(_ key: FlatString, _ value: FlatBytes) {
        pairs.append(key.flat.address)
        pairs.append(value.address)
    }

    /// The record of the members added since the last one.
    package mutating func record() -> FlatRecord? {
        let count = pairs.count / 2
        defer { pairs.removeAll(keepingCapacity: true) }
        guard let region = arena.allocate(count * 16) else { return nil }
        for index in pairs.indices { region.store(pairs[index], at: index * 8) }
        return FlatAssembler.record(pairs: region, count: count, in: &arena).map { FlatRecord($0) }
    }

    /// The record of some members, whose keys are different and in the order of records.
    package mutating func record(ordered members: Span<FlatMember>) -> FlatRecord? {
        FlatAssembler.record(ordered: members, in: &arena)
    }

    /// Adds an element to the set that ``set()`` makes.
    package mutating func add(_ element: FlatBytes) { pairs.append(element.address) }

    /// The set of the elements added since the last record or set.
    package mutating func set() -> FlatBytes? {
        let count = pairs.count
        defer { pairs.removeAll(keepingCapacity: true) }
        guard let region = arena.allocate(count * 8) else { return nil }
        for index in pairs.indices { region.store(pairs[index], at: index * 8) }
        return FlatAssembler.set(addresses: region, count: count, in: &arena)
    }

    private static func copy(_ bytes: Span<UInt8>, to region: ArenaRegion, at offset: Int) {
        unsafe bytes.withUnsafeBytes { source in
            guard let start = source.baseAddress else { return }
            unsafe region.copy(FlatBytes(start), at: offset, count: source.count)
        }
    }
}

extension FlatBytes {
    /// The memory of the value that lies here.
    @unsafe
    package var region: UnsafeRawBufferPointer {
        unsafe UnsafeRawBufferPointer(start: base, count: size)
    }
}
