import Files
import Gateway
import Logging
import Routes

/// A routes file of a running service, and where its newest good reading is.
struct RouteSource: Sendable {
    let path: String
    let publisher: RoutePublisher
    /// The listeners with these routes whose gateways show no bodies.
    private let blindListeners: [String]

    /// Reads the file.
    init(_ path: String, for configuration: ServiceConfiguration) throws(Failure) {
        self.path = path
        blindListeners = configuration.listenersWithoutBodies(routes: path)
        do throws(ReadingError) {
            publisher = RoutePublisher(try Self.table(path))
        } catch {
            throw error.failure
        }
    }

    /// Reads the file again; whoever gets the routes publishes them.
    func load() throws(ReadingError) -> RouteTable { try Self.table(path) }

    /// Warns of routes that some listener can only refuse.
    func report(_ table: RouteTable, to log: Logger) {
        let readers = table.bodyReaders
        guard !readers.isEmpty, !blindListeners.isEmpty else { return }
        log.warning(
            "these routes read bodies, which the gateways of these listeners do not show, so they are denied",
            metadata: [
                "file": "\(path)", "listeners": "\(blindListeners.joined(separator: ", "))",
                "routes": "\(readers.joined(separator: ", "))",
            ])
    }

    private static func table(_ path: String) throws(ReadingError) -> RouteTable {
        let file: SettledFile
        do throws(FileProblem) {
            file = try SettledFile(
                path, maximumBytes: InputFile.maximumBytes,
                waitingMilliseconds: SettledFile.startPatienceMilliseconds)
        } catch {
            throw ReadingError(
                failure: Failure(error.description), isBeingWritten: error.kind == .beingWritten)
        }
        do throws(Failure) {
            return try InputFile(name: path, bytes: file.bytes).routes()
        } catch {
            throw ReadingError(failure: error, isBeingWritten: false)
        }
    }

    /// What tells that a file was written or replaced.
    static func signature(_ path: String) -> String {
        "\(path) \(FileStamp(path: path)?.text ?? "-")"
    }
}

/// Why files of a running service cannot be used.
struct ReadingError: Error {
    let failure: Failure
    /// Whether it is only that somebody writes them at this moment.
    let isBeingWritten: Bool
    /// Of the one file that was read as a whole and is bad; nil for another failure.
    var stamp: FileStamp?
}
