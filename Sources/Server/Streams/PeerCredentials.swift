import CEpoll
import Glibc

/// Who is at the other end of a connection, as the kernel recorded it at `connect`.
///
/// Source: unix(7), SO_PEERCRED.
package struct PeerCredentials: BitwiseCopyable, Sendable, Equatable {
    /// The process id; it may have been reused since.
    package var processID: Int32
    /// The effective user id.
    package var userID: UInt32
    /// The effective group id.
    package var groupID: UInt32

    /// Makes credentials.
    package init(processID: Int32, userID: UInt32, groupID: UInt32) {
        self.processID = processID
        self.userID = userID
        self.groupID = groupID
    }

    /// Asks the kernel; `nil` when it does not know.
    init?(ofPeerOf descriptor: Int32) {
        var raw = writ_peer_credentials()
        var length = socklen_t(MemoryLayout<writ_peer_credentials>.size)
        let status = unsafe getsockopt(descriptor, SOL_SOCKET, SO_PEERCRED, &raw, &length)
        guard status == 0, Int(length) == MemoryLayout<writ_peer_credentials>.size else {
            return nil
        }
        self.init(processID: raw.process, userID: raw.user, groupID: raw.group)
    }
}

/// Which peers may use a local socket: those with a listed user or a listed group.
package struct PeerAllowList: Sendable, Equatable {
    /// The user ids that may connect.
    package var userIDs: Set<UInt32>
    /// The group ids that may connect; the peer's effective group counts, not its others.
    package var groupIDs: Set<UInt32>

    /// Makes a list; empty lists allow nobody.
    package init(userIDs: Set<UInt32>, groupIDs: Set<UInt32> = []) {
        self.userIDs = userIDs
        self.groupIDs = groupIDs
    }

    /// The list with this process's own effective user alone.
    package static var ownUser: PeerAllowList { PeerAllowList(userIDs: [geteuid()]) }

    /// The listed users that need a way to the socket: all but this process's own and root.
    var otherUserIDs: Set<UInt32> { userIDs.subtracting([geteuid(), 0]) }

    /// Whether others than this process's own user are listed, who need a way to the socket.
    var isForOthers: Bool { !otherUserIDs.isEmpty || !groupIDs.isEmpty }

    /// Whether a peer may connect.
    package func allows(_ peer: PeerCredentials) -> Bool {
        userIDs.contains(peer.userID) || groupIDs.contains(peer.groupID)
    }
}
