package import CedarSyntax

extension Ruleset {
    /// Compiles a set as ``init(_:version:schema:)`` does, and tells what became of its policies.
    ///
    /// - Parameter isWanted: whose explanation is wanted, by their ids.
    package static func explanation(
        of policySet: PolicySet, for isWanted: (Text) -> Bool
    ) throws(CompileError) -> RulesExplanation {
        let members = policySet.applicablePolicies
        let readings = RulesetReadings(members, .wherePaying, plansSearch: false)
        try readings.run()
        let builder = RulesBuilder(
            members, plan: readings.takePlan(), compiler: readings.takeCompiler())
        return try builder.explain(readings.takeDescriptions(), isWanted)
    }
}

extension RulesBuilder {
    fileprivate consuming func explain(
        _ descriptions: borrowing PolicyDescriptions, _ isWanted: (Text) -> Bool
    ) throws(CompileError) -> RulesExplanation {
        let arrangement = plan.arrangement()
        let layout = try lay(arrangement)
        let memory = RulesMemory(layout, descriptions)
        let listing = ProgramListing(rules: memory.view, sharers: compiler.sharers)
        var groups: [UInt32: [Int]] = [:]
        for (number, group) in arrangement.groups.enumerated() {
            for policy in group.policies { groups[policy, default: []].append(number) }
        }
        var policies: [PolicyExplanation] = []
        for (number, member) in members.enumerated() where isWanted(member.id) {
            let found = (groups[UInt32(number)] ?? []).map { arrangement.groups[$0] }
            policies.append(try explanation(of: number, found, arrangement.paths, listing))
        }
        let paths = arrangement.paths.indices.map { path in
            let found = arrangement.groups.filter { $0.role?.path == path }
            return (arrangement.paths[path].text, found.reduce(0) { $0 + $1.policies.count })
        }
        defer { withExtendedLifetime(memory) {} }
        return RulesExplanation(
            policies: policies, policyCount: members.count,
            generalCount: arrangement.groups[0].policies.count, paths: paths,
            sharedCount: Int(layout.sharedCount), sizeBytes: memory.sizeBytes)
    }

    /// - Parameter groups: those in which the policy stands.
    private mutating func explanation(
        of number: Int, _ groups: [IndexPlan.Group], _ paths: [IndexPlan.PathKey],
        _ listing: ProgramListing
    ) throws(CompileError) -> PolicyExplanation {
        let (policy, candidate) = (members[number].policy, candidates[number])
        let key = key(groups, paths)
        let companions = groups.map(\.policies.count).max() ?? 0
        return PolicyExplanation(
            id: members[number].id, effect: policy.effect, span: policy.span, key: key,
            demands: policy.demands(beside: key), companions: companions,
            proved: policy.proved(by: groups.first?.role),
            folded: try compiler.foldings(in: policy),
            program: candidate.map { listing.steps(from: Int($0.start)) } ?? [],
            depth: Int(candidate?.depth ?? 0), cost: Int(costs[number]),
            advice: policy.advice(key, companions))
    }

    private func key(
        _ groups: [IndexPlan.Group], _ paths: [IndexPlan.PathKey]
    ) -> PolicyExplanation.Key {
        guard let first = groups.first else { return .never }
        guard let role = first.role else { return .none }
        let values = groups.map { Array(plan.keys.value(at: $0.key)).withFlat { Value($0) } }
        if let path = role.path {
            return .attribute(
                path: paths[path].text, value: values[0], isGuarded: paths[path].isGuarded)
        }
        let uids = values.compactMap { if case .entity(let uid) = $0 { uid } else { nil } }
        switch role {
        case .principal: return .entity(.principal, uids[0])
        case .action: return .entity(.action, uids[0])
        case .resource: return .entity(.resource, uids[0])
        case .principalAncestor: return .ancestor(.principal, uids)
        case .actionAncestor: return .ancestor(.action, uids)
        default: return .ancestor(.resource, uids)
        }
    }
}

extension IndexPlan.PathKey {
    /// The path in Cedar's syntax.
    fileprivate var text: String {
        names.reduce(variable.rawValue) { $0 + $1.spelledAsMember }
    }
}

extension Policy {
    /// What the authorizer asks of a request before it runs the program found under a key.
    fileprivate func demands(beside key: PolicyExplanation.Key) -> [String] {
        var demands: [String] = []
        if case .attribute = key, case .equal(let uid) = action {
            demands.append("action == \(uid)")
        }
        for (variable, constraint) in [
            (Variable.principal, principal), (.resource, resource),
        ] {
            switch constraint {
            case .isType(let type), .isTypeIn(let type, _):
                demands.append("\(variable.rawValue) is \(type)")
            case .any, .equal, .in: break
            }
        }
        return demands
    }

    /// The part of the scope that the program leaves out.
    fileprivate func proved(by role: PolicyIndex.Role?) -> String? {
        func text(_ variable: Variable, _ constraint: ScopeConstraint) -> String? {
            switch constraint {
            case .equal(.entity(let uid)): "\(variable.rawValue) == \(uid)"
            case .in(.entity(let uid)), .isTypeIn(_, .entity(let uid)):
                "\(variable.rawValue) in \(uid)"
            default: nil
            }
        }
        switch role {
        case .principal, .principalAncestor: return text(.principal, principal)
        case .resource, .resourceAncestor: return text(.resource, resource)
        case .action, .actionAncestor:
            switch action {
            case .any: return nil
            case .equal(let uid): return "action == \(uid)"
            case .in(let uid): return "action in \(uid)"
            case .inSet(let uids):
                let list = uids.map(\.description).joined(separator: ", ")
                return "action in [\(list)]".cut(100)
            }
        default: return nil
        }
    }

    /// What could narrow the requests that run it.
    fileprivate func advice(
        _ key: PolicyExplanation.Key, _ companions: Int
    ) -> PolicyExplanation.Advice? {
        switch key {
        case .never: return nil
        case .entity(.principal, _), .entity(.resource, _), .ancestor(.principal, _),
            .ancestor(.resource, _), .attribute:
            guard companions >= IndexPlan.crowded else { return nil }
        case .none, .entity, .ancestor: break
        }
        if case .attribute = key { return .nameAnEntity }
        if let equality = AttributeEquality(self) {
            return .attributeDoesNotPay(
                path: equality.names.reduce(equality.variable.rawValue) {
                    $0 + $1.spelledAsMember
                })
        }
        guard let first = conditions.first else { return .nameAnEntity }
        for condition in conditions where condition.kind == .when {
            var operands = [condition.body]
            if case .and(let chain) = condition.body.kind { operands = chain }
            for operand in operands where AttributeEquality.equality(operand) != nil {
                return .beginWith(equality: operand.shown, before: first.shownStart)
            }
        }
        return .nameAnEntity
    }
}

extension Policy.Condition {
    /// What stands at the start of its body.
    fileprivate var shownStart: String {
        if kind == .unless { return "unless" }
        if case .and(let operands) = body.kind { return operands[0].shown }
        return body.shown
    }
}
