import CedarSyntax

extension ExpressionGraph {
    /// A literal of literals stays a tree until it is whole, so that each is laid out once.
    private enum Lowered {
        /// How many sets and records the deepest part of it stands in.
        case value(Value, height: Int)
        case node(UInt32)
    }

    /// The node of an expression, with all in it that is known beforehand worked out.
    ///
    /// What would always fault stays as it is and faults when it is evaluated.
    ///
    /// - Complexity: O(size of the expression).
    mutating func node(for expression: Expression) throws(CompileError) -> UInt32 {
        try node(try lower(expression))
    }

    private mutating func node(_ lowered: Lowered) throws(CompileError) -> UInt32 {
        switch lowered {
        case .value(let value, _): try constant(value)
        case .node(let number): number
        }
    }

    /// Demands that an operand is a bool.
    mutating func requireBool(_ operand: UInt32) throws(CompileError) -> UInt32 {
        nodes[Int(operand)].isBool
            ? operand : intern(.unary, flag: Operation.requireBool.rawValue, [operand])
    }

    mutating func not(_ operand: UInt32) throws(CompileError) -> UInt32 {
        try folded(intern(.unary, flag: Operation.not.rawValue, [operand]))
    }

    private mutating func lower(_ expression: Expression) throws(CompileError) -> Lowered {
        switch expression.kind {
        case .bool(let value): return .value(.bool(value), height: 0)
        case .long(let value): return .value(.long(value), height: 0)
        case .string(let text): return .value(.string(text), height: 0)
        case .entity(let uid): return .value(.entity(uid), height: 0)
        case .variable(let variable): return .node(intern(.variable, flag: variable.code))
        case .not(let operand): return .node(try not(try node(for: operand)))
        case .negate(let operand): return try unary(.negate, operand)
        case .isEmpty(let operand): return try unary(.isEmpty, operand)
        case .and(let operands): return .node(try chain(.and, operands))
        case .or(let operands): return .node(try chain(.or, operands))
        case .binary(let binary, let left, let right):
            let operands = [try node(for: left), try node(for: right)]
            return .node(
                try folded(intern(.binary, flag: binary.operation.rawValue, operands)))
        case .ifThenElse(let guarded, let then, let otherwise):
            let test = try node(for: guarded)
            if let known = bool(test) { return try lower(known ? then : otherwise) }
            let branches = [try node(for: then), try node(for: otherwise)]
            return .node(intern(.conditional, [test] + branches))
        case .attribute(let operand, let name):
            let holder = try node(for: operand)
            return .node(
                try folded(intern(.attribute, payload: try add(.string(name)), [holder])))
        case .has(let operand, let path):
            var content = [try node(for: operand)]
            for name in path { content.append(try add(.string(name))) }
            return .node(try folded(intern(.has, content)))
        case .like(let operand, let pattern):
            let text = try node(for: operand)
            return .node(try folded(intern(.like, payload: try add(pattern), [text])))
        case .isType(let operand, let type, let ancestor):
            let entity = try node(for: operand)
            let witness = try add(.entity(EntityUID(type: type, id: "")))
            guard let ancestor else {
                return .node(try folded(intern(.isType, payload: witness, [entity])))
            }
            return .node(
                intern(.isTypeIn, payload: witness, [entity, try node(for: ancestor)]))
        case .set(let elements):
            return try set(elements)
        case .record(let members):
            return try record(members)
        case .call(let function, let arguments):
            var operands: [UInt32] = []
            for argument in arguments { operands.append(try node(for: argument)) }
            return .node(try folded(intern(.call, flag: function.code, operands)))
        }
    }

    private mutating func unary(
        _ operation: Operation, _ operand: Expression
    ) throws(CompileError) -> Lowered {
        .node(try folded(intern(.unary, flag: operation.rawValue, [try node(for: operand)])))
    }

    /// `true && x` is `x`, which must be a bool; what stands after a `false` is never evaluated.
    private mutating func chain(
        _ kind: Kind, _ operands: [Expression]
    ) throws(CompileError) -> UInt32 {
        let end = kind == .or
        var kept: [UInt32] = []
        for operand in operands {
            let number = try node(for: operand)
            guard isConstant(number) else {
                kept.append(number)
                continue
            }
            if let known = bool(number), known != end { continue }
            // It ends the chain or, being no bool, faults.
            kept.append(number)
            break
        }
        switch kept.count {
        case 0: return try constant(.bool(!end))
        case 1: return try requireBool(kept[0])
        default: return intern(kind, kept)
        }
    }

    private mutating func set(_ elements: [Expression]) throws(CompileError) -> Lowered {
        var parts: [Lowered] = []
        for element in elements { parts.append(try lower(element)) }
        if let (values, height) = Self.values(parts) {
            return .value(.set(values), height: height)
        }
        var operands: [UInt32] = []
        for part in parts { operands.append(try node(part)) }
        let number = intern(.set, operands)
        return .node(Self.isTooHigh(parts) ? number : try folded(number))
    }

    private mutating func record(
        _ members: [(key: Text, value: Expression)]
    ) throws(CompileError) -> Lowered {
        var parts: [Lowered] = []
        for member in members { parts.append(try lower(member.value)) }
        if let (values, height) = Self.values(parts) {
            return .value(.record(zip(members, values).map { ($0.key, $1) }), height: height)
        }
        var content: [UInt32] = []
        for part in parts { content.append(try node(part)) }
        for member in members { content.append(try add(.string(member.key))) }
        let number = intern(.record, content)
        return .node(Self.isTooHigh(parts) ? number : try folded(number))
    }

    /// The values of parts that all have one, and how high the whole is; nil as well when that is
    /// more than the encoder takes.
    private static func values(_ parts: [Lowered]) -> (values: [Value], height: Int)? {
        var values: [Value] = []
        values.reserveCapacity(parts.count)
        var highest = -1
        for part in parts {
            guard case .value(let value, let height) = part else { return nil }
            values.append(value)
            highest = max(highest, height)
        }
        return highest < FlatLimits.maximumDepth ? (values, highest + 1) : nil
    }

    /// Whether parts that all have a value are too high for the encoder: the machine, which knows no
    /// such bound, puts them together in each decision. To fold every level would copy all below it.
    private static func isTooHigh(_ parts: [Lowered]) -> Bool {
        parts.allSatisfy { if case .value = $0 { true } else { false } }
    }

    /// The constant that a node always is, or the node.
    private mutating func folded(_ number: UInt32) throws(CompileError) -> UInt32 {
        let node = nodes[Int(number)]
        guard operands(node).allSatisfy({ isConstant($0) }) else { return number }
        switch node.kind {
        case .attribute, .has:
            // What an entity has, the store says.
            guard tag(nodes[Int(operand(node, 0))]) != .entity else { return number }
        case .binary:
            switch Operation(rawValue: node.flag) {
            case .isIn, .hasTag, .getTag: return number
            default: break
            }
        case .constant, .variable, .and, .or, .conditional, .isTypeIn: return number
        case .unary, .like, .isType, .set, .record, .call: break
        }
        guard let bytes = try folder.bytes(of: number, in: self) else { return number }
        return try constant(bytes)
    }
}
