import LMDB

/// Entities in an LMDB environment: one writer at a time, any number of readers that never wait.
///
/// Every committed change has a revision. What a reader sees is one revision, whole.
/// The layout is described in <doc:Layout>.
package final class EntityStore: Sendable {
    let environment: Environment
    let layout: StoreLayout
    let options: StoreOptions

    /// The directory, as it was given.
    package var path: String { environment.path }

    private init(_ environment: Environment, _ layout: StoreLayout, _ options: StoreOptions) {
        self.environment = environment
        self.layout = layout
        self.options = options
    }

    /// Opens the store in a directory, making it where there is none and the options say so.
    ///
    /// Frees the slots of readers whose process has died.
    ///
    /// - Throws: `notFound`, `notAStore`, `newerFormat`, `olderFormat`, `permissionDenied`,
    ///   `noSpace`, `corrupted`; `locked` when it must be made and somebody else is at it; `busy` when this
    ///   process has it open.
    package static func open(
        at path: String, _ options: StoreOptions = StoreOptions()
    ) throws(StoreError) -> EntityStore {
        let operation = "open the store `\(path)`"
        let environment: Environment
        do throws(LMDBError) {
            environment = try Environment(
                path: path,
                options: EnvironmentOptions(
                    mapBytes: options.mapBytes, maximumReaders: options.maximumReaders,
                    readOnly: options.readOnly, createIfMissing: options.createIfMissing))
            _ = try environment.checkReaders()
        } catch {
            throw StoreError(error, operation)
        }
        let layout = try StoreMaking.layout(of: environment, options, operation)
        return EntityStore(environment, layout, options)
    }

    /// Makes a reader for one thread.
    ///
    /// - Parameter cacheBytes: the bound on its cache of records, at least 4 KiB; 0 for none.
    /// - Throws: `readersFull`, `busy`, `corrupted`; `failed` when there is no memory for the
    ///   cache.
    package func makeReader(cacheBytes: Int = 0) throws(StoreError) -> EntityReader {
        try EntityReader(environment, layout, cacheBytes: cacheBytes)
    }

    /// Takes the right to write, or says who has it.
    func takeWriterLock(_ operation: String) throws(StoreError) -> WriterLock {
        try StoreMaking.writerLock(environment, operation)
    }
}
