import SeededNumbers
import CedarSyntax

/// A piece of generated Cedar text and how tightly its outermost operator binds.
struct CedarText: Sendable {
    /// From the loosest to the tightest, after the grammar of expressions.
    enum Binding: Int, Comparable, Sendable {
        case conditional, or, and, relation, sum, product, unary, member

        static func < (left: Binding, right: Binding) -> Bool { left.rawValue < right.rawValue }
    }

    var text: String
    var binding: Binding

    init(_ text: String, _ binding: Binding = .member) {
        self.text = text
        self.binding = binding
    }

    /// Returns the text, in parentheses when it binds less tightly than that.
    func at(_ least: Binding) -> String {
        binding >= least ? text : "(\(text))"
    }
}

extension CedarText {
    /// A literal in quotes; which of several spellings a scalar gets is random.
    static func string(_ text: String, using random: inout SeededNumbers) -> String {
        var result = "\""
        for scalar in text.unicodeScalars { result += escaped(scalar, using: &random) }
        return result + "\""
    }

    /// A pattern in quotes: nil stands for a wildcard.
    static func pattern(_ elements: [Unicode.Scalar?], using random: inout SeededNumbers) -> String
    {
        var result = "\""
        for element in elements {
            switch element {
            case nil: result += "*"
            case "*"?: result += "\\*"
            case let scalar?: result += escaped(scalar, using: &random)
            }
        }
        return result + "\""
    }

    /// Keeps what is fine unescaped as it is, but for a few.
    private static func escaped(_ scalar: Unicode.Scalar, using random: inout SeededNumbers)
        -> String
    {
        let hex = String(scalar.value, radix: 16)
        switch scalar {
        case "\"": return "\\\""
        case "\\": return "\\\\"
        case "\r": return "\\r"
        case "\0": return random.chance(50) ? "\\0" : "\\u{0}"
        case "\n": return random.chance(50) ? "\\n" : "\n"
        case "\t": return random.chance(50) ? "\\t" : "\t"
        case "'": return random.chance(50) ? "\\'" : "'"
        case "*": return "*"
        default: break
        }
        if scalar.value < 0x10 { return "\\x0\(hex)" }
        if scalar.value < 0x20 || scalar.value == 0x7F { return "\\x\(hex)" }
        if random.chance(scalar.isASCII ? 2 : 30) { return "\\u{\(hex)}" }
        return String(Character(scalar))
    }

    /// `Type::"id"`.
    static func uid(_ uid: EntityUID, using random: inout SeededNumbers) -> String {
        let quoted = string(uid.id.string, using: &random)
        return random.chance(97) ? "\(uid.type)::\(quoted)" : "\(uid.type) :: \(quoted)"
    }

    /// Whether `.name` and `name:` may be written without quotes.
    static func isIdentifier(_ name: String) -> Bool {
        let reserved = [
            "true", "false", "if", "then", "else", "in", "is", "like", "has", "__cedar",
        ]
        guard let first = name.utf8.first, !reserved.contains(name) else { return false }
        return !(0x30...0x39).contains(first)
            && name.utf8.allSatisfy {
                switch $0 {
                case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x5F: true
                default: false
                }
            }
    }
}
