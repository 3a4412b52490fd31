// For `memcmp` in what other modules inline.
public import Glibc

// Comparisons with text that is known when the program is written, such as names of fields.
extension ByteRegion {
    /// Whether these bytes are exactly those of `text`.
    @inlinable @inline(__always)
    package func hasBytes(of text: StaticString) -> Bool {
        guard count == text.utf8CodeUnitCount else { return false }
        guard let start = unsafe buffer.baseAddress else { return true }
        return unsafe memcmp(start, text.utf8Start, count) == 0
    }
}

extension Span<UInt8> {
    /// Whether these bytes are exactly those of `text`.
    @inlinable @inline(__always)
    package func hasBytes(of text: StaticString) -> Bool {
        guard count == text.utf8CodeUnitCount else { return false }
        return unsafe withUnsafeBytes { bytes in
            guard let start = bytes.baseAddress else { return true }
            return unsafe memcmp(start, text.utf8Start, bytes.count) == 0
        }
    }
}
