/// Compact JSON pieces appended to a byte buffer.
///
/// Every text written here is ASCII without quotes, backslashes or control characters, so nothing
/// is escaped.
extension [UInt8] {
    mutating func text(_ text: String) {
        append(contentsOf: text.utf8)
    }

    mutating func byte(_ scalar: Unicode.Scalar) {
        append(UInt8(ascii: scalar))
    }

    /// Appends a number from zero up, in decimal.
    mutating func number(_ value: Int) {
        if value >= 10 { number(value / 10) }
        append(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: value % 10))
    }

    /// Appends the last `width` decimal digits of a number, with leading zeros.
    mutating func digits(_ value: Int, width: Int) {
        if width > 1 { digits(value / 10, width: width - 1) }
        append(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: value % 10))
    }

    /// Appends a number from zero up, in lower-case hexadecimal without leading zeros.
    mutating func hexadecimal(_ value: Int) {
        if value >= 16 { hexadecimal(value / 16) }
        hexadecimalDigit(UInt64(truncatingIfNeeded: value))
    }

    /// Appends 16 hexadecimal digits.
    mutating func hexadecimal(all value: UInt64) {
        for shift in stride(from: UInt64(60), through: 0, by: -4) {
            hexadecimalDigit(value &>> shift)
        }
    }

    private mutating func hexadecimalDigit(_ value: UInt64) {
        let digit = UInt8(truncatingIfNeeded: value & 15)
        append(digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "a") + digit - 10)
    }

    /// Appends a quoted string.
    mutating func string(_ value: String) {
        byte("\"")
        text(value)
        byte("\"")
    }

    mutating func boolean(_ value: Bool) {
        text(value ? "true" : "false")
    }

    /// Appends `,"name":`.
    mutating func member(_ name: String) {
        text(",\"")
        text(name)
        text("\":")
    }

    /// Appends a decimal with two places, from an amount in hundredths.
    mutating func decimal(hundredths: Int) {
        text("{\"__extn\":{\"fn\":\"decimal\",\"arg\":\"")
        number(hundredths / 100)
        byte(".")
        digits(hundredths % 100, width: 2)
        text("\"}}")
    }

    /// Appends a datetime, from seconds since 1970-01-01T00:00:00Z; years 1970 to 9999.
    mutating func datetime(seconds: Int) {
        let date = CalendarDate(daysSince1970: seconds / 86_400)
        let second = seconds % 86_400
        text("{\"__extn\":{\"fn\":\"datetime\",\"arg\":\"")
        digits(date.year, width: 4)
        byte("-")
        digits(date.month, width: 2)
        byte("-")
        digits(date.day, width: 2)
        byte("T")
        digits(second / 3600, width: 2)
        byte(":")
        digits(second / 60 % 60, width: 2)
        byte(":")
        digits(second % 60, width: 2)
        text("Z\"}}")
    }
}
