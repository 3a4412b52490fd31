import CEpoll
import Glibc

/// The directories that lead to a socket, for those who may connect to it.
enum SocketWay {
    /// Refuses a way on which somebody who is listed gets no further, as far as modes and the system's users
    /// and groups tell.
    ///
    /// What they do not tell is let pass: users and groups that the system does not know, and directories with
    /// an access list. A group that only a service manager gives to a process does not count.
    /// - Throws: `closedDirectory`, `excludedPeer`.
    static func judge(
        to directory: String, _ peers: PeerAllowList
    ) throws(StreamSocketError) {
        var directory = directory
        while true {
            if let status = FileStatus(following: directory) {
                try judge(directory, status, peers)
            }
            guard directory != "/" else { return }
            directory = parent(of: directory)
        }
    }

    /// The directory that something is in.
    static func parent(of path: String) -> String {
        let end = path.utf8.lastIndex(of: UInt8(ascii: "/")) ?? path.utf8.startIndex
        return end == path.utf8.startIndex ? "/" : String(path[..<end])
    }

    private static func judge(
        _ directory: String, _ status: FileStatus, _ peers: PeerAllowList
    ) throws(StreamSocketError) {
        let users = peers.otherUserIDs.subtracting([status.owner])
        guard !users.isEmpty || !peers.groupIDs.isEmpty else { return }
        let (group, others) = (status.mode & 0o010 != 0, status.mode & 0o001 != 0)
        if !group, !others { throw .closedDirectory(path: directory) }
        // Who is in the group is judged by its part of the mode alone, all others by theirs.
        guard group != others, unsafe writ_has_access_list(directory) == 0 else { return }
        for user in users.sorted() {
            guard let isMember = SystemGroups.contains(status.group, user: user),
                isMember != group
            else { continue }
            throw excluded("user \(user)", directory, status, isMember: isMember)
        }
        for peer in peers.groupIDs.sorted() {
            // Others are let pass, but for those who are in the directory's group as well.
            if peer == status.group ? group : others { continue }
            if peer != status.group,
                SystemGroups.contains(status.group, usersOf: peer) ?? true
            {
                continue
            }
            throw excluded("group \(peer)", directory, status, isMember: peer == status.group)
        }
    }

    private static func excluded(
        _ peer: String, _ directory: String, _ status: FileStatus, isMember: Bool
    ) -> StreamSocketError {
        let (owner, group) = ("its owner", "group \(status.group)")
        let kept =
            isMember
            ? "its mode keeps those in \(group) out; let them pass with `chmod g+x \(directory)`"
            : "its mode lets only \(owner) and \(group) pass; let others pass with "
                + "`chmod o+x \(directory)`, put the user into that group"
        return .excludedPeer(path: directory, peer: peer, reason: kept)
    }
}
