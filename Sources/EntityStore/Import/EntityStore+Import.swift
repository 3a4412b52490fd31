package import CedarSchema
import LMDB

extension EntityStore {
    /// Stores the entities of a file, each in the place of the one with its identity.
    ///
    /// The whole file is read, judged and sorted first, in `sortBytes` of memory and a temporary
    /// file in the store's directory of about the records' size; so a file that breaks a rule
    /// changes nothing, in either mode. Nobody else can write meanwhile; readers go on.
    ///
    /// - Parameters:
    ///   - conformance: what each entity must conform to, and what gives values their types; nil for
    ///     nothing.
    ///   - progress: called about once for each megabyte or 16,384 entities.
    /// - Throws: `badFile`, `badEntity`, `duplicate`, `cycle` with the place in the file; `locked`,
    ///   `mapFull`, `noSpace`, `readOnly`, `corrupted`, `notFound`, `permissionDenied`, `system`.
    ///   Nothing has changed then, except that committed batches stay.
    package func importEntities(
        from source: ImportSource, mode: ImportMode = .atomic,
        conformingTo conformance: EntityConformance? = nil,
        progress: (ImportProgress) -> Void = { _ in }
    ) throws(StoreError) -> ImportReport {
        let operation = "import entities"
        let lock = try takeWriterLock(operation)
        var reading = ImportReading(self, conformance, operation)
        try reading.read(source, progress)
        try reserveMap(reading.sorter.byteCount, operation)
        var report = ImportReport(
            revision: 0, entities: reading.entities, counts: StoreChangeCounts(), repeated: 0,
            bytes: reading.bytes, commits: 0)
        do throws(StoreError) {
            if case .batch = mode { try ImportJudge.judge(&reading, self, operation) }
            try write(&reading, mode, lock, progress, &report)
        } catch {
            throw try ImportJudge.placed(error, &reading, operation)
        }
        return report
    }

    /// Makes room beforehand: to find the map full costs all that was written.
    private func reserveMap(_ byteCount: Int, _ operation: String) throws(StoreError) {
        do throws(LMDBError) {
            let information = try environment.information
            // Records share pages with their keys and some space, and the hierarchy comes on top.
            let needed = information.usedBytes + byteCount / 2 * 3
            var size = information.mapBytes
            while size < needed, size < options.maximumMapBytes { size = size &* 2 }
            if size > information.mapBytes {
                try environment.grow(to: min(size, options.maximumMapBytes))
            }
        } catch LMDBError.Code.busy {
            // A long read is in the way; growing is tried again when the map is full.
        } catch {
            throw StoreError(error, operation)
        }
    }

    private func write(
        _ reading: inout ImportReading, _ mode: ImportMode, _ lock: borrowing WriterLock,
        _ progress: (ImportProgress) -> Void, _ report: inout ImportReport
    ) throws(StoreError) {
        var limit = Int.max
        if case .batch(let count) = mode { limit = max(count, 1) }
        var batch = ImportBatch(
            groups: ImportGroups(try reading.sorted(), reading.operation), isLast: false,
            revision: 0, counts: StoreChangeCounts())
        while !batch.isLast {
            let start = batch.groups
            let total = (entities: reading.entities, bytes: reading.bytes)
            do throws(StoreError) {
                batch = try lock.write(maximumMapBytes: options.maximumMapBytes) {
                    (transaction) throws(StoreError) in
                    try ImportBatch.write(start, limit, self, &transaction) { done in
                        progress(
                            ImportProgress(
                                phase: .writing, bytes: total.bytes, totalBytes: total.bytes,
                                entities: done, totalEntities: total.entities))
                    }
                }
            } catch {
                // Batches come in the order of keys, so one may bring one half of a change of the
                // hierarchy that makes no cycle as a whole.
                guard case .cycle = error.code, limit != Int.max else { throw error }
                limit = limit.multipliedReportingOverflow(by: 2).overflow ? Int.max : limit * 2
                continue
            }
            report.revision = batch.revision
            report.counts.add(batch.counts)
            if batch.counts.isChange { report.commits += 1 }
        }
        report.repeated = batch.groups.repeated
    }
}

/// One transaction's part of an import.
struct ImportBatch {
    var groups: ImportGroups
    var isLast: Bool
    var revision: UInt64
    var counts: StoreChangeCounts

    /// Writes the next entities, at least `limit` where there are so many.
    static func write(
        _ start: ImportGroups, _ limit: Int, _ store: EntityStore,
        _ transaction: inout WriteTransaction, _ progress: (Int) -> Void
    ) throws(StoreError) -> ImportBatch {
        var groups = start
        var change = try StoreChange(transaction, store, start.operation)
        var isLast = false
        var reported = start.entities
        while !isLast, groups.entities - start.entities < limit {
            if let records = try groups.next() {
                try change.put(records, &transaction)
            } else {
                isLast = true
            }
            if isLast || groups.entities - reported >= 16_384 {
                reported = groups.entities
                progress(reported)
            }
        }
        let (revision, counts) = try change.finish(&transaction)
        return ImportBatch(groups: groups, isLast: isLast, revision: revision, counts: counts)
    }
}
