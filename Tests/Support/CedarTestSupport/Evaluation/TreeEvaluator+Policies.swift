package import CedarSyntax

/// The answer of the tree evaluator.
package struct TreeAnswer: Hashable, Sendable {
    package var isAllowed: Bool
    /// The ids of the policies that made the decision.
    package var reasons: Set<Text>
    /// The ids of the policies whose evaluation failed.
    package var errors: Set<Text>

    package init(isAllowed: Bool, reasons: Set<Text> = [], errors: Set<Text> = []) {
        self.isAllowed = isAllowed
        self.reasons = reasons
        self.errors = errors
    }
}

extension TreeEvaluator {
    /// Decides a request; templates never apply.
    ///
    /// A satisfied `forbid` denies, else a satisfied `permit` allows, else the answer is deny. A
    /// policy that fails is left out and listed.
    package static func authorize(
        _ policySet: PolicySet, _ request: TreeRequest, _ entities: PlainEntities
    ) -> TreeAnswer {
        let evaluator = TreeEvaluator(request: request, entities: entities)
        var satisfied: [Policy.Effect: Set<Text>] = [:]
        var errors: Set<Text> = []
        for member in policySet.applicablePolicies {
            do throws(TreeFault) {
                if try evaluator.isSatisfied(member.policy) {
                    satisfied[member.policy.effect, default: []].insert(member.id)
                }
            } catch {
                errors.insert(member.id)
            }
        }
        if let forbids = satisfied[.forbid] {
            return TreeAnswer(isAllowed: false, reasons: forbids, errors: errors)
        }
        let permits = satisfied[.permit] ?? []
        return TreeAnswer(isAllowed: !permits.isEmpty, reasons: permits, errors: errors)
    }

    /// Returns whether a policy applies: its scope matches and all its conditions hold.
    ///
    /// What follows the first part that does not hold is not evaluated.
    package func isSatisfied(_ policy: Policy) throws(TreeFault) -> Bool {
        guard matches(policy.principal, request.principal), matches(policy.action),
            matches(policy.resource, request.resource)
        else { return false }
        for condition in policy.conditions {
            guard try bool(condition.body) == (condition.kind == .when) else { return false }
        }
        return true
    }

    private func matches(_ constraint: ScopeConstraint, _ uid: EntityUID) -> Bool {
        switch constraint {
        case .any: true
        case .equal(.entity(let other)): uid == other
        case .in(.entity(let container)): entities.isEqualOrBelow(uid, container)
        case .isType(let type): uid.type == type
        case .isTypeIn(let type, .entity(let container)):
            uid.type == type && entities.isEqualOrBelow(uid, container)
        case .equal(.slot), .in(.slot), .isTypeIn(_, .slot): false
        }
    }

    private func matches(_ constraint: ActionConstraint) -> Bool {
        switch constraint {
        case .any: true
        case .equal(let other): request.action == other
        case .in(let container): entities.isEqualOrBelow(request.action, container)
        case .inSet(let containers):
            containers.contains { entities.isEqualOrBelow(request.action, $0) }
        }
    }
}
