package import Wire

/// How a local socket is served; every bound of the server is here.
package struct LocalSocketConfiguration: Sendable {
    /// Where the socket is; its directory is made with mode 0700 when it is not there.
    package var path: String
    /// The listening socket at the path, when a service manager opened it; the server closes it.
    package var inherited: Int32?
    /// Who may connect.
    package var allowedPeers: PeerAllowList = .ownUser
    /// The number of worker threads, 1 to 256.
    package var workerCount: Int
    /// Connections served at once, over all workers.
    package var maximumConnections = 4096
    /// Bounds on frames, batches and answers.
    package var frameLimits = FrameLimits()
    /// Output bytes queued for one connection beyond which its input is left alone.
    ///
    /// The queue may pass the bound by one turn's output: 64 KiB and one frame.
    package var maximumInFlightBytes = 256 << 10
    /// Input and output bytes held for all connections of a worker together.
    ///
    /// A connection that would pass it is refused as `overloaded`.
    package var maximumBufferedBytesPerWorker = 256 << 20
    /// Items decided for one connection before the others have their turn; one frame may pass it.
    package var maximumRequestsPerTurn = 1024
    /// Connections that wait to be accepted.
    package var listenBacklog = 512
    /// How long a begun frame may stay unfinished.
    package var incompleteFrameTimeout: Duration = .seconds(5)
    /// How long an answer may stay unread in the queue.
    package var slowReaderTimeout: Duration = .seconds(10)
    /// The deadline of a request that names none.
    package var defaultDeadline: Duration = .seconds(1)

    /// Makes a configuration with the defaults.
    /// - Parameter workerCount: worker threads; one per core by default.
    package init(path: String, workerCount: Int = LocalSocketConfiguration.onlineCores) {
        self.path = path
        self.workerCount = workerCount
    }

    /// What is wrong with the configuration; `nil` when it can be served.
    package var problem: String? {
        if !(1...256).contains(workerCount) { return "worker count is not in 1...256" }
        if !(1...1 << 20).contains(maximumConnections) {
            return "maximum of connections is not in 1...1048576"
        }
        if !frameLimits.areConsistent {
            return "frame limits contradict each other: a full batch must fit into one frame"
        }
        if maximumInFlightBytes < 1 { return "maximum of in-flight bytes is not positive" }
        if maximumBufferedBytesPerWorker < frameLimits.maximumFrameBytes {
            return "maximum of buffered bytes is less than one frame"
        }
        if maximumRequestsPerTurn < 1 { return "maximum of requests per turn is not positive" }
        if listenBacklog < 1 { return "listen backlog is not positive" }
        for duration in [incompleteFrameTimeout, slowReaderTimeout, defaultDeadline]
        where duration <= .zero || duration > .seconds(86_400) {
            return "a time limit is not between zero and a day"
        }
        return nil
    }
}
