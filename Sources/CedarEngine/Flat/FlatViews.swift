package import CedarSyntax

/// A flat string: header, hash, UTF-8 bytes, zeros.
package struct FlatString: BitwiseCopyable, Sendable {
    package let flat: FlatBytes

    package init(_ flat: FlatBytes) { self.flat = flat }

    /// The hash of the bytes.
    @inline(__always)
    package var hash: UInt64 { flat.word(8) }

    @inline(__always)
    package var count: Int { flat.size - FlatLayout.stringPrefixBytes - Int(flat.byte(1)) }

    /// Whether a string whose hash is the same is the same string.
    @inline(__always)
    func hasBytes(of other: FlatString) -> Bool {
        guard flat.word(0) == other.flat.word(0) else { return false }
        let size = flat.size
        var offset = FlatLayout.stringPrefixBytes
        // The end is padded with zeros.
        while offset < size {
            if flat.word(offset) != other.flat.word(offset) { return false }
            offset &+= 8
        }
        return true
    }

    /// Lends the UTF-8 bytes.
    @inline(__always)
    package func withUTF8<Result, Failure: Error>(
        _ body: (Span<UInt8>) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        try flat.withSpan(FlatLayout.stringPrefixBytes, count, body)
    }

    package var text: Text {
        Text(validUTF8: flat.copy(FlatLayout.stringPrefixBytes, count: count))
    }
}

/// A flat entity identity: header, hash, type and id.
package struct FlatEntity: BitwiseCopyable, Sendable {
    package let flat: FlatBytes

    package init(_ flat: FlatBytes) { self.flat = flat }

    /// The hash of type and id.
    @inline(__always)
    package var hash: UInt64 { flat.word(8) }

    @inline(__always)
    package var typeCount: Int { Int(flat.half(16)) }

    /// The low half of the hash of the type's name.
    @inline(__always)
    var typeHash: UInt32 { flat.half(20) }

    @inline(__always)
    package var idCount: Int {
        flat.size - FlatLayout.entityPrefixBytes - Int(flat.byte(1)) - typeCount
    }

    @inline(__always)
    package func equals(_ other: FlatEntity) -> Bool {
        hash == other.hash && flat.equals(other.flat)
    }

    /// Whether the id has these bytes.
    package func hasID(_ utf8: Span<UInt8>) -> Bool {
        let count = idCount
        guard utf8.count == count else { return false }
        let start = FlatLayout.entityPrefixBytes &+ typeCount
        for index in 0..<count where flat.byte(start &+ index) != utf8[index] { return false }
        return true
    }

    /// Lends the bytes of the id, in UTF-8.
    package func withID<Result, Failure: Error>(
        _ body: (Span<UInt8>) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        try flat.withSpan(FlatLayout.entityPrefixBytes &+ typeCount, idCount, body)
    }

    /// Lends the bytes of the type's name, in UTF-8.
    package func withType<Result, Failure: Error>(
        _ body: (Span<UInt8>) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        try flat.withSpan(FlatLayout.entityPrefixBytes, typeCount, body)
    }

    /// Whether both are of the same type.
    @inline(__always)
    package func hasType(of other: FlatEntity) -> Bool {
        flat.word(16) == other.flat.word(16)
            && flat.advanced(by: FlatLayout.entityPrefixBytes).equals(
                other.flat.advanced(by: FlatLayout.entityPrefixBytes), count: typeCount)
    }

    package var uid: EntityUID {
        EntityUID(
            type: Text(
                validUTF8: flat.copy(FlatLayout.entityPrefixBytes, count: typeCount)),
            id: Text(
                validUTF8: flat.copy(
                    FlatLayout.entityPrefixBytes + typeCount, count: idCount)))
    }
}

/// A flat set: header, count, a table sorted by hash, elements in the order of the table.
package struct FlatSet: BitwiseCopyable, Sendable {
    package let flat: FlatBytes

    package init(_ flat: FlatBytes) { self.flat = flat }

    @inline(__always)
    package var count: Int { Int(flat.half(8)) }

    @inline(__always)
    var isAllEntities: Bool { flat.half(12) & FlatLayout.allEntitiesFlag != 0 }

    @inline(__always)
    func hash(_ index: Int) -> UInt64 {
        flat.word(FlatLayout.collectionPrefixBytes + index &* FlatLayout.entryBytes)
    }

    @inline(__always)
    package func element(_ index: Int) -> FlatBytes {
        flat.advanced(
            by: Int(
                flat.half(
                    FlatLayout.collectionPrefixBytes + index &* FlatLayout.entryBytes + 8)))
    }

    /// The first index from `start` on whose hash is not below `hash`.
    @inline(__always)
    func firstIndex(notBelow hash: UInt64, from start: Int = 0) -> Int {
        var low = start
        var high = count
        while low < high {
            let middle = (low &+ high) >> 1
            if self.hash(middle) < hash { low = middle &+ 1 } else { high = middle }
        }
        return low
    }

    /// Whether it holds a value equal to the one given with its hash.
    @inline(__always)
    func contains(hash: UInt64, where matches: (FlatBytes) -> Bool) -> Bool {
        var index = firstIndex(notBelow: hash)
        while index < count, self.hash(index) == hash {
            if matches(element(index)) { return true }
            index &+= 1
        }
        return false
    }

    @inline(__always)
    package func contains(_ entity: FlatEntity) -> Bool {
        contains(hash: entity.hash) { $0.equals(entity.flat) }
    }
}

/// A flat record: header, count, a table sorted by the keys' hashes, keys and values.
package struct FlatRecord: BitwiseCopyable, Sendable {
    package let flat: FlatBytes

    package init(_ flat: FlatBytes) { self.flat = flat }

    @inline(__always)
    package var count: Int { Int(flat.half(8)) }

    @inline(__always)
    private func entry(_ index: Int) -> Int {
        FlatLayout.collectionPrefixBytes + index &* FlatLayout.entryBytes
    }

    @inline(__always)
    func hash(_ index: Int) -> UInt64 { flat.word(entry(index)) }

    @inline(__always)
    package func key(_ index: Int) -> FlatString {
        FlatString(flat.advanced(by: Int(flat.half(entry(index) + 8))))
    }

    @inline(__always)
    package func value(_ index: Int) -> FlatBytes {
        flat.advanced(by: Int(flat.half(entry(index) + 12)))
    }

    /// The same, as a call: a program does it in many places.
    @inline(never)
    func search(_ key: FlatString) -> FlatBytes? { find(key) }

    /// Of so few the next is sooner tried than the middle found.
    private static let fewMembers = 8

    /// The value of a key, or nil.
    @inline(__always)
    package func find(_ key: FlatString) -> FlatBytes? {
        let hash = key.hash
        let count = count
        var low = 0
        if count <= Self.fewMembers {
            while low < count, self.hash(low) < hash { low &+= 1 }
        } else {
            var high = count
            while low < high {
                let middle = (low &+ high) >> 1
                if self.hash(middle) < hash { low = middle &+ 1 } else { high = middle }
            }
        }
        while low < count, self.hash(low) == hash {
            if self.key(low).hasBytes(of: key) { return value(low) }
            low &+= 1
        }
        return nil
    }
}
