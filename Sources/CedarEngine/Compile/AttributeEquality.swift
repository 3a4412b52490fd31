import CedarSyntax

/// The equality with a literal that a policy's condition begins with, if it does.
///
/// `when { context.kind == "a" && … }`, the literal on either side, also after tests that the path
/// exists: `when { resource has owner && resource.owner == User::"a" && … }`. Only the scope comes
/// before it, and nothing in the scope or in the tests can fault while the path has a value.
struct AttributeEquality {
    let variable: Variable
    /// At least one, at most ``maximumNames``.
    let names: [Text]
    let literal: Value
    /// Whether every step of the path is tested for before it is read.
    let isGuarded: Bool

    private static let maximumNames = 64

    init?(_ policy: Policy) {
        guard let condition = policy.conditions.first, condition.kind == .when else { return nil }
        var operands = [condition.body]
        if case .and(let chain) = condition.body.kind { operands = chain }
        var tests: [(path: Path, from: Int)] = []
        for operand in operands {
            if case .has(let holder, let names) = operand.kind, var path = Path(holder) {
                let from = path.names.count
                path.names += names
                tests.append((path, from))
                continue
            }
            guard let (path, literal) = Self.equality(operand) else { return nil }
            // A test that goes elsewhere could fault, or be false, whatever the path's value is.
            guard tests.allSatisfy({ path.begins(with: $0.path) }) else { return nil }
            variable = path.variable
            names = path.names
            self.literal = literal
            isGuarded = Self.isGuarded(path, by: tests)
            return
        }
        return nil
    }

    /// Whether the tests, in their order, find a missing attribute before anything reads it.
    private static func isGuarded(_ path: Path, by tests: [(path: Path, from: Int)]) -> Bool {
        var tested = 0
        for test in tests {
            guard test.from <= tested else { return false }
            tested = max(tested, test.path.names.count)
        }
        return tested >= path.names.count
    }

    /// `variable.name.name`
    struct Path {
        let variable: Variable
        var names: [Text]

        /// Reads a chain of attributes without recursion.
        init?(_ expression: Expression) {
            var names: [Text] = []
            var current = expression
            while case .attribute(let operand, let name) = current.kind {
                names.append(name)
                current = operand
            }
            guard case .variable(let variable) = current.kind else { return nil }
            self.variable = variable
            self.names = names.reversed()
        }

        func begins(with other: Path) -> Bool {
            variable == other.variable && names.starts(with: other.names)
        }
    }

    /// The path and the literal of `PATH == literal`, on either side.
    static func equality(_ expression: Expression) -> (Path, Value)? {
        guard case .binary(.equal, let left, let right) = expression.kind else { return nil }
        for (side, other) in [(left, right), (right, left)] {
            if let path = Path(side), !path.names.isEmpty, path.names.count <= maximumNames,
                let literal = other.constantValue
            {
                return (path, literal)
            }
        }
        return nil
    }
}
