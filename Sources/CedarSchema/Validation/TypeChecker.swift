import CedarSyntax

/// Finds the types of a policy's expressions for one kind of request.
///
/// Types are those of Cedar's strict or permissive validation; what is never evaluated (right of an
/// `&&` whose left side is always false, for instance) is not checked.
///
/// Source: Cedar documentation, "Policy validation"; Cutler et al., "Cedar: A New Language for
/// Expressive, Fast, Safe, and Analyzable Authorization", section 4.
struct TypeChecker {
    /// What is known of one expression.
    struct Answer {
        /// Nil after an error.
        var type: StaticType?
        /// What is certain where the expression is true.
        var capabilities: CapabilitySet = []
        var reach = Reach()

        static let failed = Answer(type: nil)

        init(
            type: StaticType?, capabilities: CapabilitySet = [], reach: Reach = Reach()
        ) {
            self.type = type
            self.capabilities = capabilities
            self.reach = reach
        }

        init(_ type: StaticType) { self.type = type }
    }

    let types: SchemaTypes
    let mode: ValidationMode
    let environment: RequestEnvironment
    /// In the order found; names the schema does not declare are not among them.
    var errors: [Diagnostic] = []
    /// Where the policy reads entities that are too far from the request.
    var levelErrors: [Diagnostic] = []
    /// The levels of entities that may be read; nil for any.
    let maximumLevel: Int?

    init(
        _ types: SchemaTypes, _ mode: ValidationMode, _ environment: RequestEnvironment,
        maximumLevel: Int? = nil
    ) {
        self.maximumLevel = maximumLevel
        self.types = types
        self.mode = mode
        self.environment = environment
    }

    /// Checks the `when` and `unless` clauses of a policy whose scope holds.
    ///
    /// - Returns: whether they are false for every request of this kind.
    mutating func check(_ conditions: [Policy.Condition]) -> Bool {
        var known: CapabilitySet = []
        for condition in conditions {
            let answer = expect(.bool, condition.body, known)
            guard case .bool(let truth)? = answer.type else { continue }
            switch condition.kind {
            case .when:
                if truth == false { return true }
                known.formUnion(answer.capabilities)
            case .unless:
                if truth == true { return true }
            }
        }
        return false
    }

    /// Finds an expression's type.
    ///
    /// - Parameter known: what is certain where the expression is evaluated.
    mutating func check(_ expression: Expression, _ known: CapabilitySet) -> Answer {
        switch expression.kind {
        case .bool(let value): Answer(.bool(value))
        case .long: Answer(.long)
        case .string: Answer(.string)
        // What is not declared is reported for the policy as a whole.
        case .entity(let uid):
            Answer(
                type: types.isDeclared(uid) ? .entity([uid.type]) : nil,
                reach: Reach(isLiteral: uid != environment.action))
        case .variable(let variable): Answer(environment.type(of: variable))
        case .not(let operand): negation(operand, known)
        case .negate(let operand): arithmetic([operand], "-", known)
        case .and(let operands): conjunction(operands, known)
        case .or(let operands): disjunction(operands, known)
        case .binary(let symbol, let left, let right):
            binary(symbol, left, right, at: expression.span, known)
        case .isEmpty(let operand): emptiness(operand, known)
        case .ifThenElse(let guardian, let then, let other):
            choice(guardian, then, other, at: expression.span, known)
        case .attribute(let operand, let name):
            attribute(name, of: operand, at: expression.span, known)
        case .has(let operand, let path): presence(path, of: operand, at: expression.span, known)
        case .like(let operand, _): likeness(operand, known)
        case .isType(let operand, let type, let group):
            typeTest(operand, type, in: group, at: expression.span, known)
        case .set(let elements): set(elements, at: expression.span, known)
        case .record(let members): record(members, known)
        case .call(let function, let arguments):
            call(function, arguments, at: expression.span, known)
        }
    }

    private mutating func binary(
        _ symbol: BinaryOperator, _ left: Expression, _ right: Expression, at span: SourceSpan,
        _ known: CapabilitySet
    ) -> Answer {
        switch symbol {
        case .equal: equality(left, right, symbol, at: span, known)
        case .notEqual: equality(left, right, symbol, at: span, known).negated
        case .less, .lessOrEqual, .greater, .greaterOrEqual:
            comparison(left, right, symbol, known)
        case .add, .subtract, .multiply: arithmetic([left, right], symbol.rawValue, known)
        case .in: membership(left, right, known)
        case .contains, .containsAll, .containsAny:
            containment(symbol, left, right, at: span, known)
        case .hasTag: tagPresence(left, right, known)
        case .getTag: tag(left, right, at: span, known)
        }
    }
}

extension TypeChecker.Answer {
    /// The answer for the negation; it makes sure of nothing.
    var negated: Self {
        guard case .bool(let truth)? = type else { return .failed }
        return Self(.bool(truth.map { !$0 }))
    }
}
