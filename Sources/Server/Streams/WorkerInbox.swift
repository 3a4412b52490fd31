import Synchronization

/// How the accepting thread and the server speak to one worker.
final class WorkerInbox: Sendable {
    /// A connection that was accepted for the worker, which must close it.
    struct Arrival: Sendable {
        let descriptor: Int32
        let peer: PeerCredentials?
    }

    private struct Contents {
        var arrivals: [Arrival] = []
        var drainDeadline: UInt64?
    }

    let wake: WakeSignal
    let board = FigureBoard<10>()
    /// Connections given to the worker and not closed.
    let load = Atomic<Int>(0)
    private let contents = Mutex(Contents())

    init(path: String) throws(StreamSocketError) {
        wake = try WakeSignal(path: path)
    }

    /// Gives the worker a connection.
    func deliver(_ arrival: Arrival) {
        load.add(1, ordering: .relaxed)
        contents.withLock { $0.arrivals.append(arrival) }
        wake.signal()
    }

    /// Asks the worker to answer what it has received, and to end at the deadline at the latest.
    func requestDrain(deadline: UInt64) {
        contents.withLock { $0.drainDeadline = deadline }
        wake.signal()
    }

    /// What arrived since the last call, and the deadline if the worker is to end.
    func take() -> (arrivals: [Arrival], drainDeadline: UInt64?) {
        wake.clear()
        return contents.withLock { contents in
            let arrivals = contents.arrivals
            contents.arrivals = []
            return (arrivals, contents.drainDeadline)
        }
    }
}
