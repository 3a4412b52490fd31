import Server

/// Envoy's external authorization, version 3, by gRPC over HTTP/2 without TLS.
///
/// Starts serving in `start` and ends in `stop`, or when it is released.
package final class ExtAuthzServer: Sendable {
    private let streams: StreamServer
    private let boards: [ExtAuthzBoard]

    /// Where the service is; with the port that the system chose.
    package var endpoint: ExtAuthzConfiguration.Endpoint { streams.endpoint }

    private init(_ streams: StreamServer, _ boards: [ExtAuthzBoard]) {
        self.streams = streams
        self.boards = boards
    }

    deinit { stop(drainFor: .zero) }

    /// Opens the socket and starts the loops; returns when every loop has its handler.
    /// - Parameter makeHandler: called once on each loop's thread with the loop's number.
    /// - Throws: `ExtAuthzError`; nothing is left running or in the file system then.
    package static func start<Handler: ExtAuthzHandler & ~Copyable>(
        _ configuration: ExtAuthzConfiguration,
        makeHandler: @escaping @Sendable (Int) throws -> Handler
    ) throws(ExtAuthzError) -> ExtAuthzServer {
        if let problem = configuration.problem { throw .invalidConfiguration(problem) }
        let boards = (0..<configuration.loopCount).map { _ in ExtAuthzBoard() }
        do throws(StreamSocketError) {
            let streams = try StreamServer.start(configuration.streams) { number in
                CheckService(configuration, try makeHandler(number), boards[number])
            }
            return ExtAuthzServer(streams, boards)
        } catch {
            throw ExtAuthzError(error)
        }
    }

    /// Ends the service: accepts no more, tells every gateway to go away, answers what they had sent
    /// and removes the socket.
    ///
    /// Connections that are not done by the end of `drainFor` are cut. Returns when all threads have
    /// ended; later calls return at once. Must not be called on a loop's thread.
    package func stop(drainFor duration: Duration) { streams.stop(drainFor: duration) }

    /// What the service has done so far; cheap, and a moment old.
    package var statistics: ExtAuthzStatistics {
        var sum = ExtAuthzStatistics()
        for board in boards {
            let figures = board.figures
            sum.calls += figures.calls
            sum.allowed += figures.allowed
            sum.malformed += figures.malformed
            sum.refusedCalls += figures.refusedCalls
            sum.expired += figures.expired
            sum.cutConnections += figures.cutConnections
        }
        let streams = streams.statistics
        sum.refusedPeers = streams[.refusedPeers]
        sum.refusedConnections = streams[.refusedOverload]
        sum.cutConnections += streams[.slowReaders]
        return sum
    }
}

extension ExtAuthzConfiguration {
    /// How the sockets are served.
    fileprivate var streams: StreamConfiguration {
        var streams = StreamConfiguration(endpoint: endpoint, workerCount: loopCount)
        streams.inherited = inherited
        streams.allowedPeers = allowedPeers
        streams.threadName = "auth"
        streams.limits.maximumConnections = maximumConnections
        streams.limits.listenBacklog = listenBacklog
        streams.limits.incompleteTimeout = incompleteFrameTimeout
        streams.limits.maximumInFlightBytes = min(
            streams.limits.maximumInFlightBytes, maximumUnsentBytes)
        return streams
    }
}
