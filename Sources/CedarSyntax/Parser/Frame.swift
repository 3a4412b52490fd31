/// A piece of an expression that waits for an operand, on the parser's own stack.
///
/// The operands it has already are on the stack of operands; `first` is the index of its first one.
enum Frame {
    // Brackets, each with its opening half.
    case parenthesis(Token)
    case set(Token, first: Int)
    /// Keys are on the stack of names from `firstKey` on, one more than values while one is read.
    case record(Token, first: Int, firstKey: Int)
    case call(ExtensionFunction, start: UInt32, Token, first: Int)
    /// The receiver is the operand before `first`.
    case method(Method, name: Token, Token, first: Int)

    // The three parts of `if`.
    case condition(start: UInt32)
    case consequence(start: UInt32)
    case alternative(start: UInt32)

    // Operators.
    case not(start: UInt32)
    case negate(start: UInt32)
    case binary(BinaryOperator, Precedence)
    /// `is T in`; the type is on the stack of names.
    case container
    /// `&&` or `||`.
    case chain(Precedence, start: UInt32, first: Int)

    /// How tightly it binds the operand it waits for; `loosest` for brackets and `if`.
    var precedence: Precedence {
        switch self {
        case .parenthesis, .set, .record, .call, .method, .condition, .consequence, .alternative:
            .loosest
        case .not, .negate: .unary
        case .binary(_, let precedence), .chain(let precedence, _, _): precedence
        case .container: .relation
        }
    }
}

/// A complete operand on the parser's stack.
struct Operand {
    var expression: Expression
    /// Levels below its root; 0 for a literal.
    var height: Int
    /// How tightly its outermost operator binds; operators that bind more tightly cannot follow.
    var precedence: Precedence
}

/// How tightly an operator binds.
enum Precedence: UInt8, BitwiseCopyable, Comparable {
    case loosest, or, and, relation, sum, product, unary

    /// The precedence of a binary operator, `loosest` for all other tokens.
    init(_ kind: Token.Kind) {
        switch kind {
        case .or: self = .or
        case .and: self = .and
        case .equal, .notEqual, .less, .lessOrEqual, .greater, .greaterOrEqual, .in, .has, .like,
            .is:
            self = .relation
        case .plus, .minus: self = .sum
        case .star: self = .product
        default: self = .loosest
        }
    }

    static func < (left: Precedence, right: Precedence) -> Bool { left.rawValue < right.rawValue }
}

/// What may follow a dot and be called.
enum Method {
    case isEmpty
    case binary(BinaryOperator)
    case extended(ExtensionFunction)

    init?(_ name: Text) {
        switch name.string {
        case "isEmpty": self = .isEmpty
        case "contains": self = .binary(.contains)
        case "containsAll": self = .binary(.containsAll)
        case "containsAny": self = .binary(.containsAny)
        case "hasTag": self = .binary(.hasTag)
        case "getTag": self = .binary(.getTag)
        default:
            guard let function = ExtensionFunction(name: name), !function.isConstructor else {
                return nil
            }
            self = .extended(function)
        }
    }
}

extension ExtensionFunction {
    /// The function of this name, compared byte by byte.
    init?(name: Text) {
        // Among ASCII strings, `String`'s equality is that of bytes.
        guard name.utf8.allSatisfy({ $0 < 0x80 }) else { return nil }
        self.init(rawValue: name.string)
    }
}
