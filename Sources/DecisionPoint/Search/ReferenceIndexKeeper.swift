package import EntityStore
import Synchronization

/// Keeps an index of references near the newest revision, from the first search on.
package final class ReferenceIndexKeeper: Sendable {
    private struct State {
        var index: ReferenceIndex?
        var isWanted = false
    }

    private let store: EntityStore
    private let state = Mutex(State())

    /// So many changed keys since the index was made are worth a new one.
    private static let renewedAfter = 1024

    package init(_ store: EntityStore) { self.store = store }

    /// The index that there is; asking for it is what makes ``refresh()`` make one.
    package var current: ReferenceIndex? {
        state.withLock { state in
            state.isWanted = true
            return state.index
        }
    }

    /// Makes a new index when one is wanted and the present one is far behind; it reads the whole store
    /// then, so call it on a thread that nothing waits for.
    ///
    /// - Returns: whether one was made.
    @discardableResult
    package func refresh() throws(StoreError) -> Bool {
        let (index, isWanted) = state.withLock { ($0.index, $0.isWanted) }
        guard isWanted else { return false }
        if let index, try isNear(index) { return false }
        let made = try ReferenceIndex(store)
        state.withLock { $0.index = made }
        return true
    }

    private func isNear(_ index: ReferenceIndex) throws(StoreError) -> Bool {
        var reader = try store.makeReader()
        guard try reader.begin() != index.revision else {
            reader.end()
            return true
        }
        let changed = reader.changedKeys(after: index.revision, maximum: Self.renewedAfter)
        reader.end()
        return changed != nil
    }
}
