import Glibc

/// Reads files and directories of bundles, within bounds.
enum BundleFiles {
    static let maximumFileBytes = 64 << 20
    static let maximumFiles = 1024

    /// One file and what tells that it changed.
    struct Stamp: Equatable {
        let name: String
        let inode: UInt64
        let sizeBytes: Int64
        let modifiedSeconds: Int64
        let modifiedNanoseconds: Int64
        let changedSeconds: Int64
        let changedNanoseconds: Int64
    }

    /// Whether a path is there, and if so what it is.
    enum Kind { case missing, file, directory, unreadable }

    static func kind(_ path: String) -> Kind {
        var status = stat()
        guard unsafe stat(path, &status) == 0 else {
            return errno == ENOENT || errno == ENOTDIR ? .missing : .unreadable
        }
        switch status.st_mode & S_IFMT {
        case S_IFDIR: return .directory
        case S_IFREG: return .file
        default: return .unreadable
        }
    }

    static func stamp(_ path: String, name: String) throws(TrustError) -> Stamp {
        var status = stat()
        guard unsafe stat(path, &status) == 0 else { throw TrustError(.unreadable, file: path) }
        return Stamp(
            name: name, inode: UInt64(status.st_ino), sizeBytes: Int64(status.st_size),
            modifiedSeconds: Int64(status.st_mtim.tv_sec),
            modifiedNanoseconds: Int64(status.st_mtim.tv_nsec),
            changedSeconds: Int64(status.st_ctim.tv_sec),
            changedNanoseconds: Int64(status.st_ctim.tv_nsec))
    }

    /// The names in a directory that do not start with a dot, sorted.
    static func names(_ path: String) throws(TrustError) -> [String] {
        guard let directory = unsafe opendir(path) else {
            throw TrustError(.unreadable, file: path)
        }
        defer { unsafe closedir(directory) }
        var names: [String] = []
        while true {
            errno = 0
            guard let entry = unsafe readdir(directory) else {
                if errno != 0 { throw TrustError(.unreadable, file: path) }
                break
            }
            let name = unsafe withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
                unsafe String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            if name.utf8.first == UInt8(ascii: ".") { continue }
            guard names.count < maximumFiles else { throw TrustError(.tooLarge, file: path) }
            names.append(name)
        }
        return names.sorted()
    }

    /// The whole file.
    static func read(_ path: String) throws(TrustError) -> [UInt8] {
        let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw TrustError(.unreadable, file: path) }
        defer { close(descriptor) }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 64 << 10)
        while true {
            let count = unsafe buffer.withUnsafeMutableBytes {
                unsafe Glibc.read(descriptor, $0.baseAddress, $0.count)
            }
            if count < 0 {
                if errno == EINTR { continue }
                throw TrustError(.unreadable, file: path)
            }
            if count == 0 { return bytes }
            guard bytes.count + count <= maximumFileBytes else {
                throw TrustError(.tooLarge, file: path)
            }
            bytes.append(contentsOf: buffer[..<count])
        }
    }

    /// Adds what one file of a directory holds to a bundle.
    ///
    /// `.pem`, `.crt` and `.cer` are certificates in PEM or one in DER; `.crl` is revocation lists
    /// in PEM or one in DER. Other files are passed over.
    static func add(_ name: String, in directory: String, to bundle: inout TrustBundle)
        throws(TrustError)
    {
        let isList = name.hasSuffix(".crl")
        guard isList || [".pem", ".crt", ".cer"].contains(where: { name.hasSuffix($0) }) else {
            return
        }
        let path = directory + "/" + name
        let bytes = try read(path)
        var found = EncodedChain(
            limits: IdentityLimits(
                maximumChainBytes: maximumFileBytes, maximumCertificates: 100_000))
        do {
            if bytes.first == 0x30 {
                try found.append(bytes.span)
            } else {
                try found.append(
                    pemFile: bytes.span, of: isList ? .revocationList : .certificate)
            }
        } catch {
            throw TrustError(.malformedFile, error.offset, file: path)
        }
        for index in 0..<found.count {
            if isList {
                bundle.revocationLists.append(found.certificate(index))
            } else {
                bundle.authorities.append(found.certificate(index))
            }
        }
    }
}
