import DecisionPoint
import Wire

/// A client's address as text, in memory that is reused.
@safe struct AddressText: ~Copyable {
    /// Eight groups of four digits.
    private static let capacity = 39
    private let memory: UnsafeMutablePointer<UInt8>
    private var count = 0

    init() { unsafe memory = .allocate(capacity: Self.capacity) }

    deinit { unsafe memory.deallocate() }

    /// The text, until the next is written or this is released.
    var untrusted: UntrustedBytes {
        unsafe UntrustedBytes(UnsafeRawBufferPointer(start: memory, count: count))
    }

    /// Writes an address; one of IPv4 within IPv6 as one of IPv4, so that policies know one kind.
    mutating func write(_ source: CheckQuestion.Source) {
        count = 0
        switch source {
        case .ipv4(let bytes): writeIPv4(bytes, from: 0)
        case .ipv6(let bytes):
            if Self.isMapped(bytes) {
                writeIPv4(bytes, from: 12)
            } else {
                writeIPv6(bytes)
            }
        }
    }

    /// Source: RFC 4291, section 2.5.5.2.
    private static func isMapped(_ bytes: ByteRegion) -> Bool {
        for index in 0..<10 where bytes.byte(at: index) != 0 { return false }
        return bytes.byte(at: 10) == 0xFF && bytes.byte(at: 11) == 0xFF
    }

    private mutating func writeIPv4(_ bytes: ByteRegion, from start: Int) {
        for index in start..<start + 4 {
            if index > start { append(UInt8(ascii: ".")) }
            let byte = bytes.byte(at: index)
            if byte >= 100 { append(UInt8(ascii: "0") + byte / 100) }
            if byte >= 10 { append(UInt8(ascii: "0") + byte / 10 % 10) }
            append(UInt8(ascii: "0") + byte % 10)
        }
    }

    private mutating func writeIPv6(_ bytes: ByteRegion) {
        for group in 0..<8 {
            if group > 0 { append(UInt8(ascii: ":")) }
            let value =
                UInt16(bytes.byte(at: 2 * group)) << 8 | UInt16(bytes.byte(at: 2 * group + 1))
            var shift: UInt16 = value > 0xFFF ? 12 : value > 0xFF ? 8 : value > 0xF ? 4 : 0
            while true {
                let digit = UInt8(truncatingIfNeeded: value >> shift & 15)
                append(digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "a") - 10 + digit)
                if shift == 0 { break }
                shift -= 4
            }
        }
    }

    private mutating func append(_ byte: UInt8) {
        precondition(count < Self.capacity, "an address longer than the longest")
        unsafe memory[count] = byte
        count += 1
    }
}
