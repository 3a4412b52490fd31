package import CedarSyntax

/// Evaluates lone expressions on one request, as the machine evaluates those of policies.
///
/// Made for people who try expressions out: each is compiled when it is evaluated, and a fault is
/// searched for afterwards, so that policies pay nothing for it.
package struct ExpressionEvaluator: ~Copyable {
    private let entities: EntityTable
    private let principal: FlatConstant
    private let action: FlatConstant
    private let resource: FlatConstant
    private let context: FlatConstant
    private var workspace: Workspace

    /// Prepares for expressions about one request.
    ///
    /// - Throws: when the request's context exceeds the bounds on values.
    package init(_ request: TreeRequest, _ entities: EntityTable) throws(FlatEncoder.Failure) {
        // What may throw comes first: nothing is half made then.
        let principal = try FlatConstant(.entity(request.principal))
        let action = try FlatConstant(.entity(request.action))
        let resource = try FlatConstant(.entity(request.resource))
        let context = try FlatConstant(.record(request.context))
        self.entities = entities
        self.principal = principal
        self.action = action
        self.resource = resource
        self.context = context
        workspace = Workspace()
    }

    /// The value of an expression.
    ///
    /// - Throws: a fault with the smallest expression that has it.
    /// - Complexity: O(size of the expression), with a fault O(size · depth).
    package mutating func value(of expression: Expression) throws(EvaluationError) -> Value {
        do throws(EvaluationError) {
            return try run(expression)
        } catch {
            guard case .fault(let fault) = error.reason else { throw error }
            throw EvaluationError(.fault(fault), at: try origin(of: error))
        }
    }

    /// Evaluates without looking for the place of a fault.
    private mutating func run(_ expression: Expression) throws(EvaluationError) -> Value {
        let memory: RulesMemory
        let start: UInt32
        let depth: UInt32
        do throws(CompileError) {
            var compiler = Compiler()
            depth = try compiler.compile(expression).depth
            start = try compiler.settle()
            memory = RulesMemory(
                RulesBuilder.Layout(bytes: compiler.constants.bytes), PolicyDescriptions())
        } catch {
            throw EvaluationError(.compilation(error), at: expression)
        }
        let machine = Machine(
            rules: memory.view,
            request: Request(
                principal: FlatEntity(principal.flat), action: FlatEntity(action.flat),
                resource: FlatEntity(resource.flat), context: FlatRecord(context.flat)))
        workspace.prepare()
        workspace.stack.prepare(depth: Int(depth))
        do throws(Fault) {
            _ = try machine.run(
                from: Int(start), source: entities, workspace: &workspace)
            // Under the `true` that ends the program.
            let value = Value(try workspace.stack.peek(1).flat(in: &workspace.arena))
            // The constants above are addresses in this memory.
            withExtendedLifetime(memory) {}
            return value
        } catch {
            throw EvaluationError(.fault(error), at: expression)
        }
    }

    /// The smallest expression in which a fault arises: one whose parts have none.
    private mutating func origin(
        of error: EvaluationError
    ) throws(EvaluationError) -> Expression {
        var origin = error.expression
        while let part = try faultingPart(of: origin) { origin = part }
        return origin
    }

    /// The first part whose evaluation faults, of those that are evaluated.
    private mutating func faultingPart(
        of expression: Expression
    ) throws(EvaluationError) -> Expression? {
        switch expression.kind {
        case .bool, .long, .string, .entity, .variable:
            return nil
        case .not(let part), .negate(let part), .isEmpty(let part), .attribute(let part, _),
            .has(let part, _), .like(let part, _):
            return try firstFaulting([part])
        case .binary(_, let left, let right):
            return try firstFaulting([left, right])
        case .set(let parts), .call(_, let parts):
            return try firstFaulting(parts)
        case .record(let members):
            return try firstFaulting(members.map(\.value))
        case .and(let parts):
            return try faultingLink(of: parts, endingAt: false)
        case .or(let parts):
            return try faultingLink(of: parts, endingAt: true)
        case .ifThenElse(let guarded, let then, let otherwise):
            if let fault = try firstFaulting([guarded]) { return fault }
            guard case .bool(let holds) = try run(guarded) else { return guarded }
            return try firstFaulting([holds ? then : otherwise])
        case .isType(let part, let type, let ancestor):
            if let fault = try firstFaulting([part]) { return fault }
            guard case .entity(let uid) = try run(part), uid.type == type, let ancestor else {
                return nil
            }
            return try firstFaulting([ancestor])
        }
    }

    private mutating func firstFaulting(
        _ parts: [Expression]
    ) throws(EvaluationError) -> Expression? {
        for part in parts {
            do throws(EvaluationError) {
                _ = try run(part)
            } catch {
                guard case .fault = error.reason else { throw error }
                return part
            }
        }
        return nil
    }

    /// The part of a chain of `&&` or `||` that faults or is no bool, up to the one that decides it.
    private mutating func faultingLink(
        of parts: [Expression], endingAt end: Bool
    ) throws(EvaluationError) -> Expression? {
        for part in parts {
            if let fault = try firstFaulting([part]) { return fault }
            guard case .bool(let value) = try run(part) else { return part }
            if value == end { return nil }
        }
        return nil
    }
}
