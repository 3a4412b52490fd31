/// Appends protobuf fields to bytes that are kept, so that a warm writer does not allocate.
struct ProtobufWriter {
    private(set) var bytes: [UInt8] = []

    init(capacity: Int) { bytes.reserveCapacity(capacity) }

    var count: Int { bytes.count }

    mutating func removeAll() { bytes.removeAll(keepingCapacity: true) }

    mutating func integer(_ number: UInt32, _ value: UInt64) {
        append(UInt64(number) << 3)
        append(value)
    }

    mutating func double(_ number: UInt32, _ value: Double) {
        append(UInt64(number) << 3 | 1)
        var bits = value.bitPattern
        for _ in 0..<8 {
            bytes.append(UInt8(truncatingIfNeeded: bits))
            bits >>= 8
        }
    }

    mutating func text(_ number: UInt32, _ value: Span<UInt8>) {
        begin(number, count: value.count)
        append(contentsOf: value)
    }

    mutating func text(_ number: UInt32, _ value: [UInt8]) {
        begin(number, count: value.count)
        bytes.append(contentsOf: value)
    }

    /// Begins a field of `count` bytes, which must follow.
    mutating func begin(_ number: UInt32, count: Int) {
        append(UInt64(number) << 3 | 2)
        append(UInt64(count))
    }

    mutating func append(contentsOf value: Span<UInt8>) {
        unsafe value.withUnsafeBufferPointer { unsafe bytes.append(contentsOf: $0) }
    }

    mutating func append(contentsOf other: borrowing ProtobufWriter) {
        bytes.append(contentsOf: other.bytes)
    }

    private mutating func append(_ value: UInt64) {
        var rest = value
        while rest >= 0x80 {
            bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        bytes.append(UInt8(truncatingIfNeeded: rest))
    }

    /// The size of a field of `count` bytes with its tag and length; for numbers below 16.
    static func size(_ count: Int) -> Int { 1 + lengthSize(count) + count }

    private static func lengthSize(_ count: Int) -> Int {
        var size = 1
        var rest = count >> 7
        while rest > 0 {
            size += 1
            rest >>= 7
        }
        return size
    }
}
