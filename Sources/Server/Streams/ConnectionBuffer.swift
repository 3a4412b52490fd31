import Glibc
import Wire

/// Bytes that one connection keeps between its turns, in memory borrowed from a `BufferPool`.
///
/// Plain data: whoever holds one gives it back to the pool it came from.
@safe struct ConnectionBuffer: BitwiseCopyable {
    fileprivate var base: UnsafeMutableRawPointer?
    fileprivate var sizeClass: UInt32 = 0
    private var start: UInt32 = 0
    private var end: UInt32 = 0

    init() { unsafe base = nil }

    fileprivate init(base: UnsafeMutableRawPointer, sizeClass: UInt32) {
        unsafe self.base = base
        self.sizeClass = sizeClass
    }

    var count: Int { Int(end - start) }
    var isEmpty: Bool { start == end }
    var holdsMemory: Bool { unsafe base != nil }
    var capacity: Int { unsafe base == nil ? 0 : BufferPool.bytes(ofClass: sizeClass) }
    var freeTail: Int { capacity - Int(end) }

    /// The bytes kept, valid until the buffer changes.
    var region: ByteRegion {
        unsafe ByteRegion(
            UnsafeRawBufferPointer(start: base.map { unsafe $0 + Int(start) }, count: count))
    }

    mutating func removeFirst(_ length: Int) {
        precondition(length >= 0 && length <= count, "a removal beyond the bytes kept")
        start += UInt32(length)
        if isEmpty {
            start = 0
            end = 0
        }
    }

    /// Copies bytes to the tail, which must have the room.
    mutating func append(_ bytes: ByteRegion) {
        precondition(bytes.count <= freeTail, "bytes beyond the buffer")
        if let base = unsafe base, let from = unsafe bytes.buffer.baseAddress {
            unsafe (base + Int(end)).copyMemory(from: from, byteCount: bytes.count)
        }
        end += UInt32(bytes.count)
    }

    /// Receives from a socket into the free tail.
    mutating func receive(from descriptor: Int32) -> Int {
        guard let base = unsafe base, freeTail > 0 else { return 0 }
        let received = unsafe recv(descriptor, base + Int(end), freeTail, dontWait)
        if received > 0 { end += UInt32(received) }
        return received
    }

    /// Moves the bytes kept to the front, so that the tail is as large as can be.
    fileprivate mutating func compact() {
        guard start > 0, let base = unsafe base else { return }
        let length = count
        unsafe memmove(base, base + Int(start), length)
        start = 0
        end = UInt32(length)
    }
}

/// The memory that a worker's connections borrow while they have bytes to keep.
@safe struct BufferPool: ~Copyable {
    private static let smallestBytes = 4096
    private static let classCount = 20
    /// Free memory kept for the next borrower; more goes back to the system.
    private static let keptBytes = 4 << 20

    private let limitBytes: Int
    private var lentBytes = 0
    private var freeBytes = 0
    private var free: [20 of UnsafeMutableRawPointer?]

    init(limitBytes: Int) {
        self.limitBytes = limitBytes
        unsafe free = .init(repeating: nil)
    }

    deinit {
        for index in 0..<Self.classCount {
            var next = unsafe free[index]
            while let buffer = unsafe next {
                unsafe next = buffer.load(as: UnsafeMutableRawPointer?.self)
                unsafe buffer.deallocate()
            }
        }
    }

    /// Bytes lent at present.
    var lent: Int { lentBytes }

    static func bytes(ofClass sizeClass: UInt32) -> Int { smallestBytes << Int(sizeClass) }

    /// Appends bytes to a buffer, which borrows or grows as needed.
    /// - Returns: whether the pool's limit allowed it; else nothing has changed.
    mutating func append(_ bytes: ByteRegion, to buffer: inout ConnectionBuffer) -> Bool {
        guard makeRoom(bytes.count, in: &buffer) else { return false }
        buffer.append(bytes)
        return true
    }

    /// Sees to `additional` bytes of free tail.
    /// - Returns: whether the pool's limit allowed it; else nothing has changed.
    mutating func makeRoom(_ additional: Int, in buffer: inout ConnectionBuffer) -> Bool {
        if buffer.freeTail >= additional { return true }
        if buffer.capacity - buffer.count >= additional {
            buffer.compact()
            return true
        }
        guard var grown = take(buffer.count + additional) else { return false }
        grown.append(buffer.region)
        giveBack(&buffer)
        buffer = grown
        return true
    }

    /// Takes a buffer's memory back and leaves it empty.
    mutating func giveBack(_ buffer: inout ConnectionBuffer) {
        guard let base = unsafe buffer.base else { return }
        let bytes = buffer.capacity
        lentBytes -= bytes
        if freeBytes + bytes <= Self.keptBytes {
            let index = Int(buffer.sizeClass)
            unsafe base.storeBytes(of: free[index], as: UnsafeMutableRawPointer?.self)
            unsafe free[index] = base
            freeBytes += bytes
        } else {
            unsafe base.deallocate()
        }
        buffer = ConnectionBuffer()
    }

    private mutating func take(_ count: Int) -> ConnectionBuffer? {
        var sizeClass: UInt32 = 0
        while Self.bytes(ofClass: sizeClass) < count {
            sizeClass += 1
            if sizeClass >= Self.classCount { return nil }
        }
        let bytes = Self.bytes(ofClass: sizeClass)
        guard lentBytes + bytes <= limitBytes else { return nil }
        lentBytes += bytes
        let index = Int(sizeClass)
        if let base = unsafe free[index] {
            unsafe free[index] = base.load(as: UnsafeMutableRawPointer?.self)
            freeBytes -= bytes
            return unsafe ConnectionBuffer(base: base, sizeClass: sizeClass)
        }
        let base = UnsafeMutableRawPointer.allocate(byteCount: bytes, alignment: 16)
        return unsafe ConnectionBuffer(base: base, sizeClass: sizeClass)
    }
}
