package import Server

/// An agent for HAProxy's stream processing offload engine, on a socket.
///
/// Starts serving in `start` and ends in `stop`, or when it is released.
package final class SPOEServer: Sendable {
    private let server: StreamServer
    private let boards: [SPOEBoard]

    private init(_ server: StreamServer, _ boards: [SPOEBoard]) {
        self.server = server
        self.boards = boards
    }

    /// Opens the socket and starts the workers; returns when every worker has its handler.
    ///
    /// - Parameter makeHandler: called once on each worker's thread with the worker's number.
    /// - Throws: nothing is left running or in the file system then.
    package static func start<Handler: SPOEHandler & ~Copyable>(
        _ configuration: SPOEConfiguration,
        makeHandler: @escaping @Sendable (Int) throws -> Handler
    ) throws(StreamSocketError) -> SPOEServer {
        if let problem = configuration.problem { throw .invalidConfiguration(problem) }
        let boards = (0..<configuration.stream.workerCount).map { _ in SPOEBoard() }
        let server = try StreamServer.start(configuration.stream) { worker in
            AgentProtocol(
                try makeHandler(worker), maximumFrameBytes: configuration.maximumFrameBytes,
                board: boards[worker])
        }
        return SPOEServer(server, boards)
    }

    /// Where the agent is; with the port that the system chose.
    package var endpoint: StreamEndpoint { server.endpoint }

    /// Answers what was received, says goodbye on every connection, and removes the socket.
    ///
    /// Connections that are not done by the end of `drainFor` are cut.
    package func stop(drainFor duration: Duration) { server.stop(drainFor: duration) }

    /// What the agent has done so far; cheap, and a moment old.
    package var statistics: SPOEStatistics {
        var sum = SPOEStatistics()
        for board in boards { sum.add(board.figures) }
        return sum
    }

    /// What its connections have done so far.
    package var connections: StreamStatistics { server.statistics }
}
