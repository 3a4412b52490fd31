/// A server of Writ's frames on a Unix domain socket: one accepting thread and a number of workers.
///
/// Starts serving in `start` and ends in `stop`, or when it is released.
package final class LocalSocketServer: Sendable {
    /// Where the socket is.
    package let path: String
    private let streams: StreamServer
    private let boards: [FigureBoard<5>]

    private init(path: String, streams: StreamServer, boards: [FigureBoard<5>]) {
        self.path = path
        self.streams = streams
        self.boards = boards
    }

    /// Opens the socket and starts the threads; returns when every worker has its handler.
    /// - Parameter makeHandler: called once on each worker's thread with the worker's number.
    /// - Throws: `LocalSocketError`; nothing is left running or in the file system then.
    package static func start<Handler: DecisionHandler & ~Copyable>(
        _ configuration: LocalSocketConfiguration,
        makeHandler: @escaping @Sendable (Int) throws -> Handler
    ) throws(LocalSocketError) -> LocalSocketServer {
        if let problem = configuration.problem { throw .invalidConfiguration(problem) }
        let boards = (0..<configuration.workerCount).map { _ in FigureBoard<5>() }
        let streams = try StreamServer.start(configuration.streams) { number in
            FrameProtocol(
                configuration, board: boards[number], handler: try makeHandler(number))
        }
        return LocalSocketServer(path: configuration.path, streams: streams, boards: boards)
    }

    /// Ends the server: accepts no more, answers what it has received, sends what is queued and
    /// removes the socket.
    ///
    /// Every connection ends with the refusal `shuttingDown`, so a client knows that what was not
    /// answered was not decided. Connections that cannot take their answers by the end of
    /// `drainFor` are cut. Returns when all threads have ended; later calls return at once. Must
    /// not be called on a worker's thread nor inside a signal handler.
    package func stop(drainFor duration: Duration) { streams.stop(drainFor: duration) }

    /// What the server has done so far; cheap, and a moment old.
    package var statistics: LocalSocketStatistics {
        var frames = FrameStatistics()
        for board in boards { frames.add(board.figures) }
        return LocalSocketStatistics(streams.statistics, frames)
    }
}

/// Why a local socket could not be opened.
package typealias LocalSocketError = StreamSocketError
