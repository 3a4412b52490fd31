import Glibc
package import Wire

extension ByteRegion {
    /// The region of no bytes.
    static var empty: ByteRegion { unsafe ByteRegion(UnsafeRawBufferPointer(start: nil, count: 0)) }

    /// Whether these bytes are exactly those of another region.
    package func equals(_ other: ByteRegion) -> Bool {
        guard count == other.count, let start = unsafe other.buffer.baseAddress else {
            return count == other.count
        }
        return unsafe hasBytes(at: start)
    }

    /// Whether as many bytes as these have are the same elsewhere.
    @unsafe
    private func hasBytes(at other: UnsafeRawPointer) -> Bool {
        guard count > 0, let start = unsafe buffer.baseAddress else { return count == 0 }
        return unsafe memcmp(start, other, count) == 0
    }

    /// A copy of the bytes.
    package var copied: [UInt8] { unsafe [UInt8](buffer) }

    /// Whether the bytes are UTF-8; nearly all that come are ASCII, which is told from whole words.
    @inline(__always)
    var isUTF8: Bool { isASCII || isLongUTF8 }

    @inline(never)
    private var isLongUTF8: Bool { text() != nil }

    @inline(__always)
    private var isASCII: Bool { unsafe ASCIIText.isASCII(buffer) }
}
