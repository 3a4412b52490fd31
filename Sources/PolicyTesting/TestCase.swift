package import CedarEngine
package import CedarSyntax

/// One request with the decision that policies must give, ready to be decided many times.
package struct TestCase: Sendable {
    package let name: String
    package let expectsAllow: Bool
    /// The ids of policies that must be among the determining ones.
    package let reasons: Set<Text>
    /// How many policies must error.
    package let errorCount: Int

    private let entities: EntityTable
    private let principal: FlatConstant
    private let action: FlatConstant
    private let resource: FlatConstant
    private let context: FlatConstant

    /// Lays a request out.
    ///
    /// - Throws: when a value of the request exceeds the bounds on values.
    package init(
        name: String, request: TreeRequest, entities: EntityTable, expectsAllow: Bool,
        reasons: Set<Text> = [], errorCount: Int = 0
    ) throws(FlatEncoder.Failure) {
        self.name = name
        self.expectsAllow = expectsAllow
        self.reasons = reasons
        self.errorCount = errorCount
        self.entities = entities
        var encoder = FlatEncoder()
        principal = FlatConstant(bytes: try encoder.encode(request.principal))
        action = FlatConstant(bytes: try encoder.encode(request.action))
        resource = FlatConstant(bytes: try encoder.encode(request.resource))
        context = FlatConstant(bytes: try encoder.encode(record: request.context))
    }

    /// Makes another test of the same request.
    package init(
        _ other: TestCase, expectsAllow: Bool, reasons: Set<Text> = [], errorCount: Int = 0
    ) {
        name = other.name
        entities = other.entities
        principal = other.principal
        action = other.action
        resource = other.resource
        context = other.context
        self.expectsAllow = expectsAllow
        self.reasons = reasons
        self.errorCount = errorCount
    }

    /// Decides the request; policies that error are skipped, as the specification says.
    package func decide(_ ruleset: Ruleset, _ workspace: inout Workspace) -> Observation {
        let verdict = ruleset.view.authorize(
            Request(
                principal: FlatEntity(principal.flat), action: FlatEntity(action.flat),
                resource: FlatEntity(resource.flat), context: FlatRecord(context.flat)),
            entities: entities, errors: .cedar, workspace: &workspace)
        // The views above must stay readable until here.
        withExtendedLifetime((self, ruleset)) {}
        return Observation(
            isAllowed: verdict == .allow, reasons: workspace.reasons.map { Int($0) },
            errors: workspace.errors.map {
                Observation.Failure(policy: Int($0.policy), fault: $0.fault)
            })
    }
}

/// What a set of policies decided of one request.
package struct Observation: Sendable {
    /// A policy that could not be evaluated.
    package struct Failure: Hashable, Sendable {
        /// Index into the policies.
        package var policy: Int
        package var fault: Fault
    }

    package var isAllowed: Bool
    /// The determining policies, as indices, ascending.
    package var reasons: [Int]
    /// The erroring policies, ascending.
    package var errors: [Failure]
}
