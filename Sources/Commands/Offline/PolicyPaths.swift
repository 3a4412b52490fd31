import Glibc

/// The policy files that paths on the command line stand for.
enum PolicyPaths {
    /// Replaces each folder by the `.cedar` files in it and in its folders, sorted by path.
    ///
    /// What begins with a dot is left out, and links to folders are not followed.
    static func expand(_ paths: [String]) throws(Failure) -> [String] {
        var files: [String] = []
        for path in paths {
            if kind(of: path, followsLinks: true) == S_IFDIR {
                files += try policyFiles(in: path)
            } else {
                files.append(path)
            }
        }
        return files
    }

    private static func policyFiles(in folder: String) throws(Failure) -> [String] {
        var files: [String] = []
        var folders = [folder]
        while let folder = folders.popLast() {
            for name in try entries(of: folder) where !name.hasPrefix(".") {
                let path = folder.hasSuffix("/") ? folder + name : "\(folder)/\(name)"
                if kind(of: path, followsLinks: false) == S_IFDIR {
                    folders.append(path)
                } else if name.hasSuffix(".cedar") {
                    files.append(path)
                }
            }
        }
        return files.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    }

    private static func entries(of folder: String) throws(Failure) -> [String] {
        guard let stream = unsafe opendir(folder) else {
            throw Failure("cannot read `\(folder)`: \(unsafe String(cString: strerror(errno)))")
        }
        defer { unsafe closedir(stream) }
        var names: [String] = []
        while let entry = unsafe readdir(stream) {
            let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) { field in
                unsafe field.withMemoryRebound(to: CChar.self, capacity: 256) {
                    unsafe String(cString: $0)
                }
            }
            names.append(name)
        }
        return names
    }

    /// The type bits of a file's mode; nil when it cannot be looked at.
    private static func kind(of path: String, followsLinks: Bool) -> mode_t? {
        var status = stat()
        let code = followsLinks ? unsafe stat(path, &status) : unsafe lstat(path, &status)
        return code == 0 ? status.st_mode & S_IFMT : nil
    }
}
