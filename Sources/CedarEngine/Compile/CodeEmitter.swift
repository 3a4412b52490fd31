import CedarSyntax

/// Writes the code of expressions: one run of instructions and the constants they name.
struct CodeEmitter: ~Copyable {
    private(set) var code: [Instruction] = []
    var constants = ConstantPool()
    private(set) var depth = 0
    private(set) var maximumDepth = 0
    /// The number of values that programs share.
    private(set) var sharedCount: UInt32 = 0
    /// The shared values of nodes.
    private(set) var shared: [UInt32: UInt32] = [:]
    private let isSharing: Bool
    /// The number of policies that have the shared expression that is being written.
    private var outerPolicies: UInt32 = 1

    /// - Parameter isSharing: whether programs share the values of equal expressions.
    init(isSharing: Bool = true) { self.isSharing = isSharing }

    /// Begins the next program and gives its start.
    mutating func begin() throws(CompileError) -> UInt32 {
        guard code.count < Int(UInt32.max) / 2 else { throw .tooLarge }
        depth = 0
        maximumDepth = 0
        return UInt32(code.count)
    }

    /// Moves the code of the program that was written last behind the constants.
    ///
    /// - Returns: where it starts there, in words of eight bytes.
    mutating func settle() throws(CompileError) -> UInt32 {
        let start = UInt32(constants.bytes.count / 8)
        for index in code.indices { code[index] = code[index].moved(by: start) }
        _ = try constants.append(words: code)
        code.removeAll(keepingCapacity: true)
        return start
    }

    // MARK: Expressions

    /// Whether a node's value is kept for the policies that come after in a decision.
    ///
    /// Inside of one that is kept, only what stands in further policies gains by it.
    func isShared(_ number: UInt32, _ graph: borrowing ExpressionGraph) -> Bool {
        let node = graph.nodes[Int(number)]
        return isSharing && node.overlaps && node.policies > outerPolicies
            && node.cost >= Self.sharedCost
    }

    /// To keep a value and to ask for it costs about three steps.
    private static let sharedCost: UInt32 = 10

    /// Writes code that leaves a node's value on top of the stack.
    mutating func expression(
        _ number: UInt32, _ graph: borrowing ExpressionGraph
    ) throws(CompileError) {
        guard isShared(number, graph) else {
            try plain(number, graph)
            return
        }
        let slot = shared[number] ?? sharedCount
        if slot == sharedCount {
            sharedCount += 1
            shared[number] = slot
        }
        let outer = outerPolicies
        outerPolicies = graph.nodes[Int(number)].policies
        let recall = code.count
        emit(Instruction(.recall, target: slot))
        try plain(number, graph)
        outerPolicies = outer
        let steps = code.count + 1 - (recall + 1)
        if steps <= Int(UInt16.max) {
            emit(Instruction(.remember, target: slot))
            code[recall].short = UInt16(steps)
        } else {
            // Too far to skip.
            code[recall] = Instruction(.jump, target: UInt32(recall + 1))
        }
    }

    private mutating func plain(
        _ number: UInt32, _ graph: borrowing ExpressionGraph
    ) throws(CompileError) {
        let node = graph.nodes[Int(number)]
        switch node.kind {
        case .constant:
            emit(Instruction(.constant, target: try copy(node.payload, graph)), pushing: 1)
        case .variable:
            emit(Instruction(.variable, flag: node.flag), pushing: 1)
        case .unary:
            try expression(graph.operand(node, 0), graph)
            if let operation = Operation(rawValue: node.flag) { emit(Instruction(operation)) }
        case .binary:
            try binary(node, graph)
        case .and:
            try chain(.and, node, graph)
        case .or:
            try chain(.or, node, graph)
        case .conditional:
            try conditional(node, graph)
        case .attribute:
            let key = try copy(node.payload, graph)
            if let variable = variable(graph.operand(node, 0), graph) {
                emit(Instruction(.load, flag: variable, target: key), pushing: 1)
            } else {
                try expression(graph.operand(node, 0), graph)
                emit(Instruction(.attribute, target: key))
            }
        case .has:
            try has(node, graph)
        case .like:
            try expression(graph.operand(node, 0), graph)
            emit(Instruction(.like, target: try copy(node.payload, graph)))
        case .isType, .isTypeIn:
            try isType(node, graph)
        case .set:
            let operands = graph.operands(node)
            for operand in operands { try expression(operand, graph) }
            emit(
                Instruction(.makeSet, target: UInt32(operands.count)),
                pushing: 1 - operands.count)
        case .record:
            try record(node, graph)
        case .call:
            let operands = graph.operands(node)
            for operand in operands { try expression(operand, graph) }
            emit(
                Instruction(
                    .call, flag: node.flag, short: UInt16(clamping: operands.count)),
                pushing: 1 - operands.count)
        }
    }

    private mutating func binary(
        _ node: ExpressionGraph.Node, _ graph: borrowing ExpressionGraph
    ) throws(CompileError) {
        guard let operation = Operation(rawValue: node.flag) else { return }
        let (left, right) = (graph.operand(node, 0), graph.operand(node, 1))
        if try fused(operation, left, right, graph) { return }
        try expression(left, graph)
        if graph.isConstant(right) {
            let constant = try copy(graph.nodes[Int(right)].payload, graph)
            emit(
                Instruction(operation, flag: Instruction.constantOperand, target: constant))
        } else {
            try expression(right, graph)
            emit(Instruction(operation), pushing: -1)
        }
    }

    /// One step for an attribute of a variable and another variable: what most policies ask.
    private mutating func fused(
        _ operation: Operation, _ left: UInt32, _ right: UInt32,
        _ graph: borrowing ExpressionGraph
    ) throws(CompileError) -> Bool {
        let step: Operation
        let variable: UInt8
        let attribute: UInt32
        switch operation {
        case .isIn:
            guard let own = self.variable(left, graph) else { return false }
            (step, variable, attribute) = (.variableInLoad, own, right)
        case .contains:
            guard let own = self.variable(right, graph) else { return false }
            (step, variable, attribute) = (.loadContainsVariable, own, left)
        case .equal, .notEqual:
            if let own = self.variable(right, graph) {
                (step, variable, attribute) = (.loadEqualVariable, own, left)
            } else if let own = self.variable(left, graph) {
                (step, variable, attribute) = (.loadEqualVariable, own, right)
            } else {
                return false
            }
        default: return false
        }
        let node = graph.nodes[Int(attribute)]
        guard node.kind == .attribute, !isShared(attribute, graph),
            let holder = self.variable(graph.operand(node, 0), graph)
        else { return false }
        emit(
            Instruction(
                step, flag: variable | holder << 4, short: operation == .notEqual ? 1 : 0,
                target: try copy(node.payload, graph)),
            pushing: 1)
        return true
    }

    private func variable(_ number: UInt32, _ graph: borrowing ExpressionGraph) -> UInt8? {
        let node = graph.nodes[Int(number)]
        return node.kind == .variable ? node.flag : nil
    }

    /// All operands must be bools; the last one is checked by its own step, if it may be another.
    private mutating func chain(
        _ operation: Operation, _ node: ExpressionGraph.Node,
        _ graph: borrowing ExpressionGraph
    ) throws(CompileError) {
        var operands = Array(graph.operands(node))
        graph.orderCheapestFirst(&operands)
        var exits: [Int] = []
        for (index, operand) in operands.enumerated() {
            try expression(operand, graph)
            if index == operands.count - 1 {
                if !graph.nodes[Int(operand)].isBool { emit(Instruction(.requireBool)) }
            } else {
                exits.append(code.count)
                emit(Instruction(operation), pushing: -1)
            }
        }
        patch(exits)
    }

    private mutating func conditional(
        _ node: ExpressionGraph.Node, _ graph: borrowing ExpressionGraph
    ) throws(CompileError) {
        try expression(graph.operand(node, 0), graph)
        let branch = code.count
        emit(Instruction(.branch), pushing: -1)
        try expression(graph.operand(node, 1), graph)
        let jump = code.count
        emit(Instruction(.jump), pushing: -1)
        patch([branch])
        try expression(graph.operand(node, 2), graph)
        patch([jump])
    }

    /// `e has a.b.c` goes down the path as long as each step is there.
    private mutating func has(
        _ node: ExpressionGraph.Node, _ graph: borrowing ExpressionGraph
    ) throws(CompileError) {
        let names = Array(graph.names(node))
        guard names.count <= Int(UInt16.max) else { throw .pathTooLong }
        let operand = graph.operand(node, 0)
        if names.count == 1, let variable = variable(operand, graph) {
            emit(
                Instruction(.variableHas, flag: variable, target: try copy(names[0], graph)),
                pushing: 1)
            return
        }
        try expression(operand, graph)
        for (index, name) in names.enumerated() {
            let key = try copy(name, graph)
            let remaining = names.count - 1 - index
            if remaining == 0 {
                emit(Instruction(.has, target: key))
            } else {
                emit(Instruction(.descend, short: UInt16(remaining), target: key))
            }
        }
    }

    private mutating func isType(
        _ node: ExpressionGraph.Node, _ graph: borrowing ExpressionGraph
    ) throws(CompileError) {
        try expression(graph.operand(node, 0), graph)
        let witness = try copy(node.payload, graph)
        guard node.kind == .isTypeIn else {
            emit(Instruction(.isType, target: witness))
            return
        }
        // `e is T in x` is `(e is T) && (e in x)`. The operand stays on the stack: writing it
        // twice would double the code with every level of nesting.
        emit(Instruction(.guardType, target: witness))
        let jump = code.count
        emit(Instruction(.jump))
        try expression(graph.operand(node, 1), graph)
        emit(Instruction(.isIn), pushing: -1)
        patch([jump])
    }

    private mutating func record(
        _ node: ExpressionGraph.Node, _ graph: borrowing ExpressionGraph
    ) throws(CompileError) {
        let operands = graph.operands(node)
        var list: [UInt8] = []
        list.append(half: UInt32(operands.count))
        list.append(half: 0)
        for operand in operands { try expression(operand, graph) }
        for name in graph.names(node) { list.append(half: try copy(name, graph)) }
        emit(
            Instruction(.makeRecord, target: try constants.add(list)),
            pushing: 1 - operands.count)
    }

    // MARK: Code

    /// Takes a constant of the graph over.
    private mutating func copy(
        _ offset: UInt32, _ graph: borrowing ExpressionGraph
    ) throws(CompileError) -> UInt32 {
        try constants.add(graph.bytes(at: offset))
    }

    mutating func push(_ value: Value) throws(CompileError) {
        emit(Instruction(.constant, target: try constants.add(value)), pushing: 1)
    }

    mutating func emit(_ instruction: Instruction, pushing change: Int = 0) {
        code.append(instruction)
        depth += change
        maximumDepth = max(maximumDepth, depth)
    }

    /// Leaves the program with false when the top is false.
    mutating func exit(_ exits: inout [Int]) {
        exits.append(code.count)
        emit(Instruction(.and), pushing: -1)
    }

    /// Ends a program whose conjuncts are written; the last one is the result.
    ///
    /// - Parameter isBool: whether that is known to be a bool.
    mutating func end(_ exits: [Int], isBool: Bool) throws(CompileError) {
        var exits = exits
        if let last = exits.last, last == code.count - 1 {
            // Nothing comes after it that it could skip.
            exits.removeLast()
            code.removeLast()
            if !isBool { code.append(Instruction(.requireBool)) }
        } else {
            try push(.bool(true))
        }
        patch(exits)
        emit(Instruction(.end))
    }

    /// Lets jumps go to the next instruction.
    private mutating func patch(_ jumps: [Int]) {
        for jump in jumps { code[jump].target = UInt32(code.count) }
    }
}

extension ExpressionGraph {
    /// Puts the cheapest first of operands of `&&` or `||` that stand next to each other and can
    /// neither fault nor be anything but bools: their order changes no value and no error.
    func orderCheapestFirst(_ operands: inout [UInt32]) {
        func isFree(_ number: UInt32) -> Bool {
            let node = nodes[Int(number)]
            return node.isInfallible && node.isBool
        }
        var start = 0
        while start < operands.count {
            var end = start
            while end < operands.count, isFree(operands[end]) { end += 1 }
            if end - start > 1 {
                // Equal costs keep their order.
                let sorted = operands[start..<end].enumerated().sorted {
                    (nodes[Int($0.element)].cost, $0.offset)
                        < (nodes[Int($1.element)].cost, $1.offset)
                }
                operands.replaceSubrange(start..<end, with: sorted.map(\.element))
            }
            start = end + 1
        }
    }
}
