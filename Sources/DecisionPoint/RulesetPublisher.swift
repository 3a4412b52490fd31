package import CedarEngine
import Synchronization

/// Hands the current ruleset to the deciding threads, and frees those that are replaced.
///
/// A thread keeps the ruleset it has and compares one integer to learn of a newer one, so reading
/// takes no lock and counts no reference until a ruleset is really published. To free the old one
/// takes milliseconds when it is large, so no deciding thread ever does: the publisher keeps it
/// until all have let go, and whoever publishes frees it.
package final class RulesetPublisher: Sendable {
    private struct Rulesets {
        var current: Ruleset
        /// What the policies of the current one ask for.
        var obligations: ObligationTable
        /// Replaced, and perhaps still decided with.
        var replaced: [Ruleset] = []
    }

    private let rulesets: Mutex<Rulesets>
    private let published = Atomic<UInt64>(1)
    private let rules: ObligationRules

    /// - Parameter rules: those that the annotations of the policies were found good by.
    package init(_ ruleset: Ruleset, obligations rules: ObligationRules = ObligationRules()) {
        self.rules = rules
        rulesets = Mutex(
            Rulesets(current: ruleset, obligations: ObligationTable(ruleset, rules)))
    }

    /// The number of the current ruleset: grows by one with each that is published.
    package var epoch: UInt64 { published.load(ordering: .acquiring) }

    /// Makes a ruleset the current one, for decisions that start from now on.
    package func publish(_ ruleset: Ruleset) {
        let obligations = ObligationTable(ruleset, rules)
        rulesets.withLock { rulesets in
            rulesets.replaced.append(rulesets.current)
            rulesets.current = ruleset
            rulesets.obligations = obligations
            _ = published.add(1, ordering: .releasing)
        }
        freeUnused()
    }

    /// The current ruleset with its epoch.
    package func load() -> (ruleset: Ruleset, epoch: UInt64) {
        rulesets.withLock { ($0.current, published.load(ordering: .relaxed)) }
    }

    /// The current ruleset with what its policies ask for, and its epoch.
    func loadAll() -> (ruleset: Ruleset, obligations: ObligationTable, epoch: UInt64) {
        rulesets.withLock {
            ($0.current, $0.obligations, published.load(ordering: .relaxed))
        }
    }

    /// Frees the replaced rulesets that no thread holds, on the calling thread.
    ///
    /// - Returns: how many are still held. A thread that has nothing to decide holds its own until
    ///   it has.
    @discardableResult
    package func freeUnused() -> Int {
        // They are freed when this ends, and the lock is not held any more.
        var unused: [Ruleset] = []
        return rulesets.withLock { rulesets in
            // Nobody can come to hold a replaced one, so what is unused stays so.
            for index in rulesets.replaced.indices.reversed()
            where isKnownUniquelyReferenced(&rulesets.replaced[index]) {
                unused.append(rulesets.replaced.remove(at: index))
            }
            return rulesets.replaced.count
        }
    }
}
