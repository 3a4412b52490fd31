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
        add(.dropPolicy, spans?.effect ?? policy.span, "", .policy)
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
            // The text of an extension value is no constant of its own.
            if case .call(let function, _) = next.expression.kind, function.isConstructor {
                continue
            }
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
            let swapped = expression.withOtherConnective
            add(.swapConnective, expression.span, swapped.spelling, site(.become(swapped)))
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
