import Glibc
import Synchronization

/// The directory of a socket: its own where the service makes it, and judged where it was there.
enum SocketDirectory {
    /// Those that this process has made, whose modes are its own to change.
    private static let made = Mutex<Set<FileStatus.Identity>>([])

    /// Makes the directory if it is not there, and judges whether it is safe and open to those who may
    /// connect.
    ///
    /// - Throws: `unsafeDirectory`, `closedDirectory`, `system`.
    static func prepare(
        for path: String, _ peers: PeerAllowList
    ) throws(StreamSocketError) {
        let directory = parent(of: path)
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
        if isNew { made.withLock { _ = $0.insert(status.identity) } }
        guard peers.isForOthers else { return }
        // Of one that was there it is not known what else lies in it.
        if made.withLock({ $0.contains(status.identity) }),
            fchmod(handle.number, 0o711) != 0
        {
            throw .system(operation: "open the way into", path: directory, code: errno)
        }
        try judgeWay(to: directory, peers)
    }

    /// Refuses a way on which a listed user certainly gets no further; what groups and access lists let
    /// pass is not known here.
    private static func judgeWay(
        to directory: String, _ peers: PeerAllowList
    ) throws(StreamSocketError) {
        var directory = directory
        while true {
            if let status = FileStatus(following: directory), status.mode & 0o011 == 0,
                !peers.groupIDs.isEmpty || !peers.otherUserIDs.subtracting([status.owner]).isEmpty
            {
                throw .closedDirectory(path: directory)
            }
            guard directory != "/" else { return }
            directory = parent(of: directory)
        }
    }

    private static func parent(of path: String) -> String {
        let end = path.utf8.lastIndex(of: UInt8(ascii: "/")) ?? path.utf8.startIndex
        return end == path.utf8.startIndex ? "/" : String(path[..<end])
    }
}
