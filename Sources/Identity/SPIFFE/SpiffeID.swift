/// The name of a trust domain, such as `prod.example.org`.
///
/// Source: SPIFFE-ID, section 2.1.
package struct TrustDomain: Hashable, Sendable, CustomStringConvertible {
    /// Most bytes of a name.
    package static let maximumBytes = 255

    package let utf8: [UInt8]

    /// Checks a name: 1 to 255 of `a` to `z`, `0` to `9`, `.`, `-` and `_`.
    package init?(_ utf8: some Collection<UInt8>) {
        guard 1...Self.maximumBytes ~= utf8.count, utf8.allSatisfy(Self.isAllowed) else {
            return nil
        }
        self.utf8 = Array(utf8)
    }

    /// Checks a name, as the other initialiser does.
    package init?(_ text: String) {
        self.init(Array(text.utf8))
    }

    package var description: String { String(decoding: utf8, as: UTF8.self) }

    private static func isAllowed(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
            UInt8(ascii: "."), UInt8(ascii: "-"), UInt8(ascii: "_"):
            true
        default: false
        }
    }
}

/// The name of a workload, such as `spiffe://prod.example.org/ns/payments/sa/api`.
///
/// Equal names have equal bytes: what the standard compares without regard to case must be lower
/// case here. Source: SPIFFE-ID, section 2.
package struct SpiffeID: Hashable, Sendable, CustomStringConvertible {
    /// Most bytes of a name.
    package static let maximumBytes = 2048

    /// Why a text is not a name, with the offset of the first byte at fault.
    package struct Offence: Error, Equatable, Sendable {
        package enum Kind: UInt8, Sendable {
            /// Longer than ``SpiffeID/maximumBytes``; the offset is the limit.
            case tooLong
            /// Does not start with `spiffe://`.
            case scheme
            /// The trust domain is empty, too long or has a byte it may not have.
            case trustDomain
            /// A path segment is empty, `.` or `..`; the offset is where the segment starts.
            case segment
            /// A byte that a path may not have, such as `%`, `?` or `;`.
            case pathByte
        }
        package let kind: Kind
        package let offset: Int

        package init(_ kind: Kind, at offset: Int) {
            self.kind = kind
            self.offset = offset
        }
    }

    package let utf8: [UInt8]
    package let trustDomain: TrustDomain

    /// Whether the name is of the trust domain itself, without a path.
    package var isRoot: Bool { utf8.count == 9 + trustDomain.utf8.count }

    /// Checks a name.
    package init(parsing utf8: [UInt8]) throws(Offence) {
        guard utf8.count <= Self.maximumBytes else {
            throw Offence(.tooLong, at: Self.maximumBytes)
        }
        let scheme: StaticString = "spiffe://"
        for index in 0..<scheme.utf8CodeUnitCount {
            let expected = unsafe scheme.utf8Start[index]
            guard index < utf8.count, utf8[index] == expected else {
                throw Offence(.scheme, at: index)
            }
        }
        let start = scheme.utf8CodeUnitCount
        let slash = utf8[start...].firstIndex(of: UInt8(ascii: "/")) ?? utf8.count
        guard let trustDomain = TrustDomain(utf8[start..<slash]) else {
            throw Offence(.trustDomain, at: start)
        }
        var segment = slash + 1
        while segment <= utf8.count {
            let end = utf8[segment...].firstIndex(of: UInt8(ascii: "/")) ?? utf8.count
            for index in segment..<end where !Self.isAllowedInPath(utf8[index]) {
                throw Offence(.pathByte, at: index)
            }
            let isDots = end - segment <= 2 && utf8[segment..<end].allSatisfy { $0 == 0x2E }
            if isDots { throw Offence(.segment, at: segment) }
            segment = end + 1
        }
        self.utf8 = utf8
        self.trustDomain = trustDomain
    }

    package var description: String { String(decoding: utf8, as: UTF8.self) }

    private static func isAllowedInPath(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"),
            UInt8(ascii: "."), UInt8(ascii: "-"), UInt8(ascii: "_"):
            true
        default: false
        }
    }
}
