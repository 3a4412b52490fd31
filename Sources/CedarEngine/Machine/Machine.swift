import CedarSyntax

/// Runs programs: a stack machine over flat values.
///
/// The operands of an operation are evaluated, in order, before any of them is checked, as Cedar
/// demands; only `and`, `or` and `branch` skip code.
struct Machine {
    let rules: RulesView
    let request: Request

    /// Runs one policy's program to its end and gives the value of its condition.
    func run<Source: EntitySource & ~Copyable>(
        from start: Int, source: borrowing Source, workspace: inout Workspace
    ) throws(Fault) -> Bool {
        var next = start
        while true {
            let instruction = rules.instruction(next)
            next &+= 1
            switch instruction.operation {
            case .constant:
                workspace.stack.push(Operand(rules.constant(instruction.target)))
            case .variable:
                workspace.stack.push(variable(instruction.flag))
            case .load:
                workspace.stack.push(
                    try load(instruction.flag, instruction.target, source, &workspace))
            case .variableInLoad:
                let right = try load(
                    instruction.flag >> 4, instruction.target, source, &workspace)
                workspace.stack.push(
                    Operand(try isIn(instruction.flag & 15, right, source, &workspace)))
            case .loadEqualVariable:
                let left = try load(
                    instruction.flag >> 4, instruction.target, source, &workspace)
                let isEqual = left.equals(variable(instruction.flag & 15))
                workspace.stack.push(Operand(isEqual == (instruction.short == 0)))
            case .loadContainsVariable:
                let left = try load(
                    instruction.flag >> 4, instruction.target, source, &workspace)
                workspace.stack.push(
                    Operand(try contains(left, variable(instruction.flag & 15))))
            case .variableHas:
                let members = try members(of: instruction.flag, source, &workspace)
                let key = FlatString(rules.constant(instruction.target))
                workspace.stack.push(Operand(members?.search(key) != nil))
            case .recall:
                if let known = workspace.shared.value(instruction.target) {
                    workspace.stack.push(known)
                    next &+= Int(instruction.short)
                }
            case .remember:
                workspace.shared.remember(workspace.stack.top, instruction.target)
            case .attribute:
                let value = try attribute(
                    instruction.target, of: workspace.stack.top, source, &workspace)
                guard let value else { throw .missingAttribute }
                workspace.stack.replaceTop(Operand(value))
            case .has:
                let value = try find(
                    instruction.target, in: workspace.stack.top, source, &workspace)
                workspace.stack.replaceTop(Operand(value != nil))
            case .descend:
                if let value = try find(
                    instruction.target, in: workspace.stack.top, source, &workspace)
                {
                    workspace.stack.replaceTop(Operand(value))
                } else {
                    workspace.stack.replaceTop(Operand(false))
                    next &+= Int(instruction.short)
                }
            case .not:
                workspace.stack.replaceTop(Operand(try !workspace.stack.top.bool()))
            case .negate:
                let (result, overflow) = Int64(0).subtractingReportingOverflow(
                    try workspace.stack.top.long())
                guard !overflow else { throw .overflow }
                workspace.stack.replaceTop(Operand(result))
            case .isEmpty:
                workspace.stack.replaceTop(Operand(try workspace.stack.top.set().count == 0))
            case .equal, .notEqual:
                let right = right(instruction, &workspace)
                let isEqual = workspace.stack.top.equals(right)
                workspace.stack.replaceTop(
                    Operand(isEqual == (instruction.operation == .equal)))
            case .less, .lessOrEqual, .greater, .greaterOrEqual:
                let right = right(instruction, &workspace)
                workspace.stack.replaceTop(
                    Operand(
                        try compare(workspace.stack.top, right, instruction.operation)))
            case .add, .subtract, .multiply:
                let right = right(instruction, &workspace)
                workspace.stack.replaceTop(
                    Operand(
                        try calculate(workspace.stack.top, right, instruction.operation)))
            case .isIn:
                let right = right(instruction, &workspace)
                workspace.stack.replaceTop(
                    Operand(try isIn(workspace.stack.top, right, source, &workspace)))
            case .contains:
                let right = right(instruction, &workspace)
                workspace.stack.replaceTop(
                    Operand(try contains(workspace.stack.top, right)))
            case .containsAll:
                let right = right(instruction, &workspace)
                workspace.stack.replaceTop(
                    Operand(try containsAll(workspace.stack.top, right)))
            case .containsAny:
                let right = right(instruction, &workspace)
                workspace.stack.replaceTop(
                    Operand(try containsAny(workspace.stack.top, right)))
            case .hasTag, .getTag:
                let key = right(instruction, &workspace)
                workspace.stack.replaceTop(
                    try tag(key, of: workspace.stack.top, instruction, source, &workspace))
            case .like:
                let string = try workspace.stack.top.string()
                let pattern = FlatPattern(rules.constant(instruction.target))
                workspace.stack.replaceTop(Operand(pattern.matches(string)))
            case .isType:
                let entity = try workspace.stack.top.entity()
                let type = FlatEntity(rules.constant(instruction.target))
                workspace.stack.replaceTop(Operand(entity.hasType(of: type)))
            case .guardType:
                let entity = try workspace.stack.top.entity()
                if entity.hasType(of: FlatEntity(rules.constant(instruction.target))) {
                    next &+= 1
                } else {
                    workspace.stack.replaceTop(Operand(false))
                }
            case .requireBool:
                _ = try workspace.stack.top.bool()
            case .and:
                if try workspace.stack.top.bool() {
                    workspace.stack.drop(1)
                } else {
                    next = Int(instruction.target)
                }
            case .or:
                if try workspace.stack.top.bool() {
                    next = Int(instruction.target)
                } else {
                    workspace.stack.drop(1)
                }
            case .branch:
                if try !workspace.stack.pop().bool() { next = Int(instruction.target) }
            case .jump:
                next = Int(instruction.target)
            case .makeSet:
                try makeSet(count: Int(instruction.target), &workspace)
            case .makeRecord:
                try makeRecord(keys: instruction.target, &workspace)
            case .call:
                try call(instruction.flag, count: Int(instruction.short), &workspace)
            case .end:
                return try workspace.stack.top.bool()
            }
        }
    }

    /// The right operand of an operation on two.
    @inline(__always)
    private func right(_ instruction: Instruction, _ workspace: inout Workspace) -> Operand {
        instruction.flag == Instruction.constantOperand
            ? Operand(rules.constant(instruction.target)) : workspace.stack.pop()
    }

    @inline(__always)
    func variable(_ number: UInt8) -> Operand {
        switch number {
        case 0: Operand(.entity, request.principal.flat.address)
        case 1: Operand(.entity, request.action.flat.address)
        case 2: Operand(.entity, request.resource.flat.address)
        default: Operand(.record, request.context.flat.address)
        }
    }

    @inline(__always)
    private func compare(
        _ left: Operand, _ right: Operand, _ operation: Operation
    ) throws(Fault) -> Bool {
        guard left.tag == right.tag,
            left.tag == .long || left.tag == .datetime || left.tag == .duration
        else { throw .typeError }
        switch operation {
        case .less: return left.signed < right.signed
        case .lessOrEqual: return left.signed <= right.signed
        case .greater: return left.signed > right.signed
        default: return left.signed >= right.signed
        }
    }

    @inline(__always)
    private func calculate(
        _ left: Operand, _ right: Operand, _ operation: Operation
    ) throws(Fault) -> Int64 {
        let (left, right) = (try left.long(), try right.long())
        let (result, overflow) =
            switch operation {
            case .add: left.addingReportingOverflow(right)
            case .subtract: left.subtractingReportingOverflow(right)
            default: left.multipliedReportingOverflow(by: right)
            }
        guard !overflow else { throw .overflow }
        return result
    }
}
