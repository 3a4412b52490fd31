/// The columns that a text takes on a terminal.
///
/// Wide characters take two, marks that combine with the one before none, an emoji of several
/// scalars two; a control character counts as one. Ligatures of scripts other than Arabic and Khmer
/// count as their parts.
///
/// Source: the crate `unicode-width` 0.2 (Unicode Standard Annex 11, East Asian Width), by which the
/// reference measures; observed for each scalar.
func displayWidth(_ text: ArraySlice<UInt8>) -> Int {
    if text.allSatisfy({ $0 < 0x80 }) { return text.count }
    var measure = WidthMeasure()
    for scalar in String(decoding: text, as: UTF8.self).unicodeScalars { measure.add(scalar) }
    return measure.width
}

/// Adds up the columns of scalars, each with a look at those before it.
private struct WidthMeasure {
    private(set) var width = 0
    /// The last scalar that took columns or belongs to an emoji.
    private var base: Unicode.Scalar = "\u{0}"
    private var baseWidth = 0
    /// Whether a joiner follows an emoji.
    private var joins = false

    mutating func add(_ scalar: Unicode.Scalar) {
        let joined = joins
        joins = false
        switch scalar.value {
        case 0x200D:
            joins = baseWidth != 1 && base.properties.isEmoji
        case 0xFE0F where baseWidth == 1 && base.properties.isEmoji:
            // Emoji presentation.
            width += 1
            baseWidth = 2
        case 0xFE0E where baseWidth == 2 && base.hasTextPresentation:
            width -= 1
            baseWidth = 1
        case 0x1F3FB...0x1F3FF where baseWidth == 2 && base.properties.isEmojiModifierBase:
            break
        case 0x0622, 0x0623, 0x0625,
            0x0627 where base == "\u{644}":
            base = scalar
        case 0x1780...0x17A2 where base == "\u{17D2}":
            base = scalar
        case 0x17D2:
            base = scalar
        default:
            let columns = scalar.columns
            guard columns > 0 else { return }
            base = scalar
            if joined, scalar.properties.isEmoji {
                baseWidth = 0
            } else {
                width += columns
                baseWidth = columns
            }
        }
    }
}

extension Unicode.Scalar {
    /// The columns it takes alone.
    fileprivate var columns: Int {
        if value < 0x300 { return value == 0xAD ? 0 : 1 }
        if let known = specialColumns { return known }
        if properties.isDefaultIgnorableCodePoint || properties.isGraphemeExtend { return 0 }
        return isWide ? 2 : 1
    }

    /// Whether it forms a ligature with the scalar before it: lam and alef, a Khmer consonant below.
    fileprivate func joins(_ previous: Unicode.Scalar) -> Bool {
        switch value {
        case 0x0622, 0x0623, 0x0625, 0x0627: previous == "\u{644}"
        case 0x1780...0x17A2: previous == "\u{17D2}"
        default: false
        }
    }

    /// The columns of scalars whose properties would say something else.
    private var specialColumns: Int? {
        switch value {
        case 0x0605, 0x070F, 0x0890...0x0891, 0x08E2, 0x0D4E, 0xA8FA, 0x111C2...0x111C3, 0x113D1,
            0x1193F, 0x11941, 0x11A84...0x11A89, 0x11D46, 0x11F02:
            0  // Marks that stand before the letter they belong to.
        case 0x1160...0x11FF, 0xD7B0...0xD7C6, 0xD7CB...0xD7FB:
            0  // Vowels and final consonants of a Hangul syllable.
        case 0x115F: 2
        case 0x2D7F: 1
        case 0x17D8: 3
        default: nil
        }
    }

    /// Whether it is an emoji that a variation selector makes a text character of one column.
    fileprivate var hasTextPresentation: Bool {
        properties.isEmojiPresentation && value <= 0xFFFF
    }

    private var isWide: Bool {
        var low = 0
        var high = wideRanges.count
        while low < high {
            let middle = (low + high) / 2
            if wideRanges[middle].last < value { low = middle + 1 } else { high = middle }
        }
        return low < wideRanges.count && wideRanges[low].first <= value
    }
}

/// Scalars that take two columns, in ascending order.
private let wideRanges: [(first: UInt32, last: UInt32)] = [
    (0x1100, 0x115F), (0x17A4, 0x17A4), (0x231A, 0x231B), (0x2329, 0x232A), (0x23E9, 0x23EC),
    (0x23F0, 0x23F0), (0x23F3, 0x23F3), (0x25FD, 0x25FE), (0x2614, 0x2615), (0x2630, 0x2637),
    (0x2648, 0x2653), (0x267F, 0x267F), (0x268A, 0x268F), (0x2693, 0x2693), (0x26A1, 0x26A1),
    (0x26AA, 0x26AB), (0x26BD, 0x26BE), (0x26C4, 0x26C5), (0x26CE, 0x26CE), (0x26D4, 0x26D4),
    (0x26EA, 0x26EA), (0x26F2, 0x26F3), (0x26F5, 0x26F5), (0x26FA, 0x26FA), (0x26FD, 0x26FD),
    (0x2705, 0x2705), (0x270A, 0x270B), (0x2728, 0x2728), (0x274C, 0x274C), (0x274E, 0x274E),
    (0x2753, 0x2755), (0x2757, 0x2757), (0x2795, 0x2797), (0x27B0, 0x27B0), (0x27BF, 0x27BF),
    (0x2B1B, 0x2B1C), (0x2B50, 0x2B50), (0x2B55, 0x2B55), (0x2E80, 0x2E99), (0x2E9B, 0x2EF3),
    (0x2F00, 0x2FD5), (0x2FF0, 0x3029), (0x3030, 0x303E), (0x3041, 0x3096), (0x309B, 0x30FF),
    (0x3105, 0x312F), (0x3131, 0x3163), (0x3165, 0x318E), (0x3190, 0x31E5), (0x31EF, 0x321E),
    (0x3220, 0x3247), (0x3250, 0xA48C), (0xA490, 0xA4C6), (0xA960, 0xA97C), (0xAC00, 0xD7A3),
    (0xF900, 0xFAFF), (0xFE10, 0xFE19), (0xFE30, 0xFE52), (0xFE54, 0xFE66), (0xFE68, 0xFE6B),
    (0xFF01, 0xFF60), (0xFFE0, 0xFFE6), (0x16FE0, 0x16FE3), (0x16FF2, 0x16FF6),
    (0x17000, 0x18CD5), (0x18CFF, 0x18D1E), (0x18D80, 0x18DF2), (0x1AFF0, 0x1AFF3),
    (0x1AFF5, 0x1AFFB), (0x1AFFD, 0x1AFFE), (0x1B000, 0x1B122), (0x1B132, 0x1B132),
    (0x1B150, 0x1B152), (0x1B155, 0x1B155), (0x1B164, 0x1B167), (0x1B170, 0x1B2FB),
    (0x1D300, 0x1D356), (0x1D360, 0x1D376), (0x1F004, 0x1F004), (0x1F0CF, 0x1F0CF),
    (0x1F18E, 0x1F18E), (0x1F191, 0x1F19A), (0x1F200, 0x1F202), (0x1F210, 0x1F23B),
    (0x1F240, 0x1F248), (0x1F250, 0x1F251), (0x1F260, 0x1F265), (0x1F300, 0x1F320),
    (0x1F32D, 0x1F335), (0x1F337, 0x1F37C), (0x1F37E, 0x1F393), (0x1F3A0, 0x1F3CA),
    (0x1F3CF, 0x1F3D3), (0x1F3E0, 0x1F3F0), (0x1F3F4, 0x1F3F4), (0x1F3F8, 0x1F43E),
    (0x1F440, 0x1F440), (0x1F442, 0x1F4FC), (0x1F4FF, 0x1F53D), (0x1F54B, 0x1F54E),
    (0x1F550, 0x1F567), (0x1F57A, 0x1F57A), (0x1F595, 0x1F596), (0x1F5A4, 0x1F5A4),
    (0x1F5FB, 0x1F64F), (0x1F680, 0x1F6C5), (0x1F6CC, 0x1F6CC), (0x1F6D0, 0x1F6D2),
    (0x1F6D5, 0x1F6D8), (0x1F6DC, 0x1F6DF), (0x1F6EB, 0x1F6EC), (0x1F6F4, 0x1F6FC),
    (0x1F7E0, 0x1F7EB), (0x1F7F0, 0x1F7F0), (0x1F90C, 0x1F93A), (0x1F93C, 0x1F945),
    (0x1F947, 0x1F9FF), (0x1FA70, 0x1FA7C), (0x1FA80, 0x1FA8A), (0x1FA8E, 0x1FAC6),
    (0x1FAC8, 0x1FAC8), (0x1FACD, 0x1FADC), (0x1FADF, 0x1FAEA), (0x1FAEF, 0x1FAF8),
    (0x20000, 0x2FFFD), (0x30000, 0x3FFFD),
]
