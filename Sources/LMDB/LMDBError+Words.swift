import CLMDB

extension LMDBError: CustomStringConvertible {
    /// The refusal in words: what was tried, why not, and what helps.
    package var description: String {
        if let help = code.help { return "cannot \(operation): \(code): \(help)" }
        return "cannot \(operation): \(code)"
    }
}

extension LMDBError.Code: CustomStringConvertible {
    /// The reason in words, lower case, without a full stop.
    package var description: String {
        switch self {
        case .keyExists: "the key exists already"
        case .notFound: "no such key or database"
        case .pageNotFound, .corrupted: "the data file is damaged"
        case .panic: "an earlier failure left the environment unusable"
        case .versionMismatch: "the files belong to another version of LMDB"
        case .invalid: "the data file is not an LMDB file"
        case .mapFull: "the map is full"
        case .databasesFull: "too many named databases"
        case .readersFull: "too many readers"
        case .transactionFull: "the transaction changes too many pages"
        case .mapResized: "another process keeps growing the map"
        case .incompatible: "the database is of another kind"
        case .badReaderSlot: "the reader slot is in use"
        case .badTransaction: "the transaction is over or has failed"
        case .badValueSize: "the value is too large"
        case .badDatabase: "the database is not visible in this transaction"
        case .noSuchFile: "no such file or directory"
        case .notDirectory: "not a directory"
        case .permissionDenied: "permission denied"
        case .noSpace: "no space left on the file system"
        case .fileTooLarge: "the file size limit of the process is reached"
        case .noMemory: "not enough memory or address space"
        case .busy: "it is in use"
        case .locked: "another process holds the lock"
        case .keyTooLong: "the key is longer than \(Environment.maximumKeyBytes) bytes"
        case .emptyKey: "the key is empty"
        case .alreadyOpen: "this process has the environment open already"
        case .readOnly: "the environment is open for reading only"
        case .embeddedZero: "the name contains a NUL byte"
        default: libraryWords
        }
    }

    /// What a person can do about it, where there is something.
    fileprivate var help: String? {
        switch self {
        case .pageNotFound, .corrupted, .invalid: "restore it from a copy or import it again"
        case .panic: "close the environment and open it again"
        case .versionMismatch: "use the version that wrote them, or export there and import here"
        case .mapFull: "abort, grow the map and repeat"
        case .readersFull: "end some reading processes or open with more readers"
        case .badTransaction: "abort it and begin another"
        case .permissionDenied: "check the owner and mode of the directory and its files"
        case .noSpace: "free some space and repeat"
        case .alreadyOpen: "share the open one"
        default: nil
        }
    }

    private var libraryWords: String {
        // Both tables behind this call are constant strings, or thread-local in glibc.
        guard let words = unsafe mdb_strerror(rawValue) else { return "error \(rawValue)" }
        return unsafe String(cString: words).lowercased() + " (\(rawValue))"
    }
}
