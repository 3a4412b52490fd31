import CedarEngine
package import CedarSyntax

/// The shipped engine behind the same question as the tree evaluator's.
package struct MachineEvaluator: ~Copyable {
    private var workspace = Workspace()
    private var encoder = FlatEncoder()

    package init() {}

    /// Decides all requests of a case; policies are compiled and entities laid out once.
    package mutating func authorize(
        _ policies: PolicySet, _ policyCase: PolicyCase
    ) throws -> [TreeAnswer] {
        let ruleset = try Ruleset(policies, version: 0)
        let indexed = try Ruleset(policies, version: 0, indexing: .always)
        let entities = try EntityTable(policyCase.entities)
        var answers: [TreeAnswer] = []
        for request in policyCase.requests {
            let answer = try authorize(ruleset, entities, request)
            let faults = workspace.errors
            let again = try authorize(indexed, entities, request)
            guard again == answer, workspace.errors == faults else {
                throw IndexDiffers(answer: again, expected: answer)
            }
            answers.append(answer)
        }
        return answers
    }

    private mutating func authorize(
        _ ruleset: Ruleset, _ entities: EntityTable, _ request: TreeRequest
    ) throws -> TreeAnswer {
        let principal = FlatConstant(bytes: try encoder.encode(request.principal))
        let action = FlatConstant(bytes: try encoder.encode(request.action))
        let resource = FlatConstant(bytes: try encoder.encode(request.resource))
        let context = FlatConstant(bytes: try encoder.encode(record: request.context))
        let flat = Request(
            principal: FlatEntity(principal.flat), action: FlatEntity(action.flat),
            resource: FlatEntity(resource.flat), context: FlatRecord(context.flat))
        // The views above must stay readable until the end.
        defer { withExtendedLifetime((principal, action, resource, context)) {} }
        for mode in [ErrorMode.strict, .cedar] {
            try compareDecisionOnly(ruleset, entities, flat, mode)
        }
        let verdict = ruleset.view.authorize(
            flat, entities: entities, errors: .cedar, workspace: &workspace)
        return TreeAnswer(
            isAllowed: verdict == .allow,
            reasons: Set(workspace.reasons.map { ruleset.policies[Int($0)].id }),
            errors: Set(workspace.errors.map { ruleset.policies[Int($0.policy)].id }))
    }

    /// What stops as soon as the decision is certain must decide the same, for a reason that full
    /// diagnostics name as well.
    private mutating func compareDecisionOnly(
        _ ruleset: Ruleset, _ entities: EntityTable, _ request: Request, _ mode: ErrorMode
    ) throws {
        let verdict = ruleset.view.authorize(
            request, entities: entities, errors: mode, workspace: &workspace)
        let reasons = Set(workspace.reasons)
        let errors = Set(workspace.errors)
        let only = ruleset.view.authorize(
            request, entities: entities, errors: mode, diagnostics: .decisionOnly,
            workspace: &workspace)
        guard only == verdict, reasons.isSuperset(of: workspace.reasons),
            errors.isSuperset(of: workspace.errors)
        else { throw DecisionOnlyDiffers(verdict: only, expected: verdict) }
    }
}

/// The decision changes when diagnostics are left out.
package struct DecisionOnlyDiffers: Error {
    let verdict: Verdict
    let expected: Verdict
}

/// The answer changes when policies are found by the attributes that they demand.
package struct IndexDiffers: Error {
    let answer: TreeAnswer
    let expected: TreeAnswer
}

extension PolicyCase {
    /// Compares the shipped engine with the tree evaluator on every request.
    ///
    /// - Returns: where they differ, and all answers of the tree evaluator.
    package func compared(
        _ machine: inout MachineEvaluator
    ) throws -> (differences: [Disagreement], answers: [TreeAnswer]) {
        let policies = try PolicySet.parse(self.policies.utf8)
        let plain = PlainEntities(entities)
        let actual = try machine.authorize(policies, self)
        var differences: [Disagreement] = []
        var answers: [TreeAnswer] = []
        for (index, request) in requests.enumerated() {
            let expected = TreeEvaluator.authorize(policies, request, plain)
            answers.append(expected)
            if actual[index] != expected {
                differences.append(
                    Disagreement(
                        caseID: id, request: index, expected: expected, actual: actual[index]))
            }
        }
        return (differences, answers)
    }
}
