package import CedarEngine
import Synchronization

/// Hands the current ruleset to the deciding threads.
///
/// A thread keeps the ruleset it has and compares one integer to learn of a newer one, so reading
/// takes no lock and counts no reference until a ruleset is really published.
package final class RulesetPublisher: Sendable {
    private let current: Mutex<Ruleset>
    private let published = Atomic<UInt64>(1)

    package init(_ ruleset: Ruleset) {
        current = Mutex(ruleset)
    }

    /// The number of the current ruleset: grows by one with each that is published.
    package var epoch: UInt64 { published.load(ordering: .acquiring) }

    /// Makes a ruleset the current one, for decisions that start from now on.
    package func publish(_ ruleset: Ruleset) {
        current.withLock { current in
            current = ruleset
            _ = published.add(1, ordering: .releasing)
        }
    }

    /// The current ruleset with its epoch.
    package func load() -> (ruleset: Ruleset, epoch: UInt64) {
        current.withLock { ($0, published.load(ordering: .relaxed)) }
    }
}
