package import CedarSyntax

/// Writes value trees as flat values.
package struct FlatEncoder: ~Copyable {
    /// A value that cannot be written.
    package enum Failure: Error, Hashable, Sendable {
        /// Sets and records nest deeper than ``FlatLimits/maximumDepth``.
        case tooDeep
        /// It needs more than ``FlatLimits/maximumBytes``.
        case tooLarge

        package var message: String {
            switch self {
            case .tooDeep:
                "the value nests deeper than \(FlatLimits.maximumDepth) sets and records"
            case .tooLarge:
                "the value is larger than \(FlatLimits.maximumBytes) bytes"
            }
        }
    }

    private var arena: Arena

    package init() {
        arena = Arena(maximumBytes: 4 * FlatLimits.maximumBytes)
    }

    /// Writes one value.
    package mutating func encode(_ value: Value) throws(Failure) -> [UInt8] {
        arena.reset()
        return try bytes(of: assemble(value, depth: 0))
    }

    /// Writes a record, as attributes, tags and contexts are.
    package mutating func encode(
        record: [(key: Text, value: Value)]
    ) throws(Failure) -> [UInt8] {
        try encode(.record(record))
    }

    package mutating func encode(_ uid: EntityUID) throws(Failure) -> [UInt8] {
        try encode(.entity(uid))
    }

    private func bytes(of flat: FlatBytes) throws(Failure) -> [UInt8] {
        guard flat.size <= FlatLimits.maximumBytes else { throw .tooLarge }
        return flat.copy(count: flat.size)
    }

    private mutating func assemble(_ value: Value, depth: Int) throws(Failure) -> FlatBytes {
        guard depth <= FlatLimits.maximumDepth else { throw .tooDeep }
        let flat: FlatBytes?
        switch value {
        case .bool(let value):
            flat = FlatAssembler.scalar(.bool, value ? 1 : 0, in: &arena)
        case .long(let value):
            flat = FlatAssembler.scalar(.long, UInt64(bitPattern: value), in: &arena)
        case .decimal(let value):
            flat = FlatAssembler.scalar(
                .decimal, UInt64(bitPattern: value.scaled), in: &arena)
        case .datetime(let value):
            flat = FlatAssembler.scalar(
                .datetime, UInt64(bitPattern: value.milliseconds), in: &arena)
        case .duration(let value):
            flat = FlatAssembler.scalar(
                .duration, UInt64(bitPattern: value.milliseconds), in: &arena)
        case .string(let text):
            guard text.utf8.count <= FlatLimits.maximumBytes else { throw .tooLarge }
            flat = FlatAssembler.string(text.utf8, in: &arena)
        case .entity(let uid):
            flat = FlatAssembler.entity(uid, in: &arena)
        case .ip(let address):
            flat = FlatAssembler.ip(address, in: &arena)
        case .set(let elements):
            guard let addresses = arena.allocate(elements.count * 8) else { throw .tooLarge }
            for (index, element) in elements.enumerated() {
                addresses.store(
                    try assemble(element, depth: depth + 1).address, at: index * 8)
            }
            flat = FlatAssembler.set(
                addresses: addresses, count: elements.count, in: &arena)
        case .record(let members):
            guard let pairs = arena.allocate(members.count * 16) else { throw .tooLarge }
            for (index, member) in members.enumerated() {
                guard let key = FlatAssembler.string(member.key.utf8, in: &arena) else {
                    throw .tooLarge
                }
                pairs.store(key.address, at: index * 16)
                pairs.store(
                    try assemble(member.value, depth: depth + 1).address, at: index * 16 + 8)
            }
            flat = FlatAssembler.record(pairs: pairs, count: members.count, in: &arena)
        }
        guard let flat else { throw .tooLarge }
        return flat
    }
}
