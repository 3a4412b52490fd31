/// Tells of a YAML text that a parser could take for ever over.
///
/// An alias is as large as what it stands for, and that may be made of aliases: 58 of them make 2²⁹ nodes of
/// a few lines. The parser shares what it reads, but compares the keys of a mapping node by node, before
/// anybody can count them. No key of a file that is read here is anything but plain text.
enum KeyedAliases {
    /// Fewer aliases make no large key of a small file.
    private static let harmlessAliases = 15

    static func refuse(_ file: InputFile) throws(Failure) {
        guard arePossible(in: file.bytes) else { return }
        throw Failure(
            "`\(file.name)` has more than \(harmlessAliases) aliases, and a key that may be one or a "
                + "collection", help: "write such a key as plain text", file: file.name)
    }

    /// Whether there are many aliases, and something that may be a key and no plain text.
    ///
    /// Only the text is looked at, not what it means: in a file with so many aliases, a line of prose that
    /// begins with `? ` or with `[x]: ` is taken for such a key as well.
    static func arePossible(in text: [UInt8]) -> Bool {
        var aliases = 0
        var hasKey = false
        // A key stands on one line; in `/accounts/{account}:` no collection begins.
        var isOpen = false
        for index in text.indices {
            switch text[index] {
            case UInt8(ascii: "*") where isStart(text, index) && !isEnd(text, index + 1):
                aliases += 1
                var end = index + 1
                while !isEnd(text, end) { end += 1 }
                hasKey = hasKey || isColon(text, end)
            case UInt8(ascii: "?") where isStart(text, index) && isBlank(text, index + 1):
                hasKey = true
            case 0x0A: isOpen = false
            case UInt8(ascii: "["), UInt8(ascii: "{"): isOpen = isOpen || isStart(text, index)
            case UInt8(ascii: "]"), UInt8(ascii: "}"):
                hasKey = hasKey || isOpen && isColon(text, index + 1)
            default: break
            }
            if hasKey, aliases > harmlessAliases { return true }
        }
        return false
    }

    /// Whether something begins here.
    private static func isStart(_ text: [UInt8], _ index: Int) -> Bool {
        guard index > 0 else { return true }
        return isBlank(text, index - 1) || isBracket(text[index - 1])
    }

    /// Whether a name has ended before this.
    private static func isEnd(_ text: [UInt8], _ index: Int) -> Bool {
        isBlank(text, index) || isBracket(text[index])
    }

    private static func isColon(_ text: [UInt8], _ start: Int) -> Bool {
        var index = start
        while index < text.count, text[index] == 0x20 || text[index] == 0x09 { index += 1 }
        return index < text.count && text[index] == UInt8(ascii: ":")
    }

    /// Whether there is white space, or nothing any more.
    private static func isBlank(_ text: [UInt8], _ index: Int) -> Bool {
        guard index < text.count else { return true }
        return [0x20, 0x09, 0x0A, 0x0D].contains(text[index])
    }

    private static func isBracket(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "["), UInt8(ascii: "]"), UInt8(ascii: "{"), UInt8(ascii: "}"),
            UInt8(ascii: ","):
            true
        default: false
        }
    }
}
