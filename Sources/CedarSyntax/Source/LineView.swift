/// A line of a source text as it is shown, with the place of an underline below it.
///
/// Tabs become spaces, whatever could upset a terminal becomes an escape, and a long line is cut
/// on both sides of the marked part.
struct LineView {
    private(set) var text = ""
    /// Columns before the underline.
    private(set) var indent = 0
    /// Columns of the underline; at least one.
    private(set) var markedWidth = 1
    private var width = 0

    // In columns; together a line of at most about 160.
    private static let maximumBefore = 60
    private static let maximumMarked = 60
    private static let maximumAfter = 40

    /// Lays out a line.
    ///
    /// - Parameters:
    ///   - line: the line's bytes, without its line break.
    ///   - marked: the bytes to underline, within the line.
    init(source: [UInt8], line: Range<Int>, marked: Range<Int>) {
        var before = source[line.lowerBound..<marked.lowerBound]
        if before.count > Self.maximumBefore {
            before = before.suffix(Self.maximumBefore).drop { $0 & 0xC0 == 0x80 }
            text = "…"
            width = 1
        }
        _ = append(before, limit: .max)
        indent = width
        let isComplete = append(source[marked], limit: Self.maximumMarked)
        markedWidth = max(1, width - indent)
        if isComplete {
            _ = append(source[marked.upperBound..<line.upperBound], limit: Self.maximumAfter)
        }
    }

    /// Appends bytes up to a number of columns; returns whether they were all.
    private mutating func append(_ bytes: ArraySlice<UInt8>, limit: Int) -> Bool {
        // A column takes at least one byte less than five, so this is more than is shown.
        let piece = limit == .max ? bytes : bytes.prefix(4 * (limit + 1))
        let end = limit == .max ? limit : width + limit
        for scalar in String(decoding: piece, as: UTF8.self).unicodeScalars {
            if width >= end {
                text += "…"
                width += 1
                return false
            }
            append(scalar)
        }
        return true
    }

    private mutating func append(_ scalar: Unicode.Scalar) {
        if scalar == "\t" {
            let count = 4 - width % 4
            text += String(repeating: " ", count: count)
            width += count
        } else if scalar.isPlain {
            text.unicodeScalars.append(scalar)
            width += scalar.isWide ? 2 : 1
        } else {
            let escape = scalar.escapedUnlessPlain
            text += escape
            width += escape.utf8.count
        }
    }
}

extension Unicode.Scalar {
    /// Whether terminals show it two columns wide.
    ///
    /// Source: Unicode 16, EastAsianWidth.txt (W and F), rounded to blocks.
    fileprivate var isWide: Bool {
        switch value {
        case 0x1100...0x115F, 0x2E80...0x303E, 0x3041...0xA4CF, 0xA960...0xA97C, 0xAC00...0xD7A3,
            0xF900...0xFAFF, 0xFE30...0xFE6F, 0xFF01...0xFF60, 0xFFE0...0xFFE6, 0x20000...0x3FFFD:
            true
        default: properties.isEmojiPresentation
        }
    }
}
