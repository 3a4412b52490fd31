package import CedarSyntax

/// One entity as a flat record, read where it lies.
///
/// | bytes | content |
/// | --- | --- |
/// | 0–3 | size of the record, a multiple of eight |
/// | 4–5 | format, 1 |
/// | 6–7 | zero |
/// | 8–15 | checksum: ``FlatHash`` of everything from byte 16 |
/// | 16–19 | offset of the attributes |
/// | 20–23 | offset of the tags |
/// | 24–27 | offset of the direct parents |
/// | 28–31 | ``earliestExpirySeconds`` |
/// | 32– | identity, attributes (record), tags (record), parents (set of entities) |
package struct EntityRecord: BitwiseCopyable, Sendable {
    package let flat: FlatBytes

    static let format: UInt16 = 1
    static let prefixBytes = 32

    /// Views a record that is known to be valid.
    package init(_ flat: FlatBytes) { self.flat = flat }

    package var size: Int { Int(flat.half(0)) }
    package var uid: FlatEntity { FlatEntity(flat.advanced(by: Self.prefixBytes)) }

    @inline(__always)
    package var attributes: FlatRecord {
        FlatRecord(flat.advanced(by: Int(flat.half(16))))
    }

    @inline(__always)
    package var tags: FlatRecord { FlatRecord(flat.advanced(by: Int(flat.half(20)))) }

    @inline(__always)
    package var parents: FlatSet { FlatSet(flat.advanced(by: Int(flat.half(24)))) }

    package var entity: Entity {
        Entity(
            uid: uid.uid, attributes: attributes.members, parents: parents.uids,
            tags: tags.members)
    }

    /// Whether a region holds a record of this format whose checksum is right.
    ///
    /// A right checksum proves that the bytes are those ``EntityEncoder`` wrote, so nothing else
    /// is checked.
    package static func isIntact(_ flat: FlatBytes, count: Int) -> Bool {
        guard count >= prefixBytes, Int(flat.half(0)) == count,
            flat.word(0) >> 32 == UInt64(format)
        else { return false }
        return flat.word(8) == FlatHash.bytes(flat, offset: 16, count: count - 16)
    }
}

/// Writes entities as flat records.
package struct EntityEncoder: ~Copyable {
    private var encoder = FlatEncoder()

    package init() {}

    /// Writes one entity; duplicates among its parents are dropped.
    package mutating func encode(_ entity: Entity) throws(FlatEncoder.Failure) -> [UInt8] {
        let uid = try encoder.encode(entity.uid)
        let attributes = try encoder.encode(record: entity.attributes)
        let tags = try encoder.encode(record: entity.tags)
        let parents = try encoder.encode(.set(entity.parents.map { .entity($0) }))
        let prefix = EntityRecord.prefixBytes
        let size = prefix + uid.count + attributes.count + tags.count + parents.count
        guard size <= FlatLimits.maximumBytes else { throw .tooLarge }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(size)
        bytes.append(half: UInt32(size))
        bytes.append(half: UInt32(EntityRecord.format))
        bytes.append(word: 0)
        bytes.append(half: UInt32(prefix + uid.count))
        bytes.append(half: UInt32(prefix + uid.count + attributes.count))
        bytes.append(half: UInt32(prefix + uid.count + attributes.count + tags.count))
        bytes.append(half: EntityExpiry.earliestSeconds(of: entity.attributes))
        bytes += uid
        bytes += attributes
        bytes += tags
        bytes += parents
        let checksum = FlatHash.bytes(bytes, from: 16)
        for index in 0..<8 {
            bytes[8 + index] = UInt8(truncatingIfNeeded: checksum >> UInt64(index * 8))
        }
        return bytes
    }
}

extension [UInt8] {
    package mutating func append(half: UInt32) {
        for shift in stride(from: 0, to: 32, by: 8) {
            append(UInt8(truncatingIfNeeded: half >> UInt32(shift)))
        }
    }

    package mutating func append(word: UInt64) {
        for shift in stride(from: 0, to: 64, by: 8) {
            append(UInt8(truncatingIfNeeded: word >> UInt64(shift)))
        }
    }

    /// Lends the array as a place where flat values lie; valid only during the call.
    package func withFlat<Result, Failure: Error>(
        _ body: (FlatBytes) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        try unsafe span.withUnsafeBytes { bytes throws(Failure) -> Result in
            guard let start = bytes.baseAddress else {
                preconditionFailure("an empty array holds no flat value")
            }
            return try unsafe body(FlatBytes(start))
        }
    }
}

extension FlatHash {
    /// The hash of an array's bytes from an offset to its end.
    package static func bytes(_ array: [UInt8], from offset: Int = 0) -> UInt64 {
        guard !array.isEmpty else { return end(start(count: 0)) }
        return array.withFlat { bytes($0, offset: offset, count: array.count - offset) }
    }
}
