package import CedarEngine
package import CedarSyntax

/// Why the store refused an operation; whenever one is thrown, the store is as it was before.
///
/// The one exception is an import in batches: the batches committed before stay.
package struct StoreError: Error, Sendable {
    /// What went wrong.
    package enum Code: Sendable {
        /// The directory holds something that is no entity store, or an unfinished one.
        case notAStore
        /// The store was written by a newer version of this program.
        case newerFormat(found: UInt32, supported: UInt32)
        /// The store was written by an older version of this program.
        case olderFormat(found: UInt32, supported: UInt32)
        /// The process lacks a permission on the directory or its files.
        case permissionDenied
        /// The map has reached the largest size the options allow.
        case mapFull
        /// The file system has no room, or the process's file size limit is reached.
        case noSpace
        /// Somebody else writes; the process id when it is known.
        case locked(by: Int32?)
        /// The hierarchy would have a cycle; the place of an entity on it, when it was imported.
        case cycle(Hierarchy.Cycle, StorePlace?)
        /// One import names an entity twice with different content.
        case duplicate(EntityUID, first: StorePlace, second: StorePlace)
        /// An entity breaks a rule; without a place when it did not come from a file.
        case badEntity(StorePlace?)
        /// The file is no sequence of JSON values.
        case badFile(StorePlace)
        /// A checksum or a structure is wrong.
        case corrupted
        /// There is no such store, file or entity.
        case notFound
        /// The store was opened for reading only.
        case readOnly
        /// A read of this process keeps the map from growing, or it has the store open already.
        case busy
        /// Every reader slot is taken.
        case readersFull
        /// Reading the file or writing a temporary file failed; the system's `errno`.
        case system(Int32)
        /// Anything else LMDB or the system refused.
        case failed
    }

    package let code: Code
    /// What was tried, as a verb phrase such as `import entities`.
    package let operation: String
    /// What is wrong and what to do, for people: lower case, no full stop.
    package let message: String

    package init(_ code: Code, _ operation: String, _ message: String) {
        self.code = code
        self.operation = operation
        self.message = message
    }
}

extension StoreError: CustomStringConvertible {
    package var description: String {
        let place: StorePlace? =
            switch code {
            case .badEntity(let place), .cycle(_, let place): place
            case .badFile(let place): place
            case .duplicate(_, _, let second): second
            default: nil
            }
        guard let place else { return "cannot \(operation): \(message)" }
        return "cannot \(operation): \(place): \(message)"
    }
}

/// A place in an imported file.
package struct StorePlace: Hashable, Sendable, CustomStringConvertible {
    /// Byte offset in the file, from 0.
    package let offset: Int
    /// Line, from 1.
    package let line: Int
    /// Column in Unicode scalars, from 1.
    package let column: Int
    /// Which entity of the file, from 0.
    package let index: Int

    package init(offset: Int, line: Int, column: Int, index: Int) {
        self.offset = offset
        self.line = line
        self.column = column
        self.index = index
    }

    package var description: String {
        "line \(line), column \(column) (byte \(offset), entity \(index))"
    }
}
