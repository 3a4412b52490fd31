import Wire

/// Makes header blocks of few fixed fields, which need no state: indices of the static table, and
/// literals that the other end must not remember.
///
/// What it makes is valid at any time on any connection, so the bytes can be made once and sent for
/// every answer. Source: RFC 7541 section 6.
package struct HeaderEncoder: Sendable {
    /// Says that no table is used.
    ///
    /// Must be the first byte of the first block after a `SETTINGS_HEADER_TABLE_SIZE` below 4096 was
    /// acknowledged, even though nothing was ever inserted. Source: RFC 7541 section 6.3, RFC 9113
    /// section 4.3.1.
    package static let tableSizeOfZero: UInt8 = 0x20

    /// The block so far.
    package private(set) var bytes: [UInt8] = []

    /// Makes an empty block.
    package init() {}

    /// Begins a new block and keeps the memory.
    package mutating func removeAll() { bytes.removeAll(keepingCapacity: true) }

    /// Adds a field; the name must be in lower case.
    package mutating func add(_ name: StaticString, _ value: StaticString) {
        name.withUTF8Buffer { name in
            value.withUTF8Buffer { value in
                unsafe add(name: Span(_unsafeElements: name), value: Span(_unsafeElements: value))
            }
        }
    }

    /// Adds a field; the name must be in lower case.
    package mutating func add(name: Span<UInt8>, value: Span<UInt8>) {
        var named = 0
        for index in 1...StaticTable.count {
            let entry = StaticTable.shared.entry(at: index)
            guard Self.equal(name, entry.name) else {
                if named > 0 { break }
                continue
            }
            if Self.equal(value, entry.value) { return add(index, mark: 0x80, prefix: 0x7F) }
            if named == 0 { named = index }
        }
        add(named, mark: 0x00, prefix: 0x0F)
        if named == 0 { add(name) }
        add(value)
    }

    private mutating func add(_ text: Span<UInt8>) {
        add(text.count, mark: 0x00, prefix: 0x7F)
        for index in text.indices { bytes.append(text[index]) }
    }

    /// Adds an integer whose first byte has `mark` beside the bits of `prefix`.
    private mutating func add(_ number: Int, mark: UInt8, prefix: UInt8) {
        guard number >= Int(prefix) else { return bytes.append(mark | UInt8(number)) }
        bytes.append(mark | prefix)
        var left = number - Int(prefix)
        while left >= 0x80 {
            bytes.append(UInt8(left & 0x7F) | 0x80)
            left >>= 7
        }
        bytes.append(UInt8(left))
    }

    private static func equal(_ text: Span<UInt8>, _ region: ByteRegion) -> Bool {
        guard text.count == region.count else { return false }
        for index in text.indices where text[index] != region.byte(at: index) { return false }
        return true
    }
}
