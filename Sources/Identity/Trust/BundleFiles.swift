import Files
import Glibc

/// Reads files and directories of bundles, within bounds.
enum BundleFiles {
    static let maximumFileBytes = 64 << 20
    static let maximumFiles = 1024

    /// One file and what tells that it changed.
    struct Stamp: Equatable {
        let name: String
        let file: FileStamp
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
        guard let file = FileStamp(path: path) else {
            throw TrustError(.unreadable, file: path)
        }
        return Stamp(name: name, file: file)
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
    ///
    /// - Throws: `beingWritten` while somebody writes it: what was in use stays so, and the next look
    ///   is another try.
    static func read(_ path: String) throws(TrustError) -> [UInt8] {
        do throws(FileProblem) {
            return try SettledFile(path, maximumBytes: maximumFileBytes).bytes
        } catch {
            throw TrustError(error, path)
        }
    }

    /// The whole file as it was when its stamp was taken.
    static func read(_ path: String, stamped stamp: Stamp) throws(TrustError) -> [UInt8] {
        let file: SettledFile
        do throws(FileProblem) {
            file = try SettledFile(path, maximumBytes: maximumFileBytes)
        } catch {
            throw TrustError(error, path)
        }
        guard file.stamp == stamp.file else { throw TrustError(.beingWritten, file: path) }
        return file.bytes
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

extension TrustError {
    fileprivate init(_ problem: FileProblem, _ path: String) {
        let kind: Kind =
            switch problem.kind {
            case .unreadable: .unreadable
            case .tooLarge: .tooLarge
            case .beingWritten: .beingWritten
            }
        self.init(kind, file: path)
    }
}
