import Glibc
import Synchronization

/// The directory of a socket: its own where the service makes it, and judged where it was there.
enum SocketDirectory {
    /// Those that this process has made, whose modes are its own to change.
    private static let made = Mutex<Set<Made>>([])

    /// A directory and where it was made: when it is gone, another may get its identity elsewhere.
    private struct Made: Hashable {
        let identity: FileStatus.Identity
        let path: String

        init(_ identity: FileStatus.Identity, at path: String) {
            self.identity = identity
            guard let resolved = unsafe realpath(path, nil) else {
                self.path = path
                return
            }
            self.path = unsafe String(cString: resolved)
            unsafe free(resolved)
        }
    }

    /// Makes the directory if it is not there, and judges whether it is safe and open to those who may
    /// connect.
    ///
    /// - Throws: `unsafeDirectory`, `closedDirectory`, `excludedPeer`, `system`.
    static func prepare(
        for path: String, _ peers: PeerAllowList
    ) throws(StreamSocketError) {
        let directory = SocketWay.parent(of: path)
        let isNew = unsafe mkdir(directory, 0o700) == 0
        if !isNew, errno != EEXIST {
            throw .system(operation: "make the socket directory", path: directory, code: errno)
        }
        guard
            let handle = FileDescriptor(
                owning: unsafe open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC))
        else { throw .system(operation: "open the socket directory", path: directory, code: errno) }
        guard let status = FileStatus(descriptor: handle.number) else {
            throw .system(operation: "examine the socket directory", path: directory, code: errno)
        }
        try judge(directory, status, peers)
        let own = Made(status.identity, at: directory)
        if isNew { made.withLock { _ = $0.insert(own) } }
        guard peers.isForOthers else { return }
        // Of one that was there it is not known what else lies in it.
        if made.withLock({ $0.contains(own) }),
            fchmod(handle.number, 0o711) != 0
        {
            throw .system(operation: "open the way into", path: directory, code: errno)
        }
        try SocketWay.judge(to: directory, peers)
    }

    /// Refuses what belongs to somebody else or may be written to by others.
    static func judge(
        _ directory: String, _ status: FileStatus, _ peers: PeerAllowList
    ) throws(StreamSocketError) {
        if status.owner != geteuid() {
            throw .unsafeDirectory(
                path: directory,
                reason: "it belongs to user \(status.owner), not to this process's user "
                    + "\(geteuid())")
        }
        if status.mode & 0o022 != 0 {
            throw .unsafeDirectory(
                path: directory,
                reason: "its group or others may write to it: remove the permission, "
                    + "for example with `chmod \(peers.isForOthers ? "711" : "700")`")
        }
    }
}
