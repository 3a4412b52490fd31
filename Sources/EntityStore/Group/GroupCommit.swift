import CedarSchema
import LMDB

/// Commits changes of single entities together, each whole or refused, as if one came after the
/// other.
struct GroupCommit: Sendable {
    let store: EntityStore
    /// What each entity must conform to after its change; nil for nothing.
    let conformance: EntityConformance?

    private static let operation = "change entities"

    /// Commits the first changes of a list, as many as can be done together, at least one.
    ///
    /// A change that can be judged before it writes is passed over when it is refused. One that is
    /// refused later, for a cycle or too many ancestors, has left traces: the transaction is given
    /// up, what came before the change is committed without it, and what follows is left to the
    /// next call. So a refused change costs the others at most a repetition and a commit, and what
    /// is refused does not depend on how changes were grouped.
    ///
    /// - Returns: an answer for each of the first changes, in order.
    func commit(
        _ changes: ArraySlice<PreparedChange>, _ lock: borrowing WriterLock
    ) -> [Result<UInt64, StoreError>] {
        var limit = changes.count
        var refusals: [Int: StoreError] = [:]
        while true {
            var attempt = Attempt(refusals: refusals)
            do throws(StoreError) {
                let revision = try lock.write(maximumMapBytes: store.options.maximumMapBytes) {
                    (transaction) throws(StoreError) in
                    attempt = Attempt(refusals: refusals)
                    return try write(changes.prefix(limit), &attempt, &transaction)
                }
                return (0..<limit).map { index in
                    attempt.refusals[index].map { .failure($0) } ?? .success(revision)
                }
            } catch {
                let error = error.during(Self.operation)
                if let index = attempt.writing, error.isAboutTheChange {
                    refusals = attempt.refusals
                    refusals[index] = error
                    limit = index + 1
                } else if case .mapFull = error.code, limit > 1 {
                    // A large change may be the only one for which there is no room.
                    limit /= 2
                    refusals = refusals.filter { $0.key < limit }
                } else {
                    return (0..<limit).map { .failure(refusals[$0] ?? error) }
                }
            }
        }
    }

    /// How far one transaction came.
    private struct Attempt {
        var refusals: [Int: StoreError]
        /// The change that is being written.
        var writing: Int?
    }

    private func write(
        _ changes: ArraySlice<PreparedChange>, _ attempt: inout Attempt,
        _ transaction: inout WriteTransaction
    ) throws(StoreError) -> UInt64 {
        var change = try StoreChange(transaction, store, Self.operation)
        for (index, prepared) in changes.enumerated() where attempt.refusals[index] == nil {
            let resolved: ResolvedChange
            do throws(StoreError) {
                resolved = try ResolvedChange(prepared, conformance, store.layout, transaction)
            } catch {
                guard error.isAboutTheChange else { throw error }
                attempt.refusals[index] = error
                continue
            }
            attempt.writing = index
            switch resolved {
            case .put(let record): try change.put([record], &transaction)
            case .remove(let uid): _ = try change.remove(uid, &transaction)
            case .nothing: break
            }
            try change.settle(&transaction)
            attempt.writing = nil
        }
        return try change.finish(&transaction).revision
    }
}

extension StoreError {
    /// Whether another change could still be made.
    fileprivate var isAboutTheChange: Bool {
        switch code {
        case .cycle, .badEntity, .notFound, .duplicate, .corrupted: true
        default: false
        }
    }
}
