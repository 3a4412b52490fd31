package import Routes
import Synchronization

/// Hands the current routes to the threads that match with them.
///
/// A thread keeps the table it has and compares one integer to learn of a newer one. Routes that were
/// read together with policies come into force together with them: what a route asks may mean something
/// else to the policies before.
package final class RoutePublisher: Sendable {
    private struct Tables {
        var newest: RouteTable
        /// The epoch of the ruleset from which on it counts.
        var since: UInt64
        /// What it replaced; counts until then.
        var previous: RouteTable?
        var previousSince: UInt64 = 0
    }

    private let tables: Mutex<Tables>
    private let published = Atomic<UInt64>(1)

    package init(_ table: RouteTable) { tables = Mutex(Tables(newest: table, since: 0)) }

    /// The number of the newest table: grows by one with each that is published.
    package var epoch: UInt64 { published.load(ordering: .acquiring) }

    /// The newest table, whatever it belongs to, with its epoch.
    package var newest: (table: RouteTable, epoch: UInt64) {
        tables.withLock { ($0.newest, published.load(ordering: .relaxed)) }
    }

    /// Makes a table the current one, for requests that come from now on.
    ///
    /// - Parameter ruleset: the epoch of the ruleset that it belongs to, which is published afterwards;
    ///   0 for the current one, whichever it is.
    package func publish(_ table: RouteTable, since ruleset: UInt64 = 0) {
        tables.withLock { tables in
            tables = Tables(
                newest: table, since: ruleset, previous: tables.newest,
                previousSince: tables.since)
            _ = published.add(1, ordering: .releasing)
        }
    }

    /// The newest table that counts for a ruleset, with its epoch.
    ///
    /// - Parameter ruleset: the epoch of the ruleset that decides.
    /// - Returns: nil when there is none: whoever asks has that which does.
    package func load(for ruleset: UInt64) -> (table: RouteTable, epoch: UInt64)? {
        tables.withLock { tables in
            let epoch = published.load(ordering: .relaxed)
            if tables.since <= ruleset { return (tables.newest, epoch) }
            guard let previous = tables.previous, tables.previousSince <= ruleset else {
                return nil
            }
            return (previous, epoch - 1)
        }
    }
}
