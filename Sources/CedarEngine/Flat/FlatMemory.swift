/// Flat values at addresses that never change, owned by one object.
@safe
final class FlatMemory: @unchecked Sendable {
    private let buffer: UnsafeMutableRawBufferPointer

    /// Copies bytes that hold valid flat values.
    init(_ bytes: [UInt8]) {
        unsafe buffer = .allocate(byteCount: max(bytes.count, 16), alignment: 8)
        unsafe buffer.initializeMemory(as: UInt8.self, repeating: 0)
        unsafe buffer.copyBytes(from: bytes)
    }

    deinit {
        unsafe buffer.deallocate()
    }

    /// The number of bytes held.
    var count: Int { unsafe buffer.count }

    /// Views a place; the view must not outlive this object.
    func flat(at offset: Int) -> FlatBytes {
        precondition(offset >= 0 && offset < count, "no flat value lies there")
        let base = unsafe buffer.baseAddress.unsafelyUnwrapped
        return unsafe FlatBytes(base + offset)
    }
}
