import Glibc
package import LMDB

extension StoreError: LMDBErrorConvertible {
    package init(_ error: LMDBError) {
        self.init(error, "use the store")
    }

    /// Says what a refusal by LMDB means for the store.
    init(_ error: LMDBError, _ operation: String) {
        switch error.code {
        case .mapFull:
            self.init(
                .mapFull, operation,
                "the map has reached its largest size: open the store with a larger "
                    + "`maximumMapBytes`")
        case .noSpace, .fileTooLarge:
            self.init(
                .noSpace, operation, "\(error.code): free some space or raise the limit, and repeat"
            )
        case .permissionDenied, .notPermitted, .readOnlyFileSystem:
            self.init(
                .permissionDenied, operation,
                "\(error.code): check owner and mode of the directory and its files")
        case .readOnly:
            self.init(.readOnly, operation, "the store was opened for reading only")
        case .noSuchFile:
            self.init(
                .notFound, operation, "there is no store here: check the path or import one")
        case .notDirectory:
            self.init(
                .notAStore, operation, "a store is a directory, and this path is or contains a file"
            )
        case .invalid, .versionMismatch, .incompatible:
            self.init(
                .notAStore, operation,
                "\(error.code): give the directory of a store, or an empty one")
        case .pageNotFound, .corrupted:
            self.init(
                .corrupted, operation, "\(error.code): restore it from a copy or import it again")
        case .busy:
            self.init(
                .busy, operation, "another transaction of this process is in the way: repeat")
        case .alreadyOpen:
            self.init(
                .busy, operation, "this process has the store open already: share the open one")
        case .readersFull:
            self.init(
                .readersFull, operation,
                "too many readers: end some processes that read the store")
        case .inputOutput where Self.hasFileSizeLimit:
            // LMDB calls a write that the limit cuts short an input/output error.
            self.init(
                .noSpace, operation,
                "a write was cut short, perhaps by the process's file size limit: raise it "
                    + "(`ulimit -f`) and repeat")
        case .inputOutput:
            self.init(
                .system(EIO), operation,
                "\(error.code): check the disk and the system's log before anything else")
        case .panic:
            self.init(.failed, operation, "\(error.code): open the store again")
        default:
            self.init(.failed, operation, error.description)
        }
    }

    private static var hasFileSizeLimit: Bool {
        var limit = rlimit()
        return unsafe getrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &limit) == 0
            && limit.rlim_cur != rlim_t.max
    }

    /// The same refusal, told as one of a larger operation.
    func during(_ operation: String) -> StoreError { StoreError(code, operation, message) }
}

extension LMDBError.Code {
    /// The operation needs a privilege (`EPERM`).
    static let notPermitted = Self(rawValue: 1)
    /// The file system is mounted for reading only (`EROFS`).
    static let readOnlyFileSystem = Self(rawValue: 30)
}
