import Files
import HTTPService

/// A file of keys and clients that HTTP listeners take, read again when it changes.
///
///     keys:
///       - {name: shop, sha256: 64 hexadecimal digits}
///     clients:
///       - {id: desk, sha256: 64 hexadecimal digits}
///
/// One of both lists must be there, so that a file that lost its content is not taken for a list of nobody.
struct CallerSecretsFile {
    let path: String
    /// What the configuration itself lists for the listeners that take the file.
    private let others: CallerSecrets.Contents

    private static let maximumBytes = 1 << 20

    /// - Parameter listeners: all there are; those that do not name the file are passed over.
    init(_ path: String, of listeners: [HTTPListenerConfiguration]) {
        self.path = path
        var others = CallerSecrets.Contents()
        for listener in listeners where listener.callers.secretsPath == path {
            others.keys += listener.callers.keys
            others.clients += listener.callers.clients
        }
        self.others = others
    }

    /// Reads the file.
    ///
    /// - Parameter milliseconds: how long to wait for somebody who writes it.
    /// - Returns: what it lists, and the stamp of what was read.
    func read(
        waitingMilliseconds milliseconds: Int = 0
    ) throws(ReadingError) -> (contents: CallerSecrets.Contents, stamp: FileStamp) {
        let file: SettledFile
        do throws(FileProblem) {
            file = try SettledFile(
                path, maximumBytes: Self.maximumBytes, waitingMilliseconds: milliseconds)
        } catch {
            throw ReadingError(
                failure: Failure(error.description), isBeingWritten: error.kind == .beingWritten)
        }
        do throws(Failure) {
            return (try contents(InputFile(name: path, bytes: file.bytes)), file.stamp)
        } catch {
            throw ReadingError(failure: error, isBeingWritten: false, stamp: file.stamp)
        }
    }

    private func contents(_ file: InputFile) throws(Failure) -> CallerSecrets.Contents {
        let help = "`keys: []` lets nobody in"
        let root = try ConfigurationNode(
            file, HTTPCallersConfiguration.fileSection, whenEmpty: help)
        try root.requireWellFormed()
        let mapping = try root.mapping()
        let (keys, clients) = (try mapping.optional("keys"), try mapping.optional("clients"))
        guard keys != nil || clients != nil else {
            throw root.failure("neither `keys` nor `clients` are listed", help: help)
        }
        return CallerSecrets.Contents(
            keys: try HTTPCallersConfiguration.secrets(
                try keys?.elements() ?? [], "name", besides: others.keys),
            clients: try HTTPCallersConfiguration.secrets(
                try clients?.elements() ?? [], "id", besides: others.clients))
    }
}
