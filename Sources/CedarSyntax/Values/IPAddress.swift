/// Cedar's `ipaddr`: an IPv4 or IPv6 address with a prefix length, host bits kept.
///
/// Equality is of address and prefix: `10.0.0.1/24` is not `10.0.0.0/24`, and an address without a
/// prefix equals the one with the longest.
///
/// Source: Cedar language reference, "ipaddr".
package struct IPAddress: BitwiseCopyable, Hashable, Sendable {
    package let isIPv6: Bool
    /// The upper half of an IPv6 address; 0 for IPv4.
    package let high: UInt64
    /// The lower half of an IPv6 address; an IPv4 address in its lower 32 bits.
    package let low: UInt64
    /// Leading bits that name the network: 0–32 or 0–128.
    package let prefix: UInt8

    /// The longest text accepted, in bytes: eight groups of four digits and `/128`.
    private static let maxTextBytes = 43

    /// Makes an IPv4 network; a prefix over 32 is a programmer's mistake.
    package init(ipv4 address: UInt32, prefix: UInt8 = 32) {
        precondition(prefix <= 32, "an IPv4 prefix has at most 32 bits")
        self.init(isIPv6: false, high: 0, low: UInt64(address), prefix: prefix)
    }

    /// Makes an IPv6 network; a prefix over 128 is a programmer's mistake.
    package init(ipv6 high: UInt64, _ low: UInt64, prefix: UInt8 = 128) {
        precondition(prefix <= 128, "an IPv6 prefix has at most 128 bits")
        self.init(isIPv6: true, high: high, low: low, prefix: prefix)
    }

    private init(isIPv6: Bool, high: UInt64, low: UInt64, prefix: UInt8) {
        self.isIPv6 = isIPv6
        self.high = high
        self.low = low
        self.prefix = prefix
    }

    /// Parses an IPv4 or IPv6 address with an optional `/prefix`; nil for anything else, also for
    /// zones, IPv4 inside of IPv6 and leading zeros.
    package init?(parsing utf8: some Collection<UInt8>) {
        self.init(parsing: Array(utf8).span)
    }

    /// Parses an IPv4 or IPv6 address with an optional `/prefix`; nil for anything else, also for
    /// zones, IPv4 inside of IPv6 and leading zeros.
    package init?(parsing bytes: Span<UInt8>) {
        guard bytes.count <= Self.maxTextBytes else { return nil }
        var end = 0
        while end < bytes.count, bytes[end] != UInt8(ascii: "/") { end += 1 }
        let isIPv6: Bool
        let address: (high: UInt64, low: UInt64)
        if let ipv4 = Self.parseIPv4(bytes, end: end) {
            isIPv6 = false
            address = (0, UInt64(ipv4))
        } else if let ipv6 = Self.parseIPv6(bytes, end: end) {
            isIPv6 = true
            address = ipv6
        } else {
            return nil
        }
        var prefix: UInt8 = isIPv6 ? 128 : 32
        if end < bytes.count {
            guard let parsed = Self.parsePrefix(bytes, from: end + 1, limit: prefix) else {
                return nil
            }
            prefix = parsed
        }
        self.init(isIPv6: isIPv6, high: address.high, low: address.low, prefix: prefix)
    }

    /// Whether every address of the network is a loopback address: in 127.0.0.0/8, or `::1`.
    package var isLoopback: Bool {
        isIPv6 ? high == 0 && low == 1 && prefix == 128 : low >> 24 == 127 && prefix >= 8
    }

    /// Whether every address of the network is for multicast: in 224.0.0.0/4, or ff00::/8.
    package var isMulticast: Bool {
        isIPv6 ? high >> 56 == 0xFF && prefix >= 8 : low >> 28 == 0xE && prefix >= 4
    }

    /// Returns whether this whole network lies inside `other`; never across the two families.
    package func isInRange(_ other: IPAddress) -> Bool {
        guard isIPv6 == other.isIPv6, prefix >= other.prefix else { return false }
        if isIPv6 {
            let bits = Int(other.prefix)
            return Self.samePrefix(high, other.high, bits: min(bits, 64), of: 64)
                && Self.samePrefix(low, other.low, bits: max(bits - 64, 0), of: 64)
        }
        return Self.samePrefix(low, other.low, bits: Int(other.prefix), of: 32)
    }

    private static func samePrefix(_ left: UInt64, _ right: UInt64, bits: Int, of width: Int)
        -> Bool
    {
        // Swift's `>>` by the full width gives 0, so a prefix of 0 bits matches anything.
        (left ^ right) >> UInt64(width - bits) == 0
    }
}

// MARK: - Reading

extension IPAddress {
    private static func parsePrefix(_ bytes: Span<UInt8>, from start: Int, limit: UInt8) -> UInt8? {
        let digits = bytes.count - start
        guard (1...3).contains(digits), bytes.endOfDigits(from: start) == bytes.count,
            bytes[start] != UInt8(ascii: "0") || digits == 1,
            let number = bytes.number(in: start..<bytes.count), number <= UInt64(limit)
        else { return nil }
        return UInt8(number)
    }

    private static func parseIPv4(_ bytes: Span<UInt8>, end: Int) -> UInt32? {
        var address: UInt32 = 0
        var offset = 0
        for index in 0..<4 {
            if index > 0 {
                guard offset < end, bytes[offset] == UInt8(ascii: ".") else { return nil }
                offset += 1
            }
            let digitsEnd = min(bytes.endOfDigits(from: offset), end)
            let digits = digitsEnd - offset
            guard (1...3).contains(digits), bytes[offset] != UInt8(ascii: "0") || digits == 1,
                let octet = bytes.number(in: offset..<digitsEnd), octet <= 255
            else { return nil }
            address = address << 8 | UInt32(octet)
            offset = digitsEnd
        }
        return offset == end ? address : nil
    }

    /// Reads groups of hexadecimal digits; `::` stands for at least one group of zeros, once.
    private static func parseIPv6(_ bytes: Span<UInt8>, end: Int) -> (high: UInt64, low: UInt64)? {
        var groups: [8 of UInt16] = .init(repeating: 0)
        var count = 0
        var gap: Int?
        var offset = 0
        if end >= 2, bytes[0] == UInt8(ascii: ":"), bytes[1] == UInt8(ascii: ":") {
            gap = 0
            offset = 2
        }
        while offset < end {
            guard count < 8, let (group, next) = parseGroup(bytes, from: offset, end: end) else {
                return nil
            }
            groups[count] = group
            count += 1
            offset = next
            if offset == end { break }
            guard bytes[offset] == UInt8(ascii: ":") else { return nil }
            offset += 1
            if offset < end, bytes[offset] == UInt8(ascii: ":") {
                guard gap == nil else { return nil }
                gap = count
                offset += 1
            } else if offset == end {
                return nil
            }
        }
        guard gap == nil ? count == 8 : count < 8 else { return nil }
        return joined(groups, count: count, gap: gap ?? count)
    }

    private static func parseGroup(_ bytes: Span<UInt8>, from start: Int, end: Int)
        -> (group: UInt16, end: Int)?
    {
        var value: UInt16 = 0
        var offset = start
        while offset < end, offset < start + 4, let digit = hexDigit(bytes[offset]) {
            value = value << 4 | digit
            offset += 1
        }
        return offset > start ? (value, offset) : nil
    }

    private static func hexDigit(_ byte: UInt8) -> UInt16? {
        switch byte {
        case 0x30...0x39: UInt16(byte - 0x30)
        case 0x41...0x46: UInt16(byte - 0x37)
        case 0x61...0x66: UInt16(byte - 0x57)
        default: nil
        }
    }

    /// Puts the groups before the gap at the front and those after it at the end.
    private static func joined(_ groups: borrowing [8 of UInt16], count: Int, gap: Int)
        -> (high: UInt64, low: UInt64)
    {
        var high: UInt64 = 0
        var low: UInt64 = 0
        for position in 0..<8 {
            let zeros = 8 - count
            var group: UInt16 = 0
            if position < gap {
                group = groups[position]
            } else if position >= gap + zeros {
                group = groups[position - zeros]
            }
            if position < 4 {
                high = high << 16 | UInt64(group)
            } else {
                low = low << 16 | UInt64(group)
            }
        }
        return (high, low)
    }
}

// MARK: - Writing

extension IPAddress: CustomStringConvertible {
    /// A text that parses to the same address, without the prefix where it is the longest one.
    ///
    /// IPv6 follows RFC 5952: the longest run of two or more zero groups, the first of equals,
    /// becomes `::`.
    package var description: String {
        let full: UInt8 = isIPv6 ? 128 : 32
        let address = isIPv6 ? ipv6Text : ipv4Text
        return prefix == full ? address : "\(address)/\(prefix)"
    }

    private var ipv4Text: String {
        "\(low >> 24 & 255).\(low >> 16 & 255).\(low >> 8 & 255).\(low & 255)"
    }

    private var ipv6Text: String {
        let groups = (0..<8).map { index in
            let half = index < 4 ? high : low
            return half >> UInt64(48 - index % 4 * 16) & 0xFFFF
        }
        var best = 0..<0
        var start = 0
        while start < 8 {
            var end = start
            while end < 8, groups[end] == 0 { end += 1 }
            if end - start >= 2, end - start > best.count { best = start..<end }
            start = max(end, start + 1)
        }
        let texts = groups.map { String($0, radix: 16) }
        if best.isEmpty { return texts.joined(separator: ":") }
        let front = texts[..<best.lowerBound].joined(separator: ":")
        return front + "::" + texts[best.upperBound...].joined(separator: ":")
    }
}
