package import Wire

/// How a local socket is served; every bound of the server is here.
package struct LocalSocketConfiguration: Sendable {
    /// Where the socket is; its directory is made when it is not there, with mode 0700, or 0711
    /// when others than this process's user may connect.
    package var path: String
    /// The listening socket at the path, when a service manager opened it; the server closes it.
    package var inherited: Int32?
    /// Who may connect.
    package var allowedPeers: PeerAllowList = .ownUser
    /// The number of worker threads, 1 to 256.
    package var workerCount: Int
    /// Bounds on connections, their bytes and their time.
    package var limits = StreamLimits()
    /// Bounds on frames, batches and answers.
    package var frameLimits = FrameLimits()
    /// The deadline of a request that names none.
    package var defaultDeadline: Duration = .seconds(1)

    /// Makes a configuration with the defaults.
    /// - Parameter workerCount: worker threads; one per core by default.
    package init(path: String, workerCount: Int = LocalSocketConfiguration.onlineCores) {
        self.path = path
        self.workerCount = workerCount
    }

    /// The number of cores that are online, 1 to 256.
    package static var onlineCores: Int { StreamConfiguration.onlineCores }

    /// What is wrong with the configuration; `nil` when it can be served.
    package var problem: String? {
        if let problem = streams.problem { return problem }
        if !frameLimits.areConsistent {
            return "frame limits contradict each other: a full batch must fit into one frame"
        }
        if maximumBufferedBytesPerWorker < frameLimits.maximumFrameBytes {
            return "maximum of buffered bytes is less than one frame"
        }
        if defaultDeadline <= .zero || defaultDeadline > .seconds(86_400) {
            return "a time limit is not between zero and a day"
        }
        return nil
    }

    /// The part that knows nothing of frames.
    var streams: StreamConfiguration {
        var streams = StreamConfiguration(
            endpoint: .unixSocket(path: path), workerCount: workerCount)
        streams.inherited = inherited
        streams.allowedPeers = allowedPeers
        streams.limits = limits
        return streams
    }
}

/// The general limits, by the names that the local socket has for them.
extension LocalSocketConfiguration {
    /// Connections served at once, over all workers.
    package var maximumConnections: Int {
        get { limits.maximumConnections }
        set { limits.maximumConnections = newValue }
    }

    /// Output bytes queued for one connection beyond which its input is left alone.
    ///
    /// The queue may pass the bound by one turn's output: 64 KiB and one frame.
    package var maximumInFlightBytes: Int {
        get { limits.maximumInFlightBytes }
        set { limits.maximumInFlightBytes = newValue }
    }

    /// Input and output bytes held for all connections of a worker together.
    ///
    /// A connection that would pass it is refused as `overloaded`.
    package var maximumBufferedBytesPerWorker: Int {
        get { limits.maximumBufferedBytesPerWorker }
        set { limits.maximumBufferedBytesPerWorker = newValue }
    }

    /// Items decided for one connection before the others have their turn; one frame may pass it.
    package var maximumRequestsPerTurn: Int {
        get { limits.maximumRequestsPerTurn }
        set { limits.maximumRequestsPerTurn = newValue }
    }

    /// Connections that wait to be accepted.
    package var listenBacklog: Int {
        get { limits.listenBacklog }
        set { limits.listenBacklog = newValue }
    }

    /// How long a begun frame may stay unfinished.
    package var incompleteFrameTimeout: Duration {
        get { limits.incompleteTimeout }
        set { limits.incompleteTimeout = newValue }
    }

    /// How long an answer may stay unread in the queue.
    package var slowReaderTimeout: Duration {
        get { limits.slowReaderTimeout }
        set { limits.slowReaderTimeout = newValue }
    }
}
