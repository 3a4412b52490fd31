/// Cedar's `duration`: a signed number of milliseconds.
///
/// Within this module and where it is imported the name stands for Cedar's type; Swift's own is
/// `Swift.Duration`.
///
/// Source: Cedar language reference, "datetime" and "duration"; RFC 80 of the Cedar project.
package struct Duration: BitwiseCopyable, Hashable, Sendable {
    package let milliseconds: Int64

    package init(milliseconds: Int64) {
        self.milliseconds = milliseconds
    }

    /// Parses `-?(\d+d)?(\d+h)?(\d+m)?(\d+s)?(\d+ms)?` with at least one part; nil when the text is
    /// anything else or the total exceeds 64 bits.
    package init?(parsing utf8: some Collection<UInt8>) {
        self.init(parsing: Array(utf8).span)
    }

    /// Parses `-?(\d+d)?(\d+h)?(\d+m)?(\d+s)?(\d+ms)?` with at least one part; nil when the text is
    /// anything else or the total exceeds 64 bits.
    package init?(parsing bytes: Span<UInt8>) {
        let negative = bytes.count > 0 && bytes[0] == UInt8(ascii: "-")
        var offset = negative ? 1 : 0
        guard offset < bytes.count else { return nil }
        var magnitude: UInt64 = 0
        var previous: Unit?
        while offset < bytes.count {
            let end = bytes.endOfDigits(from: offset)
            guard end > offset, let count = bytes.number(in: offset..<end),
                let unit = Unit(in: bytes, at: end)
            else { return nil }
            if let previous, unit.rawValue <= previous.rawValue { return nil }
            let (part, tooLarge) = count.multipliedReportingOverflow(by: unit.milliseconds)
            let (sum, overflow) = magnitude.addingReportingOverflow(part)
            if tooLarge || overflow { return nil }
            magnitude = sum
            previous = unit
            offset = end + unit.length
        }
        guard let total = Int64(negative: negative, magnitude: magnitude) else { return nil }
        self.init(milliseconds: total)
    }

    /// Whole seconds, cut off towards zero; so are the coarser units below.
    package var toSeconds: Int64 { milliseconds / 1_000 }
    package var toMinutes: Int64 { milliseconds / 60_000 }
    package var toHours: Int64 { milliseconds / 3_600_000 }
    package var toDays: Int64 { milliseconds / 86_400_000 }
    package var toMilliseconds: Int64 { milliseconds }

    /// The units in the order in which a text must give them.
    private enum Unit: Int {
        case day, hour, minute, second, millisecond

        init?(in bytes: Span<UInt8>, at offset: Int) {
            guard offset < bytes.count else { return nil }
            switch bytes[offset] {
            case UInt8(ascii: "d"): self = .day
            case UInt8(ascii: "h"): self = .hour
            case UInt8(ascii: "s"): self = .second
            case UInt8(ascii: "m"):
                let next = offset + 1
                let isShort = next == bytes.count || bytes[next] != UInt8(ascii: "s")
                self = isShort ? .minute : .millisecond
            default: return nil
            }
        }

        /// Bytes of the unit's name.
        var length: Int { self == .millisecond ? 2 : 1 }

        var milliseconds: UInt64 {
            switch self {
            case .day: 86_400_000
            case .hour: 3_600_000
            case .minute: 60_000
            case .second: 1_000
            case .millisecond: 1
            }
        }
    }
}

extension Duration: Comparable {
    package static func < (left: Duration, right: Duration) -> Bool {
        left.milliseconds < right.milliseconds
    }
}

extension Duration: CustomStringConvertible {
    /// A text that parses to the same duration, such as `1d2h`, `-1m500ms` and `0ms`.
    package var description: String {
        guard milliseconds != 0 else { return "0ms" }
        var rest = milliseconds.magnitude
        var text = milliseconds < 0 ? "-" : ""
        let units: [(name: String, size: UInt64)] = [
            ("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1_000), ("ms", 1),
        ]
        for unit in units where rest >= unit.size {
            text += "\(rest / unit.size)\(unit.name)"
            rest %= unit.size
        }
        return text
    }
}
