package import CedarSyntax

/// Finds the mutations of a policy, in source order as far as the kinds allow.
///
/// Source: the operators are those of Offutt et al., "An Experimental Determination of Sufficient
/// Mutant Operators" (relational, logical, constants), and of Martin and Xie, "A Fault Model and
/// Mutation Testing of Access Control Policies" (effects, targets, conditions).
package struct Mutator {
    private let policy: Policy
    private let index: Int
    private var mutations: [Mutation] = []

    /// - Parameter index: the index of the policy, for the mutations.
    private init(_ policy: Policy, index: Int) {
        self.policy = policy
        self.index = index
    }

    /// All mutations of a policy.
    package static func mutations(of policy: Policy, index: Int) -> [Mutation] {
        var mutator = Mutator(policy, index: index)
        mutator.mutateHead()
        for clause in policy.conditions.indices { mutator.mutateClause(clause) }
        return mutator.mutations
    }

    private mutating func add(
        _ kind: Mutation.Kind, _ span: SourceSpan, _ replacement: String, _ site: Mutation.Site
    ) {
        mutations.append(
            Mutation(kind: kind, policy: index, span: span, replacement: replacement, site: site))
    }

    // MARK: Effect and scope

    private mutating func mutateHead() {
        let spans = policy.scopeSpans
        let opposite: Policy.Effect = policy.effect == .permit ? .forbid : .permit
        add(.flipEffect, spans?.effect ?? policy.span, opposite.rawValue, .effect)
        for wider in policy.principal.wider {
            add(
                .widenScope, spans?.principal ?? policy.span, "principal\(wider.spelling)",
                .principal(wider))
        }
        mutateAction(at: spans?.action ?? policy.span)
        for wider in policy.resource.wider {
            add(
                .widenScope, spans?.resource ?? policy.span, "resource\(wider.spelling)",
                .resource(wider))
        }
    }

    private mutating func mutateAction(at span: SourceSpan) {
        switch policy.action {
        case .any: return
        case .equal(let uid):
            add(.widenScope, span, "action in \(uid)", .action(.in(uid)))
        case .in: break
        case .inSet(let uids) where uids.count > 1:
            for dropped in uids.indices {
                var fewer = uids
                fewer.remove(at: dropped)
                let list = fewer.map(\.description).joined(separator: ", ")
                add(.dropAction, span, "action in [\(list)]", .action(.inSet(fewer)))
            }
        case .inSet: break
        }
        add(.widenScope, span, "action", .action(.any))
    }

    // MARK: Conditions

    private mutating func mutateClause(_ number: Int) {
        let clause = policy.conditions[number]
        add(.dropCondition, clause.span, "", .dropClause(number))
        let opposite = clause.kind == .when ? "unless" : "when"
        add(
            .negateCondition, clause.span, "\(opposite) { \(clause.body.spelling) }",
            .negateClause(number))
        // Not by recursion: expressions may be as deep as their limit.
        var open: [(expression: Expression, path: [Int])] = [(clause.body, [])]
        while let next = open.popLast() {
            mutate(next.expression, clause: number, next.path)
            for (index, operand) in next.expression.operands.enumerated().reversed() {
                open.append((operand, next.path + [index]))
            }
        }
    }

    /// Adds the changes of one expression apart from those of its operands.
    private mutating func mutate(_ expression: Expression, clause: Int, _ path: [Int]) {
        func site(_ change: ExpressionChange) -> Mutation.Site {
            .expression(clause: clause, path: path, change)
        }
        switch expression.kind {
        case .and(let operands), .or(let operands):
            for (number, operand) in operands.enumerated() {
                add(.dropOperand, operand.span, "", site(.dropOperand(number)))
                add(
                    .negateOperand, operand.span, operand.negated.spelling,
                    site(.negateOperand(number)))
            }
        case .ifThenElse(let guardian, _, _):
            add(
                .negateCondition, guardian.span, guardian.negated.spelling,
                site(.negateOperand(0)))
        case .set(let elements) where elements.count > 1:
            for (number, element) in elements.enumerated() {
                add(.dropElement, element.span, "", site(.dropOperand(number)))
            }
        default:
            for (kind, other) in expression.replacements {
                add(kind, expression.span, other.spelling, site(.become(other)))
            }
        }
    }
}

extension ScopeConstraint {
    /// The constraints that let through what this one does and more.
    fileprivate var wider: [ScopeConstraint] {
        switch self {
        case .any: []
        case .equal(let target): [.in(target), .any]
        case .in, .isType: [.any]
        case .isTypeIn(let type, let target): [.isType(type), .in(target)]
        }
    }

    /// The constraint as it stands after the variable.
    fileprivate var spelling: String {
        switch self {
        case .any: ""
        case .equal(let target): " == \(target.spelling)"
        case .in(let target): " in \(target.spelling)"
        case .isType(let type): " is \(type)"
        case .isTypeIn(let type, let target): " is \(type) in \(target.spelling)"
        }
    }
}

extension EntityOrSlot {
    fileprivate var spelling: String {
        switch self {
        case .entity(let uid): uid.description
        case .slot: "?"
        }
    }
}

extension Expression {
    /// The expression in Cedar's syntax, for messages; what is longer than a page is not shown.
    fileprivate var spelling: String {
        do throws(OutputOverflow) { return try cedarText(limit: 4000) } catch { return "…" }
    }

    /// The mistakes that may stand in its place, its operands left as they are.
    fileprivate var replacements: [(Mutation.Kind, Expression)] {
        func with(_ kind: Kind) -> Expression { Expression(kind, span) }
        switch kind {
        case .bool(let value): return [(.changeConstant, with(.bool(!value)))]
        case .long(let value):
            return [value.addingReportingOverflow(1), value.subtractingReportingOverflow(1)]
                .filter { !$0.overflow }
                .map { (.changeConstant, with(.long($0.partialValue))) }
        case .binary(let symbol, let left, let right):
            guard let (kind, other) = symbol.neighbour else { return [] }
            return [(kind, with(.binary(other, left, right)))]
        case .call(let function, let arguments):
            guard let other = function.neighbour else { return [] }
            return [(.moveBoundary, with(.call(other, arguments)))]
        case .isType(let operand, let type, let group?):
            return [
                (.weakenTypeTest, with(.isType(operand, type, in: nil))),
                (.weakenTypeTest, with(.binary(.in, operand, group))),
            ]
        default: return []
        }
    }
}

extension BinaryOperator {
    /// What is easily written instead.
    fileprivate var neighbour: (Mutation.Kind, BinaryOperator)? {
        switch self {
        case .less: (.moveBoundary, .lessOrEqual)
        case .lessOrEqual: (.moveBoundary, .less)
        case .greater: (.moveBoundary, .greaterOrEqual)
        case .greaterOrEqual: (.moveBoundary, .greater)
        case .containsAll: (.changeQuantifier, .containsAny)
        case .containsAny: (.changeQuantifier, .containsAll)
        default: nil
        }
    }
}

extension ExtensionFunction {
    /// The comparison that differs at the boundary only.
    fileprivate var neighbour: ExtensionFunction? {
        switch self {
        case .lessThan: .lessThanOrEqual
        case .lessThanOrEqual: .lessThan
        case .greaterThan: .greaterThanOrEqual
        case .greaterThanOrEqual: .greaterThan
        default: nil
        }
    }
}
