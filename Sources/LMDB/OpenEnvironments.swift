import Glibc
import Synchronization

/// A directory as the kernel knows it, whatever path led there.
struct DirectoryIdentity: Hashable, Sendable {
    let device: UInt64
    let inode: UInt64

    init(_ status: stat) {
        device = UInt64(status.st_dev)
        inode = UInt64(status.st_ino)
    }
}

/// The environments this process has open.
///
/// LMDB marks live readers with POSIX record locks, which the kernel drops as soon as a process
/// closes *any* descriptor of the file. Opening an environment twice and closing one of the two
/// would therefore let writers reuse pages under the other's readers.
/// Source: LMDB manual, "Caveats".
enum OpenEnvironments {
    private static let identities = Mutex<Set<DirectoryIdentity>>([])

    /// Notes the directory as open; false when it was open already.
    static func insert(_ identity: DirectoryIdentity) -> Bool {
        identities.withLock { $0.insert(identity).inserted }
    }

    static func remove(_ identity: DirectoryIdentity) {
        identities.withLock { _ = $0.remove(identity) }
    }
}
