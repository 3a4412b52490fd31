import Glibc

/// Where an import reads: a file of entities as one JSON array or as JSON Lines.
package enum ImportSource: Sendable {
    case file(String)
    /// A descriptor that stays the caller's, as standard input; read to its end.
    case descriptor(Int32)
}

/// A file that is read front to back in chunks.
@safe
final class ChunkReader {
    private let descriptor: Int32
    private let isOwned: Bool
    private let name: String
    private let operation: String
    private var buffer = [UInt8](repeating: 0, count: ChunkReader.chunkBytes)

    /// The size of the file; nil for a pipe.
    let totalBytes: Int?

    private static let chunkBytes = 1 << 20

    init(_ source: ImportSource, _ operation: String) throws(StoreError) {
        self.operation = operation
        switch source {
        case .file(let path):
            name = "`\(path)`"
            isOwned = true
            guard !path.utf8.contains(0) else {
                throw StoreError(.notFound, operation, "the path \(name) contains a NUL byte")
            }
            descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
            if descriptor < 0 { throw Self.error(errno, name, operation) }
        case .descriptor(let given):
            name = "the input"
            isOwned = false
            descriptor = given
        }
        var status = stat()
        let isFile =
            unsafe fstat(descriptor, &status) == 0 && status.st_mode & S_IFMT == S_IFREG
        totalBytes = isFile ? Int(status.st_size) : nil
    }

    deinit {
        if isOwned { close(descriptor) }
    }

    /// Lends the next bytes; false at the end of the file.
    func next(_ body: (Span<UInt8>) -> Void) throws(StoreError) -> Bool {
        while true {
            let count = unsafe buffer.withUnsafeMutableBytes {
                unsafe read(descriptor, $0.baseAddress, $0.count)
            }
            if count > 0 {
                let chunk = buffer
                body(chunk.span.extracting(0..<count))
                return true
            }
            if count == 0 { return false }
            if errno != EINTR { throw Self.error(errno, name, operation) }
        }
    }

    private static func error(
        _ code: Int32, _ name: String, _ operation: String
    ) -> StoreError {
        switch code {
        case ENOENT, ENOTDIR:
            StoreError(.notFound, operation, "there is no \(name): check the path")
        case EACCES, EPERM:
            StoreError(
                .permissionDenied, operation, "\(name) must not be read: check its owner and mode")
        default:
            StoreError(.system(code), operation, "cannot read \(name): \(SystemWords.of(code))")
        }
    }
}
