package import CedarSyntax

/// One kind of request that a schema allows.
package struct RequestKind: Hashable, Sendable {
    /// The principal's type.
    package let principal: Text
    package let action: EntityUID
    /// The resource's type.
    package let resource: Text
}

extension Validator {
    /// The number of kinds of requests that the schema allows.
    package var requestKindCount: Int {
        schema.actions.values.reduce(0) { $0 + $1.principals.count * $1.resources.count }
    }

    /// The kinds of requests to which a policy may apply: those that its scope lets through and for
    /// which the types do not make its conditions false.
    ///
    /// - Parameter policy: one that is valid.
    /// - Returns: by action, then by the types, all sorted.
    package func requestKinds(of policy: Policy) -> [RequestKind] {
        var kinds: [RequestKind] = []
        forEachEnvironment(of: policy) { environment in
            var checker = TypeChecker(types, mode, environment)
            if checker.check(policy.conditions) { return }
            kinds.append(
                RequestKind(
                    principal: environment.principal, action: environment.action,
                    resource: environment.resource))
        }
        return kinds
    }

    /// Goes over the kinds of requests that the scope of a policy lets through.
    ///
    /// Slots need no kinds of their own: one that is linked with another type makes the scope false.
    func forEachEnvironment(of policy: Policy, _ body: (RequestEnvironment) -> Void) {
        for action in schema.actions.values.sorted(by: { $0.uid < $1.uid })
        where holds(policy.action, for: action.uid) {
            for principal in action.principals where mayHold(policy.principal, for: principal) {
                for resource in action.resources where mayHold(policy.resource, for: resource) {
                    body(
                        RequestEnvironment(
                            principal: principal, action: action.uid, resource: resource,
                            context: types.contexts[action.uid] ?? .record(.empty)))
                }
            }
        }
    }
}
