import CedarSyntax

/// Something that a condition has made sure of: an attribute or a tag exists.
enum Capability: Hashable, Sendable {
    case attribute(of: ExpressionKey, Text)
    case tag(of: ExpressionKey, ExpressionKey)
}

typealias CapabilitySet = Set<Capability>

/// An expression as far as it matters for capabilities: two with equal keys are the same
/// expression, wherever they stand and however they are spelt.
///
/// It is written in prefix form after Cedar's desugaring (`!=` is `!` of `==`, and so on); names
/// and texts have their length before them, so no two trees have the same key.
struct ExpressionKey: Hashable, Sendable {
    private var bytes: [UInt8] = []

    init(_ expression: Expression) { append(expression) }

    private init(_ bytes: [UInt8]) { self.bytes = bytes }

    /// The key of an attribute of this expression.
    func attribute(_ name: Text) -> ExpressionKey {
        var key = ExpressionKey([UInt8(ascii: ".")] + bytes)
        key.append(name)
        return key
    }

    private func has(_ name: Text) -> ExpressionKey {
        var key = ExpressionKey([UInt8(ascii: "?")] + bytes)
        key.append(name)
        return key
    }

    private mutating func append(_ mark: StaticString, _ operands: [Expression] = []) {
        bytes += "\(mark)(".utf8
        for operand in operands { append(operand) }
        bytes += ")".utf8
    }

    private mutating func append(_ text: Text) {
        bytes += "\(text.utf8.count):".utf8
        bytes += text.utf8
    }

    private mutating func append(_ expression: Expression) {
        switch expression.kind {
        case .bool(let value): append(value)
        case .long(let value): bytes += "\(value);".utf8
        case .string(let text):
            bytes += "s".utf8
            append(text)
        case .entity(let uid):
            bytes += "e".utf8
            append(uid.type)
            append(uid.id)
        case .variable(let variable): append(Text(variable.rawValue))
        case .not(let operand): append("!", [operand])
        case .negate(let operand): append("neg", [operand])
        case .and(let operands): append(chain: operands, "&") { $0 && $1 }
        case .or(let operands): append(chain: operands, "|") { $0 || $1 }
        case .binary(let symbol, let left, let right): append(symbol, left, right)
        case .isEmpty(let operand): append("isEmpty", [operand])
        case .ifThenElse(let guardian, let then, let other): append("if", [guardian, then, other])
        case .attribute(let operand, let name):
            bytes += ExpressionKey(operand).attribute(name).bytes
        case .has(let operand, let path): append(operand, has: path)
        case .like(let operand, let pattern): append(operand, like: pattern)
        case .isType(let operand, let type, let group): append(operand, is: type, in: group)
        case .set(let elements): append("set", elements)
        case .record(let members): append(members)
        case .call(let function, let arguments):
            append(Text(function.rawValue))
            append("call", arguments)
        }
    }

    /// Operators of a chain are binary and take the left ones first.
    private mutating func append(
        chain operands: [Expression], _ symbol: StaticString, _ combine: (Bool, Bool) -> Bool
    ) {
        let (truth, rest) = Expression.literalPrefix(of: operands, combine)
        let count = rest.count + (truth == nil ? 0 : 1)
        for _ in 0..<(count - 1) { bytes += "\(symbol)".utf8 }
        if let truth { append(truth) }
        for operand in rest { append(operand) }
    }

    private mutating func append(_ truth: Bool) { bytes += "\(truth ? "T" : "F")".utf8 }

    private mutating func append(
        _ symbol: BinaryOperator, _ left: Expression, _ right: Expression
    ) {
        let (desugared, isNegated): (BinaryOperator, Bool) =
            switch symbol {
            case .notEqual: (.equal, true)
            case .greater: (.lessOrEqual, true)
            case .greaterOrEqual: (.less, true)
            default: (symbol, false)
            }
        if isNegated { bytes += "!(".utf8 }
        append(Text(desugared.rawValue))
        append("", [left, right])
        if isNegated { bytes += ")".utf8 }
    }

    private mutating func append(_ operand: Expression, has path: [Text]) {
        for _ in path.dropFirst() { bytes += "&".utf8 }
        var key = ExpressionKey(operand)
        for name in path {
            bytes += key.has(name).bytes
            key = key.attribute(name)
        }
    }

    private mutating func append(_ operand: Expression, like pattern: Pattern) {
        bytes += "like".utf8
        append(
            Text(
                pattern.elements.map {
                    switch $0 {
                    case .wildcard: "*"
                    case .scalar(let scalar): "\(scalar.value),"
                    }
                }.joined()))
        append(operand)
    }

    private mutating func append(_ operand: Expression, is type: Text, in group: Expression?) {
        if group != nil { bytes += "&".utf8 }
        bytes += "is".utf8
        append(type)
        append(operand)
        if let group { append(.in, operand, group) }
    }

    private mutating func append(_ members: [(key: Text, value: Expression)]) {
        bytes += "{".utf8
        for member in members.sorted(by: { $0.key < $1.key }) {
            append(member.key)
            append(member.value)
        }
        bytes += "}".utf8
    }
}
