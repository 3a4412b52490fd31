package import CedarSyntax

/// What became of one policy when its set was compiled, for authors who wonder what it costs.
package struct PolicyExplanation: Sendable {
    package let id: Text
    package let effect: Policy.Effect
    /// Where it stands in the source.
    package let span: SourceSpan
    package let key: Key
    /// What else a request must be for its program to run, as conditions in Cedar's syntax.
    package let demands: [String]
    /// How many policies run together with it at most: those under its key, itself included.
    package let companions: Int
    /// The part of the scope that the index has proved when the program runs; nil for none.
    package let proved: String?
    /// What was worked out beforehand, in source order.
    package let folded: [Folding]
    package let program: [ProgramStep]
    /// The most values on the stack at once.
    package let depth: Int
    /// All of the program, shared values included, in steps of about ten machine instructions. What
    /// entities cost that must be fetched is not in it.
    package let cost: Int
    /// Why more requests than necessary may run it; nil when its key is as good as any.
    package let advice: Advice?

    /// By what a request finds the policy.
    package enum Key: Sendable {
        /// It stands with those that every request runs.
        case none
        /// `variable == entity`
        case entity(Variable, EntityUID)
        /// The variable is one of the entities or in it.
        case ancestor(Variable, [EntityUID])
        /// An attribute has a value; `path` is in Cedar's syntax.
        case attribute(path: String, value: Value, isGuarded: Bool)
        /// No request finds it: its action must be in none.
        case never
    }

    /// Something that costs a decision nothing, because it was known when the policy was compiled.
    package struct Folding: Sendable {
        /// The expression in Cedar's syntax.
        package let expression: String
        package let outcome: Outcome

        package enum Outcome: Sendable {
            /// It always has this value.
            case value(Value)
            /// What stands before it decides.
            case neverEvaluated
        }
    }

    /// What could narrow the requests that run a policy. Expressions are in Cedar's syntax.
    package enum Advice: Sendable {
        /// The attribute that its condition begins with is not worth its evaluation.
        case attributeDoesNotPay(path: String)
        /// An equality would be a key if the condition began with it.
        case beginWith(equality: String, before: String)
        /// Nothing in it could be a key.
        case nameAnEntity
    }
}

/// One step of a program, in words.
package struct ProgramStep: Sendable {
    /// From 0 on; steps that jump name one of these.
    package let number: Int
    package let text: String
}

/// What became of a policy set when it was compiled.
package struct RulesExplanation: Sendable {
    /// Those that were asked for, in order.
    package let policies: [PolicyExplanation]
    package let policyCount: Int
    /// How many policies stand with those that every request runs.
    package let generalCount: Int
    /// The attributes by whose values policies are found, and how many are found by each.
    package let paths: [(path: String, policies: Int)]
    /// The number of values that policies share.
    package let sharedCount: Int
    /// Code, constants, index, ids and annotations.
    package let sizeBytes: Int
}
