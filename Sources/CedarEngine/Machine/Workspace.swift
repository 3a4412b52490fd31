/// What one thread needs to decide: stack, scratch memory, remembered entities, results.
///
/// It is reused; after warm-up a decision allocates nothing. Results are those of the last
/// decision made with it.
package struct Workspace: ~Copyable {
    var stack = OperandStack()
    var arena: Arena
    var entities = EntityMemo()
    var shared = SharedValues()
    /// Runs whose permits are still to be evaluated, when only the decision is wanted.
    var permits: [PolicyIndex.Run] = []

    /// The policies that determined the decision, as indices into the ruleset, ascending.
    package internal(set) var reasons: [UInt32] = []
    /// The policies that could not be evaluated, ascending, and why.
    package internal(set) var errors: [PolicyError] = []

    /// A policy that could not be evaluated.
    package struct PolicyError: BitwiseCopyable, Hashable, Sendable {
        /// Index into the ruleset.
        package let policy: UInt32
        package let fault: Fault
    }

    /// - Parameter maximumBytes: bound on the values made during one decision.
    package init(maximumBytes: Int = 64 << 20) {
        arena = Arena(maximumBytes: maximumBytes)
        permits.reserveCapacity(64)
        reasons.reserveCapacity(64)
        errors.reserveCapacity(64)
    }

    /// Begins a decision by a ruleset whose programs share so many values.
    @inline(__always)
    mutating func prepare(sharedCount: Int = 0) {
        arena.reset()
        entities.reset()
        shared.prepare(count: sharedCount)
        if !permits.isEmpty { permits.removeAll(keepingCapacity: true) }
        forgetResults()
    }

    /// Forgets the results of the last decision.
    package mutating func forgetResults() {
        // To empty an array at once costs a hundred instructions; most hold nothing or one policy.
        if reasons.count == 1 {
            reasons.removeLast()
        } else if !reasons.isEmpty {
            reasons.removeAll(keepingCapacity: true)
        }
        if !errors.isEmpty { errors.removeAll(keepingCapacity: true) }
    }
}
