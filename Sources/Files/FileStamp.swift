import Glibc

/// What tells that a file was changed or replaced.
///
/// The time of the last change is the kernel's and cannot be set back, unlike that of the last writing.
package struct FileStamp: Hashable, Sendable {
    package let device: UInt64
    package let inode: UInt64
    package let sizeBytes: Int64
    /// Nanoseconds since 1970.
    package let modified: Int64
    /// Nanoseconds since 1970.
    package let changed: Int64
    let isRegular: Bool

    /// Looks at what a path leads to; nil when there is nothing or it may not be looked at.
    package init?(path: String) { unsafe self.init { unsafe stat(path, $0) } }

    init?(descriptor: Int32) { unsafe self.init { unsafe fstat(descriptor, $0) } }

    private init?(_ look: (UnsafeMutablePointer<stat>) -> Int32) {
        var status = stat()
        guard unsafe look(&status) == 0 else { return nil }
        device = UInt64(status.st_dev)
        inode = UInt64(status.st_ino)
        sizeBytes = Int64(status.st_size)
        modified = Self.nanoseconds(status.st_mtim)
        changed = Self.nanoseconds(status.st_ctim)
        isRegular = status.st_mode & S_IFMT == S_IFREG
    }

    static func nanoseconds(_ time: timespec) -> Int64 {
        Int64(time.tv_sec) &* 1_000_000_000 &+ Int64(time.tv_nsec)
    }

    /// The stamp as a word, for comparing many files at once.
    package var text: String { "\(device) \(inode) \(sizeBytes) \(modified) \(changed)" }
}
