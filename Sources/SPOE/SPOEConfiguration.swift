import SPOP
package import Server

/// How the agent is served; every bound of it is here.
package struct SPOEConfiguration: Sendable {
    /// Socket, peers, workers and the bounds that are the same for every protocol.
    package var stream: StreamConfiguration
    /// The largest frame, in bytes without the length in front of it; HAProxy may want smaller ones.
    ///
    /// HAProxy's own limit is its buffer less 4 bytes, 16380 unless `tune.bufsize` is changed.
    package var maximumFrameBytes = 65_532
    /// How old a request may be to be decided, in milliseconds; nil when questions do not say.
    package var deadlineMilliseconds: Int64?

    /// Makes a configuration with the defaults.
    package init(_ stream: StreamConfiguration) {
        self.stream = stream
        self.stream.limits.maximumConnections = 256
        self.stream.threadName = "spoe"
    }

    /// What is wrong with the configuration; `nil` when it can be served.
    package var problem: String? {
        if let problem = stream.problem { return problem }
        if !(Frame.minimumMaximumBytes...1 << 20).contains(maximumFrameBytes) {
            return "maximum of frame bytes is not in \(Frame.minimumMaximumBytes)...1048576"
        }
        if stream.limits.maximumBufferedBytesPerWorker < 2 * maximumFrameBytes {
            return "maximum of buffered bytes is less than two frames"
        }
        if let deadlineMilliseconds, !(1...3_600_000).contains(deadlineMilliseconds) {
            return "the deadline is not between a millisecond and an hour"
        }
        return nil
    }
}
