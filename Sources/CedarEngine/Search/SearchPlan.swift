package import CedarSyntax

/// What the permits of a policy set demand of an entity that is searched.
///
/// An entity is permitted only if it meets the demand of at least one permit; forbids only take away.
package struct SearchPlan: Sendable {
    /// The demands of one permit.
    package struct Permit: Sendable {
        package let action: ActionConstraint
        /// Of the principal, when principals are searched.
        package let ofPrincipal: SearchDemand
        /// Of the resource, when resources are searched.
        package let ofResource: SearchDemand
    }

    package let permits: [Permit]
    /// Permits by the entity that their scope demands the principal to be or to be in.
    package private(set) var byPrincipal: [EntityUID: [Int]] = [:]
    package private(set) var byResource: [EntityUID: [Int]] = [:]
    /// Permits whose scope names no principal, and those whose scope names no resource.
    package private(set) var anyPrincipal: [Int] = []
    package private(set) var anyResource: [Int] = []

    init(_ policies: [Policy]) {
        var permits: [Permit] = []
        let principals = SearchDemandReader(searched: .principal, other: .resource)
        let resources = SearchDemandReader(searched: .resource, other: .principal)
        for policy in policies {
            guard policy.effect == .permit else { continue }
            let number = permits.count
            permits.append(
                Permit(
                    action: policy.action, ofPrincipal: Self.demand(policy, principals),
                    ofResource: Self.demand(policy, resources)))
            if let uid = policy.principal.named {
                byPrincipal[uid, default: []].append(number)
            } else {
                anyPrincipal.append(number)
            }
            if let uid = policy.resource.named {
                byResource[uid, default: []].append(number)
            } else {
                anyResource.append(number)
            }
        }
        self.permits = permits
    }

    private static func demand(_ policy: Policy, _ reader: SearchDemandReader) -> SearchDemand {
        var demands = [
            reader.demand(.principal, policy.principal), reader.demand(.resource, policy.resource),
        ]
        for condition in policy.conditions where condition.kind == .when {
            demands.append(reader.demand(condition.body))
        }
        return SearchDemandReader.all(demands)
    }
}

extension ScopeConstraint {
    /// The entity that it names.
    fileprivate var named: EntityUID? {
        switch self {
        case .equal(.entity(let uid)), .in(.entity(let uid)), .isTypeIn(_, .entity(let uid)): uid
        case .any, .isType, .equal(.slot), .in(.slot), .isTypeIn(_, .slot): nil
        }
    }
}
