/// The bounds of a stream server that are the same for every protocol.
package struct StreamLimits: Sendable, Equatable {
    /// Connections served at once, over all workers.
    package var maximumConnections = 4096
    /// Output bytes queued for one connection beyond which its input is left alone.
    ///
    /// The queue may pass the bound by one turn's output: 64 KiB and one answer.
    package var maximumInFlightBytes = 256 << 10
    /// Input and output bytes held for all connections of a worker together.
    ///
    /// A connection that would pass it is refused.
    package var maximumBufferedBytesPerWorker = 256 << 20
    /// Requests answered for one connection before the others have their turn; one message may pass
    /// it.
    package var maximumRequestsPerTurn = 1024
    /// Connections that wait to be accepted.
    package var listenBacklog = 512
    /// How long a begun message may stay unfinished.
    package var incompleteTimeout: Duration = .seconds(5)
    /// How long output may stay unread in the queue.
    package var slowReaderTimeout: Duration = .seconds(10)

    /// Makes limits with the defaults.
    package init() {}

    /// What is wrong with the limits; `nil` when they can be kept.
    package var problem: String? {
        if !(1...1 << 20).contains(maximumConnections) {
            return "maximum of connections is not in 1...1048576"
        }
        if maximumInFlightBytes < 1 { return "maximum of in-flight bytes is not positive" }
        if maximumBufferedBytesPerWorker < 1 {
            return "maximum of buffered bytes is not positive"
        }
        if maximumRequestsPerTurn < 1 { return "maximum of requests per turn is not positive" }
        if listenBacklog < 1 { return "listen backlog is not positive" }
        for duration in [incompleteTimeout, slowReaderTimeout]
        where duration <= .zero || duration > .seconds(86_400) {
            return "a time limit is not between zero and a day"
        }
        return nil
    }
}
