package import CedarSyntax

/// A place in a policy's conditions that tests should see true and see false.
package struct CoveragePoint: Sendable {
    /// When it is evaluated at all.
    enum Reach: Sendable {
        /// Whenever the scope matches: the first clause.
        case scope
        /// Whenever another point is: the first operand of a chain.
        case with(Int)
        /// When another point was evaluated to this truth.
        case after(Int, Bool)
    }

    /// What stands at the place.
    package enum Kind: String, Sendable {
        case when, unless
        /// An operand of `&&` or `||`.
        case operand
        /// What `if` decides by.
        case guardian = "if"
        /// What `if` chooses.
        case branch
    }

    package let kind: Kind
    /// Index of the policy.
    package let policy: Int
    package let span: SourceSpan
    let expression: Expression
    /// Refers to points before this one.
    let reach: Reach
}

/// Collects the points of policies, in the order in which they are evaluated.
struct CoveragePoints {
    private(set) var points: [CoveragePoint] = []

    /// Adds the clauses of a policy and what decides them: operands of `&&` and `||` and the parts of
    /// `if`, at any depth, also below `!`.
    mutating func add(_ policy: Policy, index: Int) {
        var reach = CoveragePoint.Reach.scope
        for condition in policy.conditions {
            let clause = add(
                condition.body, condition.kind == .when ? .when : .unless, index, reach)
            reach = .after(clause, condition.kind == .when)
        }
    }

    private mutating func add(
        _ expression: Expression, _ kind: CoveragePoint.Kind, _ policy: Int,
        _ reach: CoveragePoint.Reach
    ) -> Int {
        let number = points.count
        points.append(
            CoveragePoint(
                kind: kind, policy: policy, span: expression.span, expression: expression,
                reach: reach))
        addParts(of: expression, at: number, policy)
        return number
    }

    private mutating func addParts(of expression: Expression, at owner: Int, _ policy: Int) {
        var inner = expression
        // Where a negation is true what it negates is false: both are seen at once.
        while case .not(let operand) = inner.kind { inner = operand }
        switch inner.kind {
        case .and(let operands):
            addChain(operands, goingOn: true, at: owner, policy)
        case .or(let operands):
            addChain(operands, goingOn: false, at: owner, policy)
        case .ifThenElse(let guardian, let then, let other):
            let decisive = add(guardian, .guardian, policy, .with(owner))
            _ = add(then, .branch, policy, .after(decisive, true))
            _ = add(other, .branch, policy, .after(decisive, false))
        default: break
        }
    }

    private mutating func addChain(
        _ operands: [Expression], goingOn truth: Bool, at owner: Int, _ policy: Int
    ) {
        var reach = CoveragePoint.Reach.with(owner)
        for operand in operands {
            reach = .after(add(operand, .operand, policy, reach), truth)
        }
    }
}
