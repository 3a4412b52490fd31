package import Routes
import Synchronization

/// Hands the current routes to the threads that match with them.
///
/// A thread keeps the table it has and compares one integer to learn of a newer one.
package final class RoutePublisher: Sendable {
    private let table: Mutex<RouteTable>
    private let published = Atomic<UInt64>(1)

    package init(_ table: RouteTable) { self.table = Mutex(table) }

    /// The number of the current table: grows by one with each that is published.
    package var epoch: UInt64 { published.load(ordering: .acquiring) }

    /// Makes a table the current one, for requests that come from now on.
    package func publish(_ table: RouteTable) {
        self.table.withLock { current in
            current = table
            _ = published.add(1, ordering: .releasing)
        }
    }

    /// The current table with its epoch.
    package func load() -> (table: RouteTable, epoch: UInt64) {
        table.withLock { ($0, published.load(ordering: .relaxed)) }
    }
}
