import CedarSyntax

/// Lowers the conditions of policies to code, all into one run of instructions.
struct Compiler: ~Copyable {
    private(set) var code: [Instruction] = []
    private(set) var constants = ConstantPool()
    /// Where programs lie behind the constants, in bytes, and how many steps each has.
    private var programs: [(offset: UInt32, steps: UInt32)] = []
    /// Where lists of offsets lie among the constants.
    private var keyLists: [UInt32] = []
    private var depth = 0
    private var maximumDepth = 0

    /// Where a policy's program starts and how deep its stack gets.
    struct Program: BitwiseCopyable {
        let start: UInt32
        let depth: UInt32
    }

    /// Lowers one policy: principal, action and resource scope, then its conditions, as one `&&`.
    ///
    /// - Parameter proved: the part of the scope that the index has proved when the program runs.
    mutating func compile(
        _ policy: Policy, proved: PolicyIndex.Role? = nil
    ) throws(CompileError) -> Program {
        guard code.count < Int(UInt32.max) / 2 else { throw .tooLarge }
        let start = UInt32(code.count)
        depth = 0
        maximumDepth = 0
        var exits: [Int] = []
        let (principal, action, resource) = policy.scope(without: proved)
        try scope(.principal, principal, &exits)
        try self.action(action, &exits)
        try scope(.resource, resource, &exits)
        for condition in policy.conditions {
            try expression(condition.body)
            if condition.kind == .unless { emit(Instruction(.not)) }
            exit(&exits)
        }
        if let last = exits.last, last == code.count - 1 {
            // The last condition is the result; nothing comes after it that it could skip.
            exits.removeLast()
            code[last] = Instruction(.requireBool)
        } else {
            emit(Instruction(.constant, target: try constants.add(.bool(true))), pushing: 1)
        }
        patch(exits)
        emit(Instruction(.end))
        return Program(start: start, depth: UInt32(maximumDepth))
    }

    /// Moves the code of the program that was compiled last behind the constants.
    ///
    /// - Returns: where it starts there, in words of eight bytes.
    mutating func settle() throws(CompileError) -> UInt32 {
        let start = UInt32(constants.bytes.count / 8)
        for index in code.indices { code[index] = code[index].moved(code: start, constants: 0) }
        _ = try constants.append(words: code)
        programs.append((start * 8, UInt32(code.count)))
        code.removeAll(keepingCapacity: true)
        return start
    }

    /// All that was compiled.
    consuming func output() -> Output {
        Output(bytes: constants.bytes, programs: programs, keyLists: keyLists)
    }

    /// Constants and programs, and what in them are places.
    struct Output: Sendable {
        var bytes: [UInt8] = []
        /// Where programs lie, in bytes, and how many steps each has.
        fileprivate var programs: [(offset: UInt32, steps: UInt32)] = []
        /// Where lists of offsets lie.
        fileprivate var keyLists: [UInt32] = []

        /// Changes everything to read as it must behind so many other bytes, a multiple of eight.
        mutating func move(behind base: UInt32) {
            for (offset, steps) in programs {
                for step in 0..<steps {
                    let place = Int(offset + step * 8)
                    let instruction = bytes.load(Instruction.self, at: place)
                    bytes.store(instruction.moved(code: base / 8, constants: base), at: place)
                }
            }
            for list in keyLists {
                let count = Int(bytes.load(UInt32.self, at: Int(list)))
                for index in 0..<count {
                    let place = Int(list) + 8 + index * 4
                    bytes.store(bytes.load(UInt32.self, at: place) + base, at: place)
                }
            }
        }
    }

    /// Puts a key and room for candidates behind it.
    mutating func append(
        key: ArraySlice<UInt8>, candidates: Int
    ) throws(CompileError) -> (block: UInt32, first: UInt32) {
        let block = try constants.append(key)
        let first = try constants.append(
            words: Array(repeating: UInt64(0), count: candidates * Int(Candidate.words)))
        return (block / 8, first / 8)
    }

    mutating func store(_ candidate: Candidate, at place: UInt32) {
        constants.store(candidate, at: Int(place) * 8)
    }

    /// Lowers an expression that belongs to no policy.
    ///
    /// Its program ends with the expression's value below the `true` with which every program ends.
    mutating func compile(_ expression: Expression) throws(CompileError) -> Program {
        guard code.count < Int(UInt32.max) / 2 else { throw .tooLarge }
        let start = UInt32(code.count)
        depth = 0
        maximumDepth = 0
        try self.expression(expression)
        try push(.bool(true))
        emit(Instruction(.end))
        return Program(start: start, depth: UInt32(maximumDepth))
    }

    /// Adds a constant that belongs to no program and gives its offset.
    mutating func add(_ value: Value) throws(CompileError) -> UInt32 {
        try constants.add(value)
    }

    /// Adds an entity and gives its offset and its hash.
    mutating func add(entity: EntityUID) throws(CompileError) -> (offset: UInt32, hash: UInt64) {
        let offset = try constants.add(.entity(entity))
        return (offset, constants.hash(ofEntityAt: offset))
    }

    /// The hash of the type that a scope demands; 0 when it demands none.
    mutating func typeHash(of constraint: ScopeConstraint) throws(CompileError) -> UInt32 {
        switch constraint {
        case .any, .equal, .in: 0
        case .isType(let type), .isTypeIn(let type, _):
            constants.typeHash(ofEntityAt: try witness(of: type))
        }
    }

    // MARK: Scopes

    private mutating func scope(
        _ variable: Variable, _ constraint: ScopeConstraint, _ exits: inout [Int]
    ) throws(CompileError) {
        switch constraint {
        case .any:
            return
        case .equal(let target):
            try test(variable, .equal, target, &exits)
        case .in(let target):
            try test(variable, .isIn, target, &exits)
        case .isType(let type):
            try test(variable, type, &exits)
        case .isTypeIn(let type, let target):
            try test(variable, type, &exits)
            try test(variable, .isIn, target, &exits)
        }
    }

    private mutating func action(
        _ constraint: ActionConstraint, _ exits: inout [Int]
    ) throws(CompileError) {
        switch constraint {
        case .any:
            return
        case .equal(let uid):
            try test(.action, .equal, .entity(uid), &exits)
        case .in(let uid):
            try test(.action, .isIn, .entity(uid), &exits)
        case .inSet(let uids):
            push(.action)
            try apply(.isIn, to: .set(uids.map { .entity($0) }))
            exit(&exits)
        }
    }

    private mutating func test(
        _ variable: Variable, _ operation: Operation, _ target: EntityOrSlot,
        _ exits: inout [Int]
    ) throws(CompileError) {
        guard case .entity(let uid) = target else {
            preconditionFailure("a template is linked before it is compiled")
        }
        push(variable)
        try apply(operation, to: .entity(uid))
        exit(&exits)
    }

    private mutating func test(
        _ variable: Variable, _ type: Text, _ exits: inout [Int]
    ) throws(CompileError) {
        push(variable)
        try isType(type)
        exit(&exits)
    }

    // MARK: Expressions

    /// Lowers an expression to code that leaves its value on top of the stack.
    private mutating func expression(_ expression: Expression) throws(CompileError) {
        if let value = expression.constantValue {
            try push(value)
            return
        }
        switch expression.kind {
        case .bool, .long, .string, .entity:
            preconditionFailure("literals are constants")
        case .variable(let variable):
            push(variable)
        case .not(let operand):
            try unary(.not, operand)
        case .negate(let operand):
            try unary(.negate, operand)
        case .isEmpty(let operand):
            try unary(.isEmpty, operand)
        case .and(let operands):
            try chain(.and, operands)
        case .or(let operands):
            try chain(.or, operands)
        case .binary(let binary, let left, let right):
            try self.expression(left)
            if let value = right.constantValue {
                try apply(binary.operation, to: value)
            } else {
                try self.expression(right)
                emit(Instruction(binary.operation), pushing: -1)
            }
        case .ifThenElse(let guarded, let then, let otherwise):
            try conditional(guarded, then, otherwise)
        case .attribute(let operand, let name):
            let key = try constants.add(.string(name))
            if case .variable(let variable) = operand.kind {
                emit(Instruction(.load, flag: variable.code, target: key), pushing: 1)
            } else {
                try self.expression(operand)
                emit(Instruction(.attribute, target: key))
            }
        case .has(let operand, let path):
            try has(operand, path)
        case .like(let operand, let pattern):
            try self.expression(operand)
            let offset = try constants.add(FlatPattern.bytes(of: pattern))
            emit(Instruction(.like, target: offset))
        case .isType(let operand, let type, let ancestor):
            try self.isType(operand, type, in: ancestor)
        case .set(let elements):
            for element in elements { try self.expression(element) }
            emit(
                Instruction(.makeSet, target: UInt32(elements.count)),
                pushing: 1 - elements.count)
        case .record(let members):
            try record(members)
        case .call(let function, let arguments):
            for argument in arguments { try self.expression(argument) }
            emit(
                Instruction(
                    .call, flag: function.code, short: UInt16(clamping: arguments.count)),
                pushing: 1 - arguments.count)
        }
    }

    private mutating func unary(
        _ operation: Operation, _ operand: Expression
    ) throws(CompileError) {
        try expression(operand)
        emit(Instruction(operation))
    }

    /// All operands must be bools; the last one is checked by its own step.
    private mutating func chain(
        _ operation: Operation, _ operands: [Expression]
    ) throws(CompileError) {
        var exits: [Int] = []
        for (index, operand) in operands.enumerated() {
            try expression(operand)
            if index == operands.count - 1 {
                emit(Instruction(.requireBool))
            } else {
                exits.append(code.count)
                emit(Instruction(operation), pushing: -1)
            }
        }
        patch(exits)
    }

    private mutating func conditional(
        _ guarded: Expression, _ then: Expression, _ otherwise: Expression
    ) throws(CompileError) {
        try expression(guarded)
        let branch = code.count
        emit(Instruction(.branch), pushing: -1)
        try expression(then)
        let jump = code.count
        emit(Instruction(.jump), pushing: -1)
        patch([branch])
        try expression(otherwise)
        patch([jump])
    }

    /// `e has a.b.c` goes down the path as long as each step is there.
    private mutating func has(_ operand: Expression, _ path: [Text]) throws(CompileError) {
        guard path.count <= Int(UInt16.max) else { throw .pathTooLong }
        try expression(operand)
        for (index, name) in path.enumerated() {
            let key = try constants.add(.string(name))
            let remaining = path.count - 1 - index
            if remaining == 0 {
                emit(Instruction(.has, target: key))
            } else {
                emit(Instruction(.descend, short: UInt16(remaining), target: key))
            }
        }
    }

    private mutating func isType(
        _ operand: Expression, _ type: Text, in ancestor: Expression?
    ) throws(CompileError) {
        try expression(operand)
        guard let ancestor else {
            try isType(type)
            return
        }
        // `e is T in x` is `(e is T) && (e in x)`. The operand stays on the stack: lowering it
        // twice would double the code with every level of nesting.
        emit(Instruction(.guardType, target: try witness(of: type)))
        let jump = code.count
        emit(Instruction(.jump))
        try expression(ancestor)
        emit(Instruction(.isIn), pushing: -1)
        patch([jump])
    }

    private mutating func isType(_ type: Text) throws(CompileError) {
        emit(Instruction(.isType, target: try witness(of: type)))
    }

    /// An entity of a type, for comparing types.
    private mutating func witness(of type: Text) throws(CompileError) -> UInt32 {
        try constants.add(.entity(EntityUID(type: type, id: "")))
    }

    private mutating func record(
        _ members: [(key: Text, value: Expression)]
    ) throws(CompileError) {
        var list: [UInt8] = []
        list.append(half: UInt32(members.count))
        list.append(half: 0)
        for member in members {
            try expression(member.value)
            list.append(half: try constants.add(.string(member.key)))
        }
        let end = constants.bytes.count
        let offset = try constants.add(list)
        // Not when it was there already.
        if offset == end { keyLists.append(offset) }
        emit(
            Instruction(.makeRecord, target: offset),
            pushing: 1 - members.count)
    }

    // MARK: Code

    private mutating func push(_ variable: Variable) {
        emit(Instruction(.variable, flag: variable.code), pushing: 1)
    }

    /// Applies an operation to the top and a constant.
    private mutating func apply(
        _ operation: Operation, to value: Value
    ) throws(CompileError) {
        emit(
            Instruction(
                operation, flag: Instruction.constantOperand, target: try constants.add(value)))
    }

    private mutating func push(_ value: Value) throws(CompileError) {
        emit(Instruction(.constant, target: try constants.add(value)), pushing: 1)
    }

    private mutating func emit(_ instruction: Instruction, pushing change: Int = 0) {
        code.append(instruction)
        depth += change
        maximumDepth = max(maximumDepth, depth)
    }

    /// Leaves the program with false when the top is false.
    private mutating func exit(_ exits: inout [Int]) {
        exits.append(code.count)
        emit(Instruction(.and), pushing: -1)
    }

    /// Lets jumps go to the next instruction.
    private mutating func patch(_ jumps: [Int]) {
        for jump in jumps { code[jump].target = UInt32(code.count) }
    }
}

extension Variable {
    /// The number that stands for the variable in code.
    var code: UInt8 {
        switch self {
        case .principal: 0
        case .action: 1
        case .resource: 2
        case .context: 3
        }
    }
}

extension Policy {
    /// The scope without the constraint that names the entity of a role.
    fileprivate func scope(
        without proved: PolicyIndex.Role?
    ) -> (principal: ScopeConstraint, action: ActionConstraint, resource: ScopeConstraint) {
        switch proved {
        case .principal?, .principalAncestor?: (principal.withoutEntity, action, resource)
        case .action?, .actionAncestor?: (principal, .any, resource)
        case .resource?, .resourceAncestor?: (principal, action, resource.withoutEntity)
        default: (principal, action, resource)
        }
    }
}

extension ScopeConstraint {
    fileprivate var withoutEntity: ScopeConstraint {
        switch self {
        case .any, .equal, .in: .any
        case .isType(let type), .isTypeIn(let type, _): .isType(type)
        }
    }
}

extension BinaryOperator {
    var operation: Operation {
        switch self {
        case .equal: .equal
        case .notEqual: .notEqual
        case .less: .less
        case .lessOrEqual: .lessOrEqual
        case .greater: .greater
        case .greaterOrEqual: .greaterOrEqual
        case .in: .isIn
        case .add: .add
        case .subtract: .subtract
        case .multiply: .multiply
        case .contains: .contains
        case .containsAll: .containsAll
        case .containsAny: .containsAny
        case .hasTag: .hasTag
        case .getTag: .getTag
        }
    }
}
