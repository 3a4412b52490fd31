extension FlatEntity {
    /// Lends an identity made of bytes, without an allocation while it is short (about 900 bytes).
    ///
    /// For searches: nothing is validated.
    ///
    /// - Parameters:
    ///   - id: the bytes of the id.
    ///   - rest: where not nil, a line feed and these bytes follow in the id.
    package static func withTemporary<Result>(
        type: StaticString, id: Span<UInt8>, rest: Span<UInt8>? = nil,
        _ body: (FlatEntity) -> Result
    ) -> Result {
        let prefix = FlatLayout.entityPrefixBytes
        let typeCount = type.utf8CodeUnitCount
        var idCount = id.count
        if let rest { idCount += rest.count + 1 }
        let size = FlatLayout.padded(prefix + typeCount + idCount)
        return unsafe withUnsafeTemporaryAllocation(byteCount: size, alignment: 8) { buffer in
            guard let base = buffer.baseAddress else {
                preconditionFailure("an identity has a place")
            }
            unsafe base.initializeMemory(as: UInt8.self, repeating: 0, count: size)
            let region = unsafe ArenaRegion(base: base, count: size)
            let padding = UInt8(size - prefix - typeCount - idCount)
            region.store(FlatAssembler.header(.entity, padding, size: size), at: 0)
            unsafe (base + prefix).copyMemory(from: type.utf8Start, byteCount: typeCount)
            func put(_ bytes: Span<UInt8>, at offset: Int) {
                unsafe bytes.withUnsafeBytes { bytes in
                    guard let start = bytes.baseAddress else { return }
                    unsafe (base + offset).copyMemory(from: start, byteCount: bytes.count)
                }
            }
            put(id, at: prefix + typeCount)
            if let rest {
                let separator = prefix + typeCount + id.count
                unsafe base.storeBytes(of: 10, toByteOffset: separator, as: UInt8.self)
                put(rest, at: separator + 1)
            }
            let typeHash = FlatHash.bytes(region.flat, offset: prefix, count: typeCount)
            let idHash = FlatHash.bytes(region.flat, offset: prefix + typeCount, count: idCount)
            region.store(FlatHash.entity(type: typeHash, id: idHash), at: 8)
            region.store(UInt32(typeCount), at: 16)
            region.store(UInt32(truncatingIfNeeded: typeHash), at: 20)
            return body(FlatEntity(region.flat))
        }
    }
}
