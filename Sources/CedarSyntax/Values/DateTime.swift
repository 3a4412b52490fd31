/// Cedar's `datetime`: an instant in milliseconds since 1970-01-01T00:00:00Z, leap seconds ignored.
///
/// Source: Cedar language reference, "datetime"; RFC 80 of the Cedar project.
package struct DateTime: BitwiseCopyable, Hashable, Sendable {
    /// Milliseconds since the epoch; any 64-bit number, though texts reach only years 0000–9999.
    package let milliseconds: Int64

    fileprivate static let dayMilliseconds: Int64 = 86_400_000

    package init(milliseconds: Int64) {
        self.milliseconds = milliseconds
    }

    /// Parses `YYYY-MM-DD` or `YYYY-MM-DDThh:mm:ss(.SSS)?(Z|[+-]hhmm)`; nil for anything else.
    package init?(parsing utf8: some Collection<UInt8>) {
        self.init(parsing: Array(utf8).span)
    }

    /// Parses `YYYY-MM-DD` or `YYYY-MM-DDThh:mm:ss(.SSS)?(Z|[+-]hhmm)`; nil for anything else.
    package init?(parsing bytes: Span<UInt8>) {
        guard let date = Self.parseDate(bytes) else { return nil }
        if bytes.count == Self.dateLength {
            self.init(milliseconds: date)
            return
        }
        guard let time = Self.parseTime(bytes) else { return nil }
        var offset = Self.timeEnd
        var fraction = 0
        if bytes.count > offset, bytes[offset] == UInt8(ascii: ".") {
            guard let value = bytes.fixedNumber(at: offset + 1, length: 3) else { return nil }
            fraction = value
            offset += 4
        }
        guard let zone = Self.parseZone(bytes, at: offset) else { return nil }
        // Four-digit years keep every sum far from the limits of 64 bits.
        self.init(milliseconds: date + time + Int64(fraction) - zone)
    }

    /// Returns the instant this much later, or nil when it leaves 64 bits.
    package func offset(by duration: Duration) -> DateTime? {
        let (sum, overflow) = milliseconds.addingReportingOverflow(duration.milliseconds)
        return overflow ? nil : DateTime(milliseconds: sum)
    }

    /// Returns the time from `other` to this instant, or nil when it leaves 64 bits.
    package func since(_ other: DateTime) -> Duration? {
        let (span, overflow) = milliseconds.subtractingReportingOverflow(other.milliseconds)
        return overflow ? nil : Duration(milliseconds: span)
    }

    /// Returns the start of this instant's UTC day, or nil when that lies before the first instant.
    package func toDate() -> DateTime? {
        let (start, overflow) = milliseconds.subtractingReportingOverflow(toTime().milliseconds)
        return overflow ? nil : DateTime(milliseconds: start)
    }

    /// Returns the time since the start of this instant's UTC day, never negative.
    package func toTime() -> Duration {
        let remainder = milliseconds % Self.dayMilliseconds
        return Duration(milliseconds: remainder < 0 ? remainder + Self.dayMilliseconds : remainder)
    }
}

// MARK: - Reading

extension DateTime {
    private static let dateLength = 10
    /// Where the seconds end: `YYYY-MM-DDThh:mm:ss`.
    private static let timeEnd = 19

    /// Returns the milliseconds from the epoch to the date that the text starts with.
    private static func parseDate(_ bytes: Span<UInt8>) -> Int64? {
        guard bytes.count >= dateLength,
            let year = bytes.fixedNumber(at: 0, length: 4), bytes[4] == UInt8(ascii: "-"),
            let month = bytes.fixedNumber(at: 5, length: 2), bytes[7] == UInt8(ascii: "-"),
            let day = bytes.fixedNumber(at: 8, length: 2),
            (1...12).contains(month), day >= 1, day <= daysInMonth(month, ofYear: year)
        else { return nil }
        return daysSinceEpoch(year: year, month: month, day: day) * dayMilliseconds
    }

    /// Returns the milliseconds that `Thh:mm:ss` after the date stands for.
    private static func parseTime(_ bytes: Span<UInt8>) -> Int64? {
        guard bytes.count >= timeEnd, bytes[10] == UInt8(ascii: "T"),
            let hour = bytes.fixedNumber(at: 11, length: 2), bytes[13] == UInt8(ascii: ":"),
            let minute = bytes.fixedNumber(at: 14, length: 2), bytes[16] == UInt8(ascii: ":"),
            let second = bytes.fixedNumber(at: 17, length: 2),
            hour < 24, minute < 60, second < 60
        else { return nil }
        return Int64((hour * 60 + minute) * 60 + second) * 1_000
    }

    /// Returns how many milliseconds the zone that ends the text is ahead of UTC.
    private static func parseZone(_ bytes: Span<UInt8>, at offset: Int) -> Int64? {
        guard offset < bytes.count else { return nil }
        let sign: Int64
        switch bytes[offset] {
        case UInt8(ascii: "Z"): return bytes.count == offset + 1 ? 0 : nil
        case UInt8(ascii: "+"): sign = 1
        case UInt8(ascii: "-"): sign = -1
        default: return nil
        }
        guard bytes.count == offset + 5,
            let hours = bytes.fixedNumber(at: offset + 1, length: 2), hours < 24,
            let minutes = bytes.fixedNumber(at: offset + 3, length: 2), minutes < 60
        else { return nil }
        return sign * Int64(hours * 60 + minutes) * 60_000
    }

    private static func daysInMonth(_ month: Int, ofYear year: Int) -> Int {
        switch month {
        case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }

    /// Returns the days from 1970-01-01 to a date of the proleptic Gregorian calendar.
    ///
    /// Years are counted from March, so that the leap day is the last of its year; 400 of them
    /// have 146,097 days.
    private static func daysSinceEpoch(year: Int, month: Int, day: Int) -> Int64 {
        let marchYear = month > 2 ? year : year - 1
        let era = (marchYear >= 0 ? marchYear : marchYear - 399) / 400
        let yearOfEra = marchYear - era * 400
        let monthFromMarch = (month + 9) % 12
        let dayOfYear = (153 * monthFromMarch + 2) / 5 + day - 1
        let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        return Int64(era * 146_097 + dayOfEra - 719_468)
    }
}

extension DateTime: Comparable {
    package static func < (left: DateTime, right: DateTime) -> Bool {
        left.milliseconds < right.milliseconds
    }
}

// MARK: - Writing

extension DateTime: CustomStringConvertible {
    /// The text `datetime` accepts for this instant, such as `2024-10-15` or
    /// `2024-10-15T11:35:00.250Z`; nil outside of the years 0000 to 9999.
    package var literal: String? {
        let time = toTime().milliseconds
        guard let start = toDate() else { return nil }
        let (year, month, day) = Self.date(ofDay: start.milliseconds / Self.dayMilliseconds)
        guard (0...9999).contains(year) else { return nil }
        let date = "\(Self.padded(year, 4))-\(Self.padded(month, 2))-\(Self.padded(day, 2))"
        if time == 0 { return date }
        let hour = Self.padded(time / 3_600_000, 2)
        let minute = Self.padded(time / 60_000 % 60, 2)
        let second = Self.padded(time / 1_000 % 60, 2)
        let fraction = time % 1_000 == 0 ? "" : ".\(Self.padded(time % 1_000, 3))"
        return "\(date)T\(hour):\(minute):\(second)\(fraction)Z"
    }

    /// The literal, or milliseconds since the epoch where there is none.
    package var description: String {
        literal ?? "\(milliseconds)ms since 1970-01-01"
    }

    /// Returns the date of the day this many days after 1970-01-01.
    private static func date(ofDay days: Int64) -> (year: Int64, month: Int64, day: Int64) {
        let shifted = days + 719_468
        let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
        let dayOfEra = shifted - era * 146_097
        let yearOfEra =
            (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100)
        let monthFromMarch = (5 * dayOfYear + 2) / 153
        let day = dayOfYear - (153 * monthFromMarch + 2) / 5 + 1
        let month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
        return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, day)
    }

    private static func padded(_ number: Int64, _ width: Int) -> String {
        let text = String(number)
        return String(repeating: "0", count: max(0, width - text.utf8.count)) + text
    }
}
