import Glibc

/// What the server needs to know of a file.
struct FileStatus {
    /// What tells one file from another at the same path.
    struct Identity: Hashable {
        let device: UInt
        let inode: UInt
    }

    let identity: Identity
    let mode: mode_t
    let owner: uid_t
    let group: gid_t

    /// What is at a path, symbolic links not followed; `nil` with `errno` when it cannot be told.
    init?(path: String) { unsafe self.init { unsafe lstat(path, $0) } }

    /// What is at a path in the end; `nil` with `errno` when it cannot be told.
    init?(following path: String) { unsafe self.init { unsafe stat(path, $0) } }

    /// What a descriptor is open on.
    init?(descriptor: Int32) { unsafe self.init { unsafe fstat(descriptor, $0) } }

    private init?(_ look: (UnsafeMutablePointer<stat>) -> Int32) {
        var status = stat()
        guard unsafe look(&status) == 0 else { return nil }
        identity = Identity(device: UInt(status.st_dev), inode: UInt(status.st_ino))
        mode = status.st_mode
        owner = status.st_uid
        group = status.st_gid
    }
}
