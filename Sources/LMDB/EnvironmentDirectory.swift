import Glibc

/// The checks on a path before LMDB sees it.
enum EnvironmentDirectory {
    /// Makes the directory if the options allow it, and refuses what LMDB would misjudge.
    static func prepare(
        _ path: String, _ options: EnvironmentOptions
    ) throws(LMDBError) -> DirectoryIdentity {
        guard !path.utf8.contains(0) else {
            throw LMDBError(.embeddedZero, "open the environment")
        }
        let creates = options.createIfMissing && !options.readOnly
        if creates, unsafe mkdir(path, options.directoryMode) != 0, errno != EEXIST {
            throw LMDBError(.init(rawValue: errno), "make the environment's directory")
        }
        let directory = try status(of: path, "open the environment's directory")
        guard directory.st_mode & S_IFMT == S_IFDIR else {
            throw LMDBError(.notDirectory, "open the environment's directory")
        }
        if !creates {
            // LMDB would take an empty directory or an empty file for a new environment.
            let data = try status(of: path + "/data.mdb", "open the data file")
            if data.st_size == 0 { throw LMDBError(.invalid, "open the data file") }
        }
        return DirectoryIdentity(directory)
    }

    private static func status(
        of path: String, _ operation: StaticString
    ) throws(LMDBError) -> stat {
        var status = stat()
        guard unsafe stat(path, &status) == 0 else {
            throw LMDBError(.init(rawValue: errno), operation)
        }
        return status
    }
}
