/// Judges bytes from outside before they are read as a flat value.
///
/// Accepted bytes are canonical: they are exactly what ``FlatEncoder`` writes for the value. So
/// every rule of the layout is checked: sizes, zero padding, UTF-8, hashes, order, contiguity.
package enum FlatValidator {
    /// Why bytes are no flat value.
    package enum Failure: Error, Hashable, Sendable {
        case truncated
        case unknownTag
        case wrongSize
        case nonzeroPadding
        case invalidUTF8
        case wrongHash
        case wrongOrder
        case tooDeep
        case wrongKind
    }

    /// Checks that a region holds exactly one flat value, of one kind if given.
    ///
    /// - Parameter depth: in how many sets and records more it will stand.
    package static func validate(
        _ flat: FlatBytes, count: Int, as tag: FlatTag? = nil, depth: Int = 0
    ) throws(Failure) {
        let size = try value(flat, available: count, depth: depth)
        guard size == count else { throw .wrongSize }
        if let tag, flat.tag != tag { throw .wrongKind }
    }

    private static func value(
        _ flat: FlatBytes, available: Int, depth: Int
    ) throws(Failure) -> Int {
        guard depth <= FlatLimits.maximumDepth else { throw .tooDeep }
        guard available >= FlatLayout.headerBytes else { throw .truncated }
        guard let tag = FlatTag(rawValue: flat.byte(0)) else { throw .unknownTag }
        let size = flat.size
        guard size <= available else { throw .truncated }
        guard size >= FlatLayout.headerBytes, size % 8 == 0, size <= FlatLimits.maximumBytes
        else { throw .wrongSize }
        let (a, b) = (flat.byte(1), flat.byte(2))
        guard flat.byte(3) == 0, b == 0 || tag == .ip else { throw .nonzeroPadding }
        switch tag {
        case .bool:
            guard size == FlatLayout.headerBytes else { throw .wrongSize }
            guard a <= 1 else { throw .nonzeroPadding }
        case .long, .decimal, .datetime, .duration:
            guard size == FlatLayout.scalarBytes else { throw .wrongSize }
            guard a == 0 else { throw .nonzeroPadding }
        case .ip:
            try ip(flat, size: size, family: a, prefix: b)
        case .string:
            try string(flat, size: size, padding: Int(a))
        case .entity:
            try entity(flat, size: size, padding: Int(a))
        case .set:
            guard a == 0 else { throw .nonzeroPadding }
            try set(flat, size: size, depth: depth)
        case .record:
            guard a == 0 else { throw .nonzeroPadding }
            try record(flat, size: size, depth: depth)
        }
        return size
    }

    private static func ip(
        _ flat: FlatBytes, size: Int, family: UInt8, prefix: UInt8
    ) throws(Failure) {
        guard size == FlatLayout.ipBytes else { throw .wrongSize }
        switch family {
        case 4:
            guard prefix <= 32, flat.word(8) == 0, flat.word(16) <= UInt64(UInt32.max) else {
                throw .wrongSize
            }
        case 6:
            guard prefix <= 128 else { throw .wrongSize }
        default:
            throw .unknownTag
        }
    }

    /// Checks that a run of bytes is text and gives its hash.
    @inline(__always)
    private static func text(
        _ flat: FlatBytes, _ offset: Int, _ count: Int
    ) throws(Failure) -> UInt64 {
        let (hash, isASCII) = FlatHash.scan(flat, offset: offset, count: count)
        if !isASCII { try utf8(flat, offset, count) }
        return hash
    }

    @inline(never)
    private static func utf8(_ flat: FlatBytes, _ offset: Int, _ count: Int) throws(Failure) {
        let isValid = flat.withSpan(offset, count) { span in
            (try? UTF8Span(validating: span)) != nil
        }
        guard isValid else { throw .invalidUTF8 }
    }

    private static func padding(_ flat: FlatBytes, size: Int, _ count: Int) throws(Failure) {
        guard count < 8 else { throw .wrongSize }
        guard count > 0 else { return }
        // The padding is the end of the last word.
        guard flat.word(size &- 8) &>> UInt64(truncatingIfNeeded: 64 &- 8 &* count) == 0 else {
            throw .nonzeroPadding
        }
    }

    private static func string(
        _ flat: FlatBytes, size: Int, padding padded: Int
    ) throws(Failure) {
        let prefix = FlatLayout.stringPrefixBytes
        guard size >= prefix, padded < 8, size - prefix >= padded else { throw .wrongSize }
        try padding(flat, size: size, padded)
        let text = try text(flat, prefix, size - prefix - padded)
        guard flat.word(8) == text else { throw .wrongHash }
    }

    private static func entity(
        _ flat: FlatBytes, size: Int, padding padded: Int
    ) throws(Failure) {
        let prefix = FlatLayout.entityPrefixBytes
        guard size >= prefix, padded < 8, size - prefix >= padded else { throw .wrongSize }
        let typeCount = Int(flat.half(16))
        let idCount = size - prefix - padded - typeCount
        guard idCount >= 0 else { throw .wrongSize }
        try padding(flat, size: size, padded)
        let typeHash = try text(flat, prefix, typeCount)
        let idHash = try text(flat, prefix + typeCount, idCount)
        guard flat.word(8) == FlatHash.entity(type: typeHash, id: idHash),
            flat.half(20) == UInt32(truncatingIfNeeded: typeHash)
        else { throw .wrongHash }
    }

    /// Checks a collection's prefix and gives the offset of its first content.
    private static func table(_ flat: FlatBytes, size: Int) throws(Failure) -> Int {
        guard size >= FlatLayout.collectionPrefixBytes else { throw .wrongSize }
        let count = Int(flat.half(8))
        // The count is bounded by the size before it is multiplied.
        guard count <= size / FlatLayout.entryBytes,
            FlatLayout.collectionPrefixBytes + count * FlatLayout.entryBytes <= size
        else { throw .wrongSize }
        return FlatLayout.collectionPrefixBytes + count * FlatLayout.entryBytes
    }

    private static func set(_ flat: FlatBytes, size: Int, depth: Int) throws(Failure) {
        var position = try table(flat, size: size)
        let set = FlatSet(flat)
        var allEntities = true
        for index in 0..<set.count {
            let entry = FlatLayout.collectionPrefixBytes + index * FlatLayout.entryBytes
            guard flat.half(entry + 12) == 0 else { throw .nonzeroPadding }
            guard Int(flat.half(entry + 8)) == position else { throw .wrongOrder }
            let element = flat.advanced(by: position)
            position += try value(element, available: size - position, depth: depth + 1)
            guard set.hash(index) == element.hash else { throw .wrongHash }
            allEntities = allEntities && element.tag == .entity
            if index > 0 {
                let (last, this) = (set.hash(index - 1), set.hash(index))
                guard last < this || (last == this && set.element(index - 1).precedes(element))
                else { throw .wrongOrder }
            }
        }
        guard position == size else { throw .wrongSize }
        guard flat.half(12) == (allEntities ? FlatLayout.allEntitiesFlag : 0) else {
            throw .nonzeroPadding
        }
    }

    private static func record(_ flat: FlatBytes, size: Int, depth: Int) throws(Failure) {
        var position = try table(flat, size: size)
        let record = FlatRecord(flat)
        guard flat.half(12) == 0 else { throw .nonzeroPadding }
        for index in 0..<record.count {
            let entry = FlatLayout.collectionPrefixBytes + index * FlatLayout.entryBytes
            guard Int(flat.half(entry + 8)) == position else { throw .wrongOrder }
            let key = flat.advanced(by: position)
            position += try value(key, available: size - position, depth: depth + 1)
            guard key.tag == .string else { throw .wrongKind }
            guard FlatString(key).hash == record.hash(index) else { throw .wrongHash }
            guard Int(flat.half(entry + 12)) == position else { throw .wrongOrder }
            position += try value(
                flat.advanced(by: position), available: size - position, depth: depth + 1)
            if index > 0 {
                let (last, this) = (record.hash(index - 1), record.hash(index))
                guard
                    last < this
                        || (last == this && record.key(index - 1).flat.precedes(key))
                else { throw .wrongOrder }
            }
        }
        guard position == size else { throw .wrongSize }
    }
}
