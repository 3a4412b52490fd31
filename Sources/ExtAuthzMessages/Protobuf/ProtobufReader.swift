import Wire

/// Why bytes are not the message they should be.
package enum MessageError: Error, Equatable, Sendable {
    /// The bytes end inside of a field.
    case truncated
    /// A variable-length integer is longer than 10 bytes or larger than 64 bits.
    case badInteger
    /// A field's number is 0 or beyond 2²⁹ − 1.
    case badFieldNumber
    /// A field has the type of a group, or none that exists.
    case badWireType
    /// A known field has another type than it must have.
    case wrongType
    /// A field that may occur once occurs again.
    case duplicate
    /// Text is not UTF-8.
    case notUTF8
    /// Headers are given in both encodings, so there are two truths.
    case twoHeaderForms
    /// There are more headers or extensions than the limit.
    case tooManyEntries
}

/// Reads the fields of one protobuf message in the order in which they lie, without copying.
///
/// Fields are judged as they are reached; embedded messages are regions to be read by another reader.
/// Source: protobuf.dev/programming-guides/encoding.
struct ProtobufReader: BitwiseCopyable {
    /// One field; 32-bit and 64-bit fixed values are skipped, as no message read here has them.
    enum Value: BitwiseCopyable {
        case integer(UInt64)
        case bytes(ByteRegion)
        case fixed
    }

    /// A field's number and value.
    struct Field: BitwiseCopyable {
        let number: UInt32
        let value: Value

        /// The bytes of a text, a blob or a message.
        @inline(__always)
        func bytes() throws(MessageError) -> ByteRegion {
            guard case .bytes(let region) = value else { throw .wrongType }
            return region
        }

        /// The value of an integer, boolean or enumeration.
        @inline(__always)
        func integer() throws(MessageError) -> UInt64 {
            guard case .integer(let value) = value else { throw .wrongType }
            return value
        }
    }

    private let region: ByteRegion
    private var offset = 0

    init(_ region: ByteRegion) { self.region = region }

    /// The next field; `nil` at the end.
    ///
    /// Inlined, so that a field is taken apart in registers: as a call it took 90 instructions, and a
    /// message has some 150 fields.
    @inline(__always)
    mutating func next() throws(MessageError) -> Field? {
        guard offset < region.count else { return nil }
        let tag = try integer()
        let number = tag >> 3
        guard (1...0x1FFF_FFFF).contains(number) else { throw .badFieldNumber }
        let value: Value
        switch tag & 7 {
        case 0: value = .integer(try integer())
        case 1:
            try skip(8)
            value = .fixed
        case 2:
            let count = try integer()
            guard count <= UInt64(region.count - offset) else { throw .truncated }
            value = .bytes(region.region(from: offset, count: Int(count)))
            offset += Int(count)
        case 5:
            try skip(4)
            value = .fixed
        default: throw .badWireType
        }
        return Field(number: UInt32(number), value: value)
    }

    @inline(__always)
    private mutating func skip(_ count: Int) throws(MessageError) {
        guard region.count - offset >= count else { throw .truncated }
        offset += count
    }

    @inline(__always)
    private mutating func integer() throws(MessageError) -> UInt64 {
        guard offset < region.count else { throw .truncated }
        let first = region.byte(at: offset)
        offset += 1
        if first < 0x80 { return UInt64(first) }
        return try longInteger(first)
    }

    @inline(never)
    private mutating func longInteger(_ first: UInt8) throws(MessageError) -> UInt64 {
        var value = UInt64(first & 0x7F)
        var shift: UInt64 = 7
        while shift < 70 {
            guard offset < region.count else { throw .truncated }
            let byte = region.byte(at: offset)
            offset += 1
            // The tenth byte has room for one bit.
            if shift == 63 && byte > 1 { throw .badInteger }
            value |= UInt64(byte & 0x7F) << shift
            if byte < 0x80 { return value }
            shift += 7
        }
        throw .badInteger
    }
}
