/// The scripts that a text may be written in, those of which go together counted as one as well:
/// Han with Bopomofo, Japanese, Korean.
///
/// Source: UTS #39, "Augmented Script Sets".
struct ScriptSet: BitwiseCopyable, Hashable, Sendable {
    private var words: (UInt64, UInt64, UInt64)

    init(_ first: UInt64, _ second: UInt64, _ third: UInt64) {
        words = (first, second, third)
    }

    static let all = ScriptSet(.max, .max, .max)

    /// The scripts of a character: all for one that many share, none for one that is not assigned.
    init(_ scalar: Unicode.Scalar) {
        let table = UnicodeTables.scripts
        var low = 0
        var high = table.count
        // The last run that does not begin after the character.
        while high - low > 1 {
            let middle = (low + high) / 2
            if table[middle] >> 11 <= scalar.value { low = middle } else { high = middle }
        }
        self = UnicodeTables.scriptSets[Int(table[low] & 0x7FF)]
    }

    mutating func formIntersection(_ other: ScriptSet) {
        words.0 &= other.words.0
        words.1 &= other.words.1
        words.2 &= other.words.2
    }

    var isEmpty: Bool { words.0 | words.1 | words.2 == 0 }

    static func == (left: ScriptSet, right: ScriptSet) -> Bool { left.words == right.words }

    func hash(into hasher: inout Hasher) {
        hasher.combine(words.0)
        hasher.combine(words.1)
        hasher.combine(words.2)
    }
}

extension Sequence<Unicode.Scalar> {
    /// Whether one script, or ones that are written together, has all of the characters.
    ///
    /// Source: UTS #39, "Mixed-Script Detection".
    var isSingleScript: Bool {
        var scripts = ScriptSet.all
        for scalar in self {
            scripts.formIntersection(ScriptSet(scalar))
            if scripts.isEmpty { return false }
        }
        return true
    }
}

extension Unicode.Scalar {
    /// Whether the General Security Profile lets identifiers have it.
    ///
    /// Source: UTS #39, "General Security Profile for Identifiers".
    var isIdentifierAllowed: Bool {
        let table = UnicodeTables.identifiers
        var low = 0
        var high = table.count
        while low < high {
            let middle = (low + high) / 2
            if table[middle] <= value { low = middle + 1 } else { high = middle }
        }
        return low % 2 == 1
    }

    /// Whether it changes the direction of the text that follows.
    var isDirectionChange: Bool {
        switch value {
        case 0x202A...0x202E, 0x2066...0x2069: true
        default: false
        }
    }

    /// Whether the reference shows it in a pattern as an escape in ASCII.
    var isEscapedInPatterns: Bool {
        if value < 0x80 { return value < 0x20 || value == 0x7F }
        if properties.isGraphemeExtend { return true }
        return switch properties.generalCategory {
        case .control, .format, .surrogate, .privateUse, .unassigned, .lineSeparator,
            .paragraphSeparator, .spaceSeparator:
            true
        default: false
        }
    }
}
