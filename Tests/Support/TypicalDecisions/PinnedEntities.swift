package import CedarEngine
package import CedarSyntax

/// Entity records at fixed places, searched without allocation or reference counting: stands for
/// a store, so that what is measured is the engine.
@safe
package struct PinnedEntities: EntitySource, BitwiseCopyable, @unchecked Sendable {
    private let records: UnsafeMutableBufferPointer<EntityRecord>
    private let closures: UnsafeMutableBufferPointer<Closure>

    private struct Closure: BitwiseCopyable {
        let owner: FlatEntity
        let ancestors: FlatSet
    }

    /// Copies entities and ancestor sets to memory that is never given back.
    package init(
        _ entities: [Entity], ancestors: [(owner: EntityUID, ancestors: [EntityUID])]
    ) throws {
        unsafe records = .allocate(capacity: entities.count)
        unsafe closures = .allocate(capacity: ancestors.count)
        var encoder = EntityEncoder()
        var flatEncoder = FlatEncoder()
        for (index, entity) in entities.enumerated() {
            let record = EntityRecord(Self.pin(try encoder.encode(entity)))
            unsafe records.initializeElement(at: index, to: record)
        }
        for (index, entry) in ancestors.enumerated() {
            let set = Value.set(entry.ancestors.map { .entity($0) })
            let closure = Closure(
                owner: FlatEntity(Self.pin(try flatEncoder.encode(entry.owner))),
                ancestors: FlatSet(Self.pin(try flatEncoder.encode(set))))
            unsafe closures.initializeElement(at: index, to: closure)
        }
    }

    /// Copies a flat value to memory that is never given back.
    package static func pin(_ bytes: [UInt8]) -> FlatBytes {
        let memory = UnsafeMutableRawBufferPointer.allocate(
            byteCount: max(bytes.count, 8), alignment: 8)
        unsafe memory.copyBytes(from: bytes)
        guard let start = memory.baseAddress else { fatalError("no memory") }
        return unsafe FlatBytes(UnsafeRawPointer(start))
    }

    package func record(of uid: FlatEntity) -> EntityLookup {
        for index in unsafe 0..<records.count {
            let record = unsafe records[index]
            if record.uid.equals(uid) { return .found(record) }
        }
        return .absent
    }

    package func ancestors(of uid: FlatEntity) -> AncestorLookup {
        for index in unsafe 0..<closures.count {
            let closure = unsafe closures[index]
            if closure.owner.equals(uid) { return .found(closure.ancestors) }
        }
        return .absent
    }
}
