import Wire

/// Memory for messages that come in parts and for answers that must wait, shared by the connections
/// of a thread.
@safe
struct MessagePool: ~Copyable {
    /// Growing memory; the pool releases it.
    @safe
    private struct Buffer: BitwiseCopyable {
        private var start: UnsafeMutableRawPointer?
        private(set) var capacity = 0
        var count = 0

        var region: ByteRegion {
            unsafe ByteRegion(UnsafeRawBufferPointer(start: start, count: count))
        }

        mutating func append(_ bytes: ByteRegion) {
            if bytes.count > capacity - count { grow(bytes.count) }
            guard let start = unsafe start else { return }
            unsafe UnsafeMutableRawBufferPointer(start: start + count, count: bytes.count)
                .copyMemory(from: bytes.buffer)
            count += bytes.count
        }

        mutating func release() {
            unsafe start?.deallocate()
            unsafe start = nil
            capacity = 0
            count = 0
        }

        private mutating func grow(_ size: Int) {
            let larger = max(1024, 2 * capacity, count + size)
            let moved = UnsafeMutableRawPointer.allocate(byteCount: larger, alignment: 16)
            if let start = unsafe start {
                unsafe moved.copyMemory(from: start, byteCount: count)
                unsafe start.deallocate()
            }
            unsafe start = moved
            capacity = larger
        }
    }

    /// Memory that is kept though nobody uses it, in bytes.
    private static let maximumIdleBytes = 4 << 20

    private var buffers: [Buffer] = []
    private var free: [Int32] = []
    private var idleBytes = 0

    deinit {
        for var buffer in buffers { buffer.release() }
    }

    /// The number of buffers that are in use.
    var lent: Int { buffers.count - free.count }

    /// Lends an empty buffer.
    mutating func take() -> Int32 {
        guard let number = free.popLast() else {
            buffers.append(Buffer())
            return Int32(truncatingIfNeeded: buffers.count - 1)
        }
        idleBytes -= buffers[Int(number)].capacity
        return number
    }

    mutating func giveBack(_ number: Int32) {
        let index = Int(number)
        buffers[index].count = 0
        if idleBytes + buffers[index].capacity > Self.maximumIdleBytes { buffers[index].release() }
        idleBytes += buffers[index].capacity
        free.append(number)
    }

    mutating func append(_ bytes: ByteRegion, to number: Int32) {
        buffers[Int(number)].append(bytes)
    }

    /// What a buffer holds, valid until it changes.
    func region(_ number: Int32) -> ByteRegion { buffers[Int(number)].region }
}
