package import Wire

/// Walks through a payload; every read is checked against its end.
package struct PayloadCursor: BitwiseCopyable {
    private let payload: ByteRegion
    private var position = 0

    package init(_ payload: ByteRegion) { self.payload = payload }

    package var isAtEnd: Bool { position == payload.count }

    /// The number of bytes that were read.
    var offset: Int { position }

    package mutating func byte() throws(SPOPError) -> UInt8 {
        guard position < payload.count else { throw .truncated }
        defer { position += 1 }
        return payload.byte(at: position)
    }

    /// Reads an integer of one to ten bytes.
    ///
    /// The first byte holds all of a number below 240, and otherwise the low four bits; each further
    /// byte adds seven, and a byte below 128 is the last. Every number has one spelling.
    ///
    /// Source: HAProxy, doc/SPOE.txt, section 3.1.
    package mutating func integer() throws(SPOPError) -> UInt64 {
        var value = UInt64(try byte())
        guard value >= 240 else { return value }
        var shift: UInt64 = 4
        while true {
            let next = UInt64(try byte())
            let part = next << shift
            guard shift < 64, part >> shift == next else { throw .integerTooLarge }
            let (sum, isTooLarge) = value.addingReportingOverflow(part)
            guard !isTooLarge else { throw .integerTooLarge }
            value = sum
            if next < 128 { return value }
            shift += 7
        }
    }

    /// Reads a length and as many bytes.
    package mutating func bytes() throws(SPOPError) -> ByteRegion {
        try bytes(count: try integer())
    }

    package mutating func bytes(count: UInt64) throws(SPOPError) -> ByteRegion {
        guard count <= UInt64(payload.count - position) else { throw .truncated }
        defer { position += Int(count) }
        return payload.region(from: position, count: Int(count))
    }

    /// Reads a value with its type.
    ///
    /// Source: HAProxy, doc/SPOE.txt, section 3.1.
    package mutating func value() throws(SPOPError) -> TypedValue {
        let head = try byte()
        let (type, flags) = (head & 0x0F, head >> 4)
        if type == 1 {
            guard flags <= 1 else { throw .unknownDataFlags }
            return .boolean(flags == 1)
        }
        guard type <= 9 else { throw .unknownDataType }
        guard flags == 0 else { throw .unknownDataFlags }
        switch type {
        case 0: return .null
        case 2:
            // A negative number comes as 64 bits, like every other.
            guard let value = Int32(exactly: Int64(bitPattern: try integer())) else {
                throw .integerTooLarge
            }
            return .signed(Int64(value))
        case 3:
            let value = try integer()
            guard value <= UInt64(UInt32.max) else { throw .integerTooLarge }
            return .unsigned(value)
        case 4: return .signed(Int64(bitPattern: try integer()))
        case 5: return .unsigned(try integer())
        case 6: return .ipv4(try bytes(count: 4))
        case 7: return .ipv6(try bytes(count: 16))
        case 8: return .text(try bytes())
        default: return .binary(try bytes())
        }
    }
}

/// A value in a payload.
package enum TypedValue: BitwiseCopyable {
    case null
    case boolean(Bool)
    /// A signed integer of 32 or 64 bits.
    case signed(Int64)
    /// An unsigned integer of 32 or 64 bits.
    case unsigned(UInt64)
    /// Four bytes in network order.
    case ipv4(ByteRegion)
    /// Sixteen bytes in network order.
    case ipv6(ByteRegion)
    case text(ByteRegion)
    case binary(ByteRegion)
}
