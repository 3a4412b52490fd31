/// How an environment is opened.
///
/// There is no option to skip syncing: an acknowledged commit is on disk.
package struct EnvironmentOptions: Sendable {
    /// Smallest size of the memory map in bytes: the bound on the data file until it is grown.
    ///
    /// Only address space is taken, no memory or disk, so a generous value costs nothing. A file
    /// that records a larger map opens with the larger. Rounded up to whole pages.
    package var mapBytes: Int
    /// Largest number of read transactions at a time, over all processes. The first process to
    /// open the environment decides.
    package var maximumReaders: Int
    /// Largest number of named databases open in this process.
    package var maximumDatabases: Int
    /// Opens for reading only; the files must exist, and the lock file must be writable.
    package var readOnly: Bool
    /// Makes the directory and the files where they do not exist. Without it a missing
    /// environment is ``LMDBError/Code/noSuchFile``.
    package var createIfMissing: Bool
    /// Mode of a directory made here.
    package var directoryMode: UInt32
    /// Mode of files made here.
    package var fileMode: UInt32

    package init(
        mapBytes: Int = 1 << 30,
        maximumReaders: Int = 512,
        maximumDatabases: Int = 16,
        readOnly: Bool = false,
        createIfMissing: Bool = true,
        directoryMode: UInt32 = 0o700,
        fileMode: UInt32 = 0o600
    ) {
        self.mapBytes = mapBytes
        self.maximumReaders = maximumReaders
        self.maximumDatabases = maximumDatabases
        self.readOnly = readOnly
        self.createIfMissing = createIfMissing
        self.directoryMode = directoryMode
        self.fileMode = fileMode
    }
}

/// Figures of an open environment at one instant.
package struct EnvironmentInformation: Sendable, Equatable {
    /// Size of this process's map in bytes: the data file cannot grow past it.
    package let mapBytes: Int
    /// Bytes of the data file up to its last page, pages free for reuse included.
    package let usedBytes: Int
    /// Bytes of a page.
    package let pageBytes: Int
    /// Id of the last committed write transaction; 0 in a new environment.
    package let lastTransactionId: Int
    /// Highest number of reader slots in use since the first process opened the environment.
    package let readerSlotsUsed: Int
    /// Number of reader slots.
    package let readerSlots: Int
}
