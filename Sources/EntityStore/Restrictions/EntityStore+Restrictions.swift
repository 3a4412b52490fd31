import CedarEngine
import CedarSyntax
import LMDB

extension EntityStore {
    /// Restricts subjects in one change; one that is restricted already gets the new restriction.
    ///
    /// Waits for another writer for a while, as what is restricted must not wait long.
    ///
    /// - Returns: the revision from which on they are refused, on disk.
    /// - Throws: `badEntity` when a subject or a reason is not of its form; `locked`, `mapFull`,
    ///   `noSpace`, `readOnly`, `corrupted`. Nothing has changed then.
    @discardableResult
    package func restrict(_ restrictions: [Restriction]) throws(StoreError) -> UInt64 {
        let operation = "restrict"
        var entries: [(FlatUID, [UInt8])] = []
        var encoder = FlatEncoder()
        for restriction in restrictions {
            guard let uid = restriction.subject.uid, Restriction.isReason(restriction.reason) else {
                throw StoreError(
                    .badEntity(nil), operation,
                    "\(restriction.subject) with the reason `\(restriction.reason)` is not well "
                        + "formed")
            }
            let flat = try FlatUID(uid, &encoder)
            do throws(FlatEncoder.Failure) {
                entries.append((flat, try encoder.encode(restriction.value)))
            } catch {
                throw StoreError(.badEntity(nil), operation, error.message)
            }
        }
        return try changePatiently(operation) {
            [entries] (change, transaction) throws(StoreError) in
            for (uid, value) in entries {
                var chain = try transaction.chain(.restriction, uid.hash, layout)
                let entry = StoredEntry.make(.restriction, uid.bytes, value)
                let range = chain.find(uid)
                if let range, chain.bytes[range].elementsEqual(entry) { continue }
                chain.replace(range, with: entry)
                try transaction.store(chain, uid.hash, layout)
                change.noteRestrictionChange()
            }
        }
    }

    /// Ends restrictions in one change.
    ///
    /// - Throws: `notFound` when a subject is not restricted; as ``restrict(_:)`` else.
    @discardableResult
    package func release(_ subjects: [RestrictionSubject]) throws(StoreError) -> UInt64 {
        let operation = "release"
        var uids: [(FlatUID, RestrictionSubject)] = []
        var encoder = FlatEncoder()
        for subject in subjects {
            guard let uid = subject.uid else {
                throw StoreError(.badEntity(nil), operation, "\(subject) is not well formed")
            }
            uids.append((try FlatUID(uid, &encoder), subject))
        }
        return try changePatiently(operation) { [uids] (change, transaction) throws(StoreError) in
            for (uid, subject) in uids {
                var chain = try transaction.chain(.restriction, uid.hash, layout)
                guard let range = chain.find(uid) else {
                    throw StoreError(.notFound, operation, "\(subject) is not restricted")
                }
                chain.remove(range)
                try transaction.store(chain, uid.hash, layout)
                change.noteRestrictionChange()
            }
        }
    }

    /// All restrictions of the newest revision, expired ones too, in no order.
    package func restrictions() throws(StoreError) -> [Restriction] {
        try read { (transaction) throws(StoreError) in try transaction.restrictions(layout) }
    }

    /// As ``change(_:_:)``, waiting for another writer for up to five seconds.
    private func changePatiently(
        _ operation: String,
        _ body: (inout StoreChange, inout WriteTransaction) throws(StoreError) -> Void
    ) throws(StoreError) -> UInt64 {
        let end = ContinuousClock.now + .seconds(5)
        while true {
            do throws(StoreError) {
                return try change(operation, body)
            } catch {
                switch error.code {
                case .locked, .busy:
                    if ContinuousClock.now >= end { throw error }
                    Pause.briefly()
                default: throw error
                }
            }
        }
    }
}

extension ReadableTransaction where Self: ~Copyable {
    borrowing func restrictions(_ layout: StoreLayout) throws(StoreError) -> [Restriction] {
        var restrictions: [Restriction] = []
        try forEachValue(.restriction, layout) { (_, value) throws(StoreError) in
            let chain = try EntryChain(.restriction, value)
            for range in chain.ranges {
                let start = range.lowerBound + chain.kind.identityOffset
                let uid = chain.bytes.withFlat(at: start) { FlatEntity($0).uid }
                let rest = start + Int(chain.bytes.half(at: start + 4))
                let restriction = chain.bytes.withFlat(at: rest) { flat in
                    Restriction(uid, FlatRecord(flat).members)
                }
                guard let restriction else {
                    throw StoreError(
                        .corrupted, "read the store",
                        "the restriction of `\(uid)` cannot be read: run a check")
                }
                restrictions.append(restriction)
            }
        }
        return restrictions
    }
}
