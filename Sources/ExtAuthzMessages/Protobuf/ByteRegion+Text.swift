package import Wire

extension ByteRegion {
    /// The region of no bytes.
    static var empty: ByteRegion { unsafe ByteRegion(UnsafeRawBufferPointer(start: nil, count: 0)) }

    /// Whether these bytes are exactly those of `text`.
    package func equals(_ text: StaticString) -> Bool {
        guard count == text.utf8CodeUnitCount else { return false }
        return text.withUTF8Buffer { expected in
            unsafe buffer.elementsEqual(expected)
        }
    }

    /// Whether these bytes are exactly those of another region.
    package func equals(_ other: ByteRegion) -> Bool {
        unsafe count == other.count && buffer.elementsEqual(other.buffer)
    }

    /// Whether these bytes are exactly the given ones.
    package func equals(_ other: [UInt8]) -> Bool {
        unsafe count == other.count && buffer.elementsEqual(other)
    }

    /// A copy of the bytes.
    package var copied: [UInt8] { unsafe [UInt8](buffer) }

    /// Whether the bytes are UTF-8; nearly all that come are ASCII and take eight at a time.
    var isUTF8: Bool {
        var offset = 0
        while count - offset >= 8 {
            guard integer(at: offset, as: UInt64.self) & 0x8080_8080_8080_8080 == 0 else {
                return text() != nil
            }
            offset += 8
        }
        while offset < count {
            guard byte(at: offset) < 0x80 else { return text() != nil }
            offset += 1
        }
        return true
    }
}
