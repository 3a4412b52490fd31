import Glibc

/// The places of sockets, looked at without making or changing anything: what a start would say of them.
package struct SocketPlaces {
    /// Directories that a start would have made by then, and whether others may enter them.
    private var made: [String: Bool] = [:]

    package init() {}

    /// Judges the place of the socket that a start opens next.
    ///
    /// Who holds the path is not asked, so a service that runs is no hindrance. A socket that is there and
    /// belongs, or whose directory belongs, to another user was opened by a service manager, or by the service
    /// as that user: nothing is said of it.
    /// - Parameter peers: who may connect.
    /// - Throws: what ``ListeningSocket`` would, but `addressInUse`.
    package mutating func judge(
        _ path: String, for peers: PeerAllowList
    ) throws(StreamSocketError) {
        try ListeningSocket.checkPath(path)
        let directory = SocketWay.parent(of: path)
        if let isOpen = made[directory] {
            made[directory] = isOpen || peers.isForOthers
            return try judgeWay(to: SocketWay.parent(of: directory), peers)
        }
        guard
            let handle = FileDescriptor(
                owning: unsafe open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC))
        else {
            let code = errno
            // A link that leads nowhere is in the way of a new directory.
            if FileStatus(path: directory) == nil { try judgeMaking(directory, peers) }
            guard code == ENOENT, FileStatus(path: directory) == nil else {
                throw .system(
                    operation: "open the socket directory", path: directory, code: code)
            }
            made[directory] = peers.isForOthers
            return
        }
        guard let status = FileStatus(descriptor: handle.number) else {
            throw .system(operation: "examine the socket directory", path: directory, code: errno)
        }
        let present = FileStatus(path: path)
        if let present, present.mode & S_IFMT == S_IFSOCK,
            present.owner != geteuid() || status.owner != geteuid()
        {
            return
        }
        try SocketDirectory.judge(directory, status, peers)
        try judgeWay(to: directory, peers)
        if unsafe faccessat(AT_FDCWD, directory, W_OK | X_OK, AT_EACCESS) != 0 {
            throw .system(operation: "open", path: path + ".lock", code: errno)
        }
        if let present, present.mode & S_IFMT != S_IFSOCK { throw .notASocket(path: path) }
    }

    /// Judges whether a directory could be made, and the way to it.
    private func judgeMaking(
        _ directory: String, _ peers: PeerAllowList
    ) throws(StreamSocketError) {
        let above = SocketWay.parent(of: directory)
        var code: Int32 = 0
        if made[above] != nil {
            code = 0
        } else if let status = FileStatus(following: above), status.mode & S_IFMT != S_IFDIR {
            code = ENOTDIR
        } else if unsafe faccessat(AT_FDCWD, above, W_OK | X_OK, AT_EACCESS) != 0 {
            code = errno
        }
        if code != 0 {
            throw .system(operation: "make the socket directory", path: directory, code: code)
        }
        try judgeWay(to: above, peers)
    }

    private func judgeWay(
        to directory: String, _ peers: PeerAllowList
    ) throws(StreamSocketError) {
        guard peers.isForOthers else { return }
        var directory = directory
        while let isOpen = made[directory] {
            guard isOpen else { throw .closedDirectory(path: directory) }
            directory = SocketWay.parent(of: directory)
        }
        try SocketWay.judge(to: directory, peers)
    }
}
