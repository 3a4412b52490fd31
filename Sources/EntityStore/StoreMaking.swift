import LMDB

/// Finding the databases of a store, and making them.
///
/// `meta` is made first and its record written last. So an environment that has seen a commit
/// but has no `meta` is somebody else's, and a `meta` without a record is a store whose making was
/// interrupted, which is taken up again.
enum StoreMaking {
    static func layout(
        of environment: Environment, _ options: StoreOptions, _ operation: String
    ) throws(StoreError) -> StoreLayout {
        if let layout = try existing(environment, options, operation) { return layout }
        guard options.createIfMissing, !options.readOnly else {
            throw StoreError(
                .notAStore, operation, "the directory holds an LMDB environment without a store")
        }
        let lock = try writerLock(environment, operation)
        // Another process may have made it before the lock was taken.
        if let layout = try existing(environment, options, operation) { return layout }
        do throws(LMDBError) {
            let layout = StoreLayout(
                meta: try lock.createDatabase(named: StoreLayout.metaName),
                entities: try made(.entity, lock), closures: try made(.closure, lock),
                children: try made(.children, lock), edges: try made(.edge, lock),
                changes: try made(.change, lock), secondaryKeys: try made(.secondaryKey, lock),
                restrictions: try made(.restriction, lock), keyMask: options.keyMask)
            var transaction = try lock.beginWrite()
            let (key, state) = (StoreState.key, StoreState().bytes)
            try transaction.put(key.span, state.span, in: layout.meta)
            try transaction.commit()
            return layout
        } catch {
            throw StoreError(error, operation)
        }
    }

    private static func made(
        _ kind: StoredEntry.Kind, _ lock: borrowing WriterLock
    ) throws(LMDBError) -> Database {
        try lock.createDatabase(
            named: StoreLayout.name(of: kind), keys: StoreLayout.keys(of: kind))
    }

    static func writerLock(
        _ environment: Environment, _ operation: String
    ) throws(StoreError) -> WriterLock {
        do throws(WriterLock.Refusal) {
            return try WriterLock(environment)
        } catch {
            switch error {
            case .held(let owner):
                throw StoreError(.locked(by: owner), operation, error.description)
            case .failed(let error):
                throw StoreError(error, operation)
            }
        }
    }

    /// The databases of a finished store; nil where there is none or an unfinished one.
    private static func existing(
        _ environment: Environment, _ options: StoreOptions, _ operation: String
    ) throws(StoreError) -> StoreLayout? {
        guard let meta = try database(StoreLayout.metaName, .bytes, environment, operation)
        else {
            if try isUntouched(environment, operation) { return nil }
            throw StoreError(
                .notAStore, operation, "the directory holds an LMDB environment of other data")
        }
        guard try state(environment, meta, operation) != nil else { return nil }
        func required(_ kind: StoredEntry.Kind) throws(StoreError) -> Database {
            let name = StoreLayout.name(of: kind)
            guard
                let database = try database(
                    name, StoreLayout.keys(of: kind), environment, operation)
            else {
                throw StoreError(
                    .corrupted, operation,
                    "the database `\(name)` is missing: restore the store from a copy")
            }
            return database
        }
        return StoreLayout(
            meta: meta, entities: try required(.entity), closures: try required(.closure),
            children: try required(.children), edges: try required(.edge),
            changes: try required(.change), secondaryKeys: try required(.secondaryKey),
            restrictions: try required(.restriction), keyMask: options.keyMask)
    }

    private static func database(
        _ name: String, _ keys: Database.Keys, _ environment: Environment, _ operation: String
    ) throws(StoreError) -> Database? {
        do throws(LMDBError) {
            return try environment.openDatabase(named: name, keys: keys)
        } catch {
            throw StoreError(error, operation)
        }
    }

    private static func isUntouched(
        _ environment: Environment, _ operation: String
    ) throws(StoreError) -> Bool {
        do throws(LMDBError) {
            return try environment.information.lastTransactionId == 0
        } catch {
            throw StoreError(error, operation)
        }
    }

    private static func state(
        _ environment: Environment, _ meta: Database, _ operation: String
    ) throws(StoreError) -> StoreState? {
        let transaction: ReadTransaction
        do throws(LMDBError) {
            transaction = try environment.beginRead()
        } catch {
            throw StoreError(error, operation)
        }
        return try transaction.state(in: meta, operation)
    }
}
