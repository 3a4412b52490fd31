extension PolicyPrinter {
    /// How tightly an expression's text binds; `member` is what `.name` can follow.
    enum Binding: Comparable {
        case conditional, or, and, relation, sum, product, unary, member
    }

    /// Prints an expression, in parentheses when it binds less tightly than its place wants.
    mutating func print(
        _ expression: Expression, _ least: Binding = .conditional
    ) throws(OutputOverflow) {
        guard bytes.count <= limit else { throw OutputOverflow(limit: limit) }
        let isOpen = expression.binding < least
        if isOpen { print("(") }
        try printBare(expression)
        if isOpen { print(")") }
    }

    private mutating func printBare(_ expression: Expression) throws(OutputOverflow) {
        switch expression.kind {
        case .bool(let value): print(value ? "true" : "false")
        case .long(let value): print(String(value))
        case .string(let value): print(value.quoted)
        case .entity(let uid): print(uid.description)
        case .variable(let variable): print(variable.rawValue)
        case .not, .negate: try printSigns(expression)
        case .and(let operands): try printList(operands, " && ", .relation)
        case .or(let operands): try printList(operands, " || ", .and)
        case .binary(let sign, let left, let right): try printBinary(sign, left, right)
        case .isEmpty(let operand):
            try print(operand, .member)
            print(".isEmpty()")
        case .ifThenElse(let condition, let yes, let no):
            print("if ")
            try print(condition)
            print(" then ")
            try print(yes)
            print(" else ")
            try print(no)
        case .attribute(let owner, let name):
            try print(owner, .member)
            print(name.isIdentifier ? ".\(name)" : "[\(name.quoted)]")
        case .has(let owner, let path): try printHas(owner, path, expression.span)
        case .like(let operand, let pattern):
            try print(operand, .sum)
            print(" like \(pattern.quoted)")
        case .isType(let operand, let type, let container):
            try print(operand, .sum)
            print(" is \(type)")
            guard let container else { return }
            print(" in ")
            try print(container, .sum)
        case .set(let members):
            print("[")
            try printList(members, ", ", .conditional)
            print("]")
        case .record(let members): try printRecord(members)
        case .call(let function, let arguments): try printCall(function, arguments)
        }
    }

    /// Prints at most four signs of a kind in a row; what follows them must bind like a member.
    private mutating func printSigns(_ expression: Expression) throws(OutputOverflow) {
        var operand = expression
        var count = 0
        signs: while count < 4 {
            switch (operand.kind, expression.kind) {
            case (.not(let inner), .not):
                print("!")
                operand = inner
            case (.negate(let inner), .negate):
                print("-")
                operand = inner
            default: break signs
            }
            count += 1
        }
        // A minus sign right before a number would become part of it.
        if case .negate = expression.kind, case .long(let value) = operand.kind {
            return print("(\(value))")
        }
        try print(operand, .member)
    }

    private mutating func printList(
        _ list: [Expression], _ separator: String, _ least: Binding
    ) throws(OutputOverflow) {
        for (index, element) in list.enumerated() {
            if index > 0 { print(separator) }
            try print(element, least)
        }
    }

    private mutating func printBinary(
        _ sign: BinaryOperator, _ left: Expression, _ right: Expression
    ) throws(OutputOverflow) {
        switch sign {
        case .contains, .containsAll, .containsAny, .hasTag, .getTag:
            try print(left, .member)
            print(".\(sign.rawValue)(")
            try print(right)
            print(")")
        case .add, .subtract:
            try print(left, .sum)
            print(" \(sign.rawValue) ")
            try print(right, .product)
        case .multiply:
            try print(left, .product)
            print(" * ")
            try print(right, .unary)
        default:
            try print(left, .sum)
            print(" \(sign.rawValue) ")
            try print(right, .sum)
        }
    }

    private mutating func printHas(
        _ owner: Expression, _ path: [Text], _ span: SourceSpan
    ) throws(OutputOverflow) {
        guard path.count > 1, !path.allSatisfy(\.isIdentifier) else {
            try print(owner, .sum)
            print(" has ")
            guard path.allSatisfy(\.isIdentifier) else { return print(path[0].quoted) }
            return print(path.map(\.string).joined(separator: "."))
        }
        var owner = owner
        for (index, name) in path.enumerated() {
            if index > 0 { print(" && ") }
            try print(Expression(.has(owner, path: [name]), span), .relation)
            owner = Expression(.attribute(owner, name), span)
        }
    }

    private mutating func printRecord(
        _ members: [(key: Text, value: Expression)]
    ) throws(OutputOverflow) {
        print("{")
        for (index, member) in members.enumerated() {
            if index > 0 { print(", ") }
            print(member.key.isIdentifier ? "\(member.key): " : "\(member.key.quoted): ")
            try print(member.value)
        }
        print("}")
    }

    private mutating func printCall(
        _ function: ExtensionFunction, _ arguments: [Expression]
    ) throws(OutputOverflow) {
        var arguments = arguments[...]
        if !function.isConstructor, let receiver = arguments.popFirst() {
            try print(receiver, .member)
            print(".")
        }
        print("\(function.rawValue)(")
        try printList(Array(arguments), ", ", .conditional)
        print(")")
    }
}

extension Expression {
    fileprivate var binding: PolicyPrinter.Binding {
        switch kind {
        case .ifThenElse: .conditional
        case .or: .or
        case .and: .and
        case .has(_, let path):
            path.count > 1 && !path.allSatisfy(\.isIdentifier) ? .and : .relation
        case .like, .isType: .relation
        case .binary(let sign, _, _):
            switch sign {
            case .add, .subtract: .sum
            case .multiply: .product
            case .contains, .containsAll, .containsAny, .hasTag, .getTag: .member
            default: .relation
            }
        case .not, .negate: .unary
        case .long(let value): value < 0 ? .unary : .member
        default: .member
        }
    }
}

extension Text {
    /// Whether it can stand unquoted as an attribute's name.
    package var isIdentifier: Bool {
        guard isWord else { return false }
        switch self {
        case "true", "false", "if", "then", "else", "in", "is", "like", "has", "__cedar":
            return false
        default: return true
        }
    }
}

extension Pattern {
    /// The pattern as a literal, quotes included.
    fileprivate var quoted: String {
        var literal = "\""
        for element in elements {
            switch element {
            case .wildcard: literal += "*"
            case .scalar("*"): literal += "\\*"
            case .scalar("\""): literal += "\\\""
            case .scalar("\\"): literal += "\\\\"
            case .scalar(let scalar): literal += scalar.escapedUnlessPlain
            }
        }
        return literal + "\""
    }
}
