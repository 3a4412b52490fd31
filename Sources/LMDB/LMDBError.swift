import CLMDB
import Glibc

/// A refusal by LMDB, by the system below it, or by this module's own rules.
///
/// Equality looks at the code alone: the operation is for people.
package struct LMDBError: Error, Sendable, Equatable {
    /// What went wrong, comparable and matchable in a `switch` or `catch`.
    package let code: Code
    /// The step that was refused, as a verb phrase such as `begin a read transaction`.
    package let operation: StaticString

    package init(_ code: Code, _ operation: StaticString) {
        self.code = code
        self.operation = operation
    }

    package static func == (left: LMDBError, right: LMDBError) -> Bool {
        left.code == right.code
    }

    package static func ~= (code: Code, error: LMDBError) -> Bool {
        error.code == code
    }

    /// Throws unless the library's return value says success.
    static func check(_ result: Int32, _ operation: StaticString) throws(LMDBError) {
        if result != MDB_SUCCESS { throw LMDBError(Code(rawValue: result), operation) }
    }
}

/// An error type that has a place for a refusal by LMDB.
///
/// Closures that run inside a transaction throw one such type, so that a caller sees a single
/// typed error for the library's refusals and its own.
package protocol LMDBErrorConvertible: Error {
    init(_ error: LMDBError)
}

extension LMDBError: LMDBErrorConvertible {
    package init(_ error: LMDBError) { self = error }
}

extension LMDBError {
    /// A result code: LMDB's (-30799 to -30780), the system's `errno` (positive), or this
    /// module's own (below -31000).
    ///
    /// Source: LMDB manual, "Return Codes".
    package struct Code: RawRepresentable, Hashable, Sendable, BitwiseCopyable {
        package let rawValue: Int32

        package init(rawValue: Int32) { self.rawValue = rawValue }
    }
}

extension LMDBError.Code {
    /// The key is in the database already, or an appended key is out of order.
    package static let keyExists = Self(rawValue: MDB_KEYEXIST)
    /// The key or the database does not exist.
    package static let notFound = Self(rawValue: MDB_NOTFOUND)
    /// A page that the tree refers to is not there.
    package static let pageNotFound = Self(rawValue: MDB_PAGE_NOTFOUND)
    /// A page is not what the tree says it is, or the data file is too short.
    package static let corrupted = Self(rawValue: MDB_CORRUPTED)
    /// An earlier failure left the environment unusable until it is opened again.
    package static let panic = Self(rawValue: MDB_PANIC)
    /// The files were written by an incompatible version of LMDB.
    package static let versionMismatch = Self(rawValue: MDB_VERSION_MISMATCH)
    /// The data file is not an LMDB file.
    package static let invalid = Self(rawValue: MDB_INVALID)
    /// The map has no room for another page: abort, grow the map, repeat.
    package static let mapFull = Self(rawValue: MDB_MAP_FULL)
    /// More named databases than the environment was opened for.
    package static let databasesFull = Self(rawValue: MDB_DBS_FULL)
    /// More readers than the environment was opened for.
    package static let readersFull = Self(rawValue: MDB_READERS_FULL)
    /// The transaction has changed too many pages.
    package static let transactionFull = Self(rawValue: MDB_TXN_FULL)
    /// Another process keeps growing the map faster than this one adopts it.
    package static let mapResized = Self(rawValue: MDB_MAP_RESIZED)
    /// The database has another key order or kind than the one asked for.
    package static let incompatible = Self(rawValue: MDB_INCOMPATIBLE)
    /// The reader's slot was reused while it was in use.
    package static let badReaderSlot = Self(rawValue: MDB_BAD_RSLOT)
    /// The transaction is over, was reset, or must abort after an earlier failure.
    package static let badTransaction = Self(rawValue: MDB_BAD_TXN)
    /// The value is larger than LMDB can hold (4 GiB - 1).
    package static let badValueSize = Self(rawValue: MDB_BAD_VALSIZE)
    /// The database handle belongs to no database that this transaction can see.
    package static let badDatabase = Self(rawValue: MDB_BAD_DBI)
}

extension LMDBError.Code {
    /// The path does not exist (`ENOENT`).
    package static let noSuchFile = Self(rawValue: ENOENT)
    /// Something that is not a directory stands where one is needed (`ENOTDIR`).
    package static let notDirectory = Self(rawValue: ENOTDIR)
    /// The process lacks a permission (`EACCES`).
    package static let permissionDenied = Self(rawValue: EACCES)
    /// The file system has no room (`ENOSPC`).
    package static let noSpace = Self(rawValue: ENOSPC)
    /// The file would exceed the process's file size limit (`EFBIG`).
    package static let fileTooLarge = Self(rawValue: EFBIG)
    /// The system refused the memory or address space (`ENOMEM`).
    package static let noMemory = Self(rawValue: ENOMEM)
    /// Somebody else is using it (`EBUSY`).
    package static let busy = Self(rawValue: EBUSY)
    /// Another process has the environment's files locked (`EAGAIN`).
    package static let locked = Self(rawValue: EAGAIN)
    /// A device failed (`EIO`).
    package static let inputOutput = Self(rawValue: EIO)
    /// A parameter is outside what LMDB accepts (`EINVAL`).
    package static let invalidArgument = Self(rawValue: EINVAL)
}

extension LMDBError.Code {
    /// The key is longer than ``Environment/maximumKeyBytes``.
    package static let keyTooLong = Self(rawValue: -31001)
    /// The key has no bytes.
    package static let emptyKey = Self(rawValue: -31002)
    /// This process has the environment open already; LMDB's locks do not survive a second time.
    package static let alreadyOpen = Self(rawValue: -31003)
    /// The environment was opened read-only.
    package static let readOnly = Self(rawValue: -31004)
    /// The path or database name contains a NUL byte, which C would cut short.
    package static let embeddedZero = Self(rawValue: -31005)
}
