import CedarSyntax

/// Lowers the conditions of policies to code, all into one run of instructions.
struct Compiler: ~Copyable {
    private var graph = ExpressionGraph()
    private var emitter = CodeEmitter()
    /// The conditions of the policies that were read, and where those of each end.
    private var conditions: [UInt32] = []
    private var ends: [Int] = []

    var code: [Instruction] { emitter.code }
    var constants: ConstantPool { _read { yield emitter.constants } }
    /// The number of values that programs share.
    var sharedCount: UInt32 { emitter.sharedCount }

    /// Where a policy's program starts, how deep its stack gets and what all of it costs.
    struct Program: BitwiseCopyable {
        let start: UInt32
        let depth: UInt32
        /// Estimated, in steps of about ten machine instructions.
        var cost: UInt32 = 0
    }

    /// Reads the next policy of a set, so that expressions are known which several policies have.
    mutating func read(_ policy: Policy) throws(CompileError) {
        try graph.beginPolicy(policy.action)
        for condition in policy.conditions {
            let body = try graph.node(for: condition.body)
            conditions.append(condition.kind == .unless ? try graph.not(body) : body)
        }
        graph.endPolicies()
        ends.append(conditions.count)
    }

    /// Writes the program of a policy that was read: its scope, then its conditions, as one `&&`.
    ///
    /// - Parameters:
    ///   - number: its place in the order of reading.
    ///   - proved: the part of the scope that the index has proved when the program runs.
    mutating func compile(
        _ policy: Policy, number: Int, proved: PolicyIndex.Role? = nil
    ) throws(CompileError) -> Program {
        let start = try emitter.begin()
        var exits: [Int] = []
        var operands = try scope(of: policy, without: proved)
        let tests = operands.count
        for condition in conditions[(number == 0 ? 0 : ends[number - 1])..<ends[number]] {
            let node = graph.nodes[Int(condition)]
            if node.kind == .and, !emitter.isShared(condition, graph) {
                operands += graph.operands(node)
            } else if graph.bool(condition) != true {
                operands.append(condition)
            }
        }
        // Of the scope every test goes before every condition.
        var scope = Array(operands[..<tests])
        var rest = Array(operands[tests...])
        graph.orderCheapestFirst(&scope)
        graph.orderCheapestFirst(&rest)
        for operand in scope + rest {
            try emitter.expression(operand, graph)
            emitter.exit(&exits)
        }
        try emitter.end(
            exits, isBool: (scope + rest).last.map { graph.nodes[Int($0)].isBool } ?? true)
        let cost = operands.reduce(UInt32(0)) {
            let (sum, overflow) = $0.addingReportingOverflow(graph.nodes[Int($1)].cost)
            return overflow ? .max : sum
        }
        return Program(start: start, depth: UInt32(emitter.maximumDepth), cost: cost)
    }

    /// The constant that an expression of a policy became; nil when it depends on a request.
    mutating func constant(of expression: Expression) throws(CompileError) -> Value? {
        let number = try graph.node(for: expression)
        guard graph.isConstant(number) else { return nil }
        return graph.bytes(at: graph.nodes[Int(number)].payload).withFlat { Value($0) }
    }

    /// How many policies have the expression of each shared value, by its number.
    var sharers: [UInt32: UInt32] {
        var sharers: [UInt32: UInt32] = [:]
        for (node, slot) in emitter.shared { sharers[slot] = graph.nodes[Int(node)].policies }
        return sharers
    }

    /// Moves the code of the program that was compiled last behind the constants.
    ///
    /// - Returns: where it starts there, in words of eight bytes.
    mutating func settle() throws(CompileError) -> UInt32 { try emitter.settle() }

    /// Puts a key and room for candidates behind it.
    mutating func append(
        key: ArraySlice<UInt8>, candidates: Int
    ) throws(CompileError) -> (block: UInt32, first: UInt32) {
        let block = try emitter.constants.append(key)
        let first = try emitter.constants.append(
            words: Array(repeating: UInt64(0), count: candidates * Int(Candidate.words)))
        return (block / 8, first / 8)
    }

    mutating func append(offsets: [UInt32]) throws(CompileError) -> UInt32 {
        try emitter.constants.append(words: offsets)
    }

    mutating func store(_ candidate: Candidate, at place: UInt32) {
        emitter.constants.store(candidate, at: Int(place) * 8)
    }

    /// Lowers an expression that belongs to no policy.
    ///
    /// Its program ends with the expression's value below the `true` with which every program ends.
    mutating func compile(_ expression: Expression) throws(CompileError) -> Program {
        let start = try emitter.begin()
        try emitter.expression(try graph.node(for: expression), graph)
        try emitter.push(.bool(true))
        emitter.emit(Instruction(.end))
        return Program(start: start, depth: UInt32(emitter.maximumDepth))
    }

    /// Adds a constant that belongs to no program and gives its offset.
    mutating func add(_ value: Value) throws(CompileError) -> UInt32 {
        try emitter.constants.add(value)
    }

    /// Adds an entity and gives its offset and its hash.
    mutating func add(entity: EntityUID) throws(CompileError) -> (offset: UInt32, hash: UInt64) {
        let offset = try emitter.constants.add(.entity(entity))
        return (offset, emitter.constants.hash(ofEntityAt: offset))
    }

    /// The hash of the type that a scope demands; 0 when it demands none.
    mutating func typeHash(of constraint: ScopeConstraint) throws(CompileError) -> UInt32 {
        switch constraint {
        case .any, .equal, .in: 0
        case .isType(let type), .isTypeIn(let type, _):
            emitter.constants.typeHash(
                ofEntityAt: try add(.entity(EntityUID(type: type, id: ""))))
        }
    }

    // MARK: Scopes

    /// The tests of a policy's scope.
    private mutating func scope(
        of policy: Policy, without proved: PolicyIndex.Role?
    ) throws(CompileError) -> [UInt32] {
        let (principal, action, resource) = policy.scope(without: proved)
        var tests: [UInt32] = []
        try add(.principal, principal, to: &tests)
        switch action {
        case .any: break
        case .equal(let uid): tests.append(try test(.equal, .action, .entity(uid)))
        case .in(let uid): tests.append(try test(.isIn, .action, .entity(uid)))
        case .inSet(let uids):
            tests.append(try test(.isIn, .action, .set(uids.map { .entity($0) })))
        }
        try add(.resource, resource, to: &tests)
        return tests
    }

    private mutating func add(
        _ variable: Variable, _ constraint: ScopeConstraint, to tests: inout [UInt32]
    ) throws(CompileError) {
        switch constraint {
        case .any:
            return
        case .equal(let target):
            tests.append(try test(.equal, variable, entity(target)))
        case .in(let target):
            tests.append(try test(.isIn, variable, entity(target)))
        case .isType(let type):
            tests.append(try self.type(variable, type))
        case .isTypeIn(let type, let target):
            tests.append(try self.type(variable, type))
            tests.append(try test(.isIn, variable, entity(target)))
        }
    }

    private func entity(_ target: EntityOrSlot) -> Value {
        guard case .entity(let uid) = target else {
            preconditionFailure("a template is linked before it is compiled")
        }
        return .entity(uid)
    }

    private mutating func test(
        _ operation: Operation, _ variable: Variable, _ value: Value
    ) throws(CompileError) -> UInt32 {
        let left = graph.intern(.variable, flag: variable.code)
        return graph.intern(
            .binary, flag: operation.rawValue, [left, try graph.constant(value)])
    }

    private mutating func type(_ variable: Variable, _ type: Text) throws(CompileError) -> UInt32 {
        let witness = try graph.add(.entity(EntityUID(type: type, id: "")))
        return graph.intern(
            .isType, payload: witness, [graph.intern(.variable, flag: variable.code)])
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
