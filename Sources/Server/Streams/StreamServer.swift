import Glibc
import Synchronization

/// A server of one protocol on stream sockets: one accepting thread and a number of workers.
///
/// Starts serving in `start` and ends in `stop`, or when it is released.
package final class StreamServer: Sendable {
    /// Where the server is, with the port that the system chose.
    package let endpoint: StreamEndpoint
    private let control: AcceptControl
    private let inboxes: [WorkerInbox]
    private let acceptor: WorkerThread
    private let workers: [WorkerThread]
    private let isStopped = Mutex(false)

    private init(
        endpoint: StreamEndpoint, control: AcceptControl, inboxes: [WorkerInbox],
        acceptor: WorkerThread, workers: [WorkerThread]
    ) {
        self.endpoint = endpoint
        self.control = control
        self.inboxes = inboxes
        self.acceptor = acceptor
        self.workers = workers
    }

    deinit { stop(drainFor: .zero) }

    /// Opens the socket and starts the threads; returns when every worker has its protocol.
    /// - Parameter makeProtocol: called once on each worker's thread with the worker's number.
    /// - Throws: `StreamSocketError`; nothing is left running or in the file system then.
    package static func start<Service: StreamProtocol & ~Copyable>(
        _ configuration: StreamConfiguration,
        makeProtocol: @escaping @Sendable (Int) throws -> Service
    ) throws(StreamSocketError) -> StreamServer {
        if let problem = configuration.problem { throw .invalidConfiguration(problem) }
        let opened = try open(configuration)
        // With the port that the system chose.
        var configuration = configuration
        configuration.endpoint = opened.endpoint
        var listener: ListeningSocket? = opened
        let name = configuration.endpoint.description
        let control = try AcceptControl(name: name)
        var inboxes: [WorkerInbox] = []
        var workers: [WorkerThread] = []
        let report = StartReport(wake: try WakeSignal(path: name))
        do throws(StreamSocketError) {
            for number in 0..<configuration.workerCount {
                let inbox = try WorkerInbox(path: name)
                let worker = try WorkerThread(
                    name: "\(configuration.threadName)-worker-\(number)"
                ) { [configuration] in
                    serve(configuration, number, inbox, report, makeProtocol)
                }
                inboxes.append(inbox)
                workers.append(worker)
            }
            try report.wait(for: workers.count)
            guard let taken = listener.take() else {
                throw .invalidConfiguration("the socket is gone")
            }
            let acceptor = try startAcceptor(
                configuration, HandOver(taken), inboxes, control, Farewells(of: Service.self))
            return StreamServer(
                endpoint: configuration.endpoint, control: control, inboxes: inboxes,
                acceptor: acceptor, workers: workers)
        } catch {
            for inbox in inboxes { inbox.requestDrain(deadline: 0) }
            for worker in workers { worker.join() }
            throw error
        }
    }

    /// Ends the server: accepts no more, answers what it has received, sends what is queued and
    /// removes the socket.
    ///
    /// Every connection is told so where the protocol can, so a client knows that what was not
    /// answered was not decided. Connections that cannot take their answers by the end of
    /// `drainFor` are cut. Returns when all threads have ended; later calls return at once. Must
    /// not be called on a worker's thread nor inside a signal handler.
    package func stop(drainFor duration: Duration) {
        isStopped.withLock { isStopped in
            if isStopped { return }
            isStopped = true
            control.stop()
            acceptor.join()
            let deadline = MonotonicClock.now() &+ duration.wholeNanoseconds
            for inbox in inboxes { inbox.requestDrain(deadline: deadline) }
            for worker in workers { worker.join() }
        }
    }

    /// What the server has done so far; cheap, and a moment old.
    package var statistics: StreamStatistics {
        var sum = StreamStatistics()
        sum.add(control.board.figures)
        for inbox in inboxes { sum.add(inbox.board.figures) }
        return sum
    }

    private static func open(
        _ configuration: StreamConfiguration
    ) throws(StreamSocketError) -> ListeningSocket {
        let backlog = configuration.limits.listenBacklog
        if let inherited = configuration.inherited {
            return try ListeningSocket(inherited: inherited, at: configuration.endpoint)
        }
        switch configuration.endpoint {
        case .unixSocket(let path):
            return try ListeningSocket(
                path: path, backlog: backlog, for: configuration.allowedPeers)
        case .loopback(let host, let port):
            return try ListeningSocket(loopback: host, port: port, backlog: backlog)
        }
    }

    private static func serve<Service: StreamProtocol & ~Copyable>(
        _ configuration: StreamConfiguration, _ number: Int, _ inbox: WorkerInbox,
        _ report: StartReport, _ makeProtocol: (Int) throws -> Service
    ) {
        do {
            var loop = try WorkerLoop(configuration, inbox: inbox)
            var service = try makeProtocol(number)
            report.add(nil)
            loop.run(&service)
        } catch let error as StreamSocketError {
            report.add(error)
        } catch {
            report.add(.handler(reason: String(describing: error)))
        }
    }

    private static func startAcceptor(
        _ configuration: StreamConfiguration, _ handOver: HandOver, _ inboxes: [WorkerInbox],
        _ control: AcceptControl, _ farewells: Farewells
    ) throws(StreamSocketError) -> WorkerThread {
        try WorkerThread(name: "\(configuration.threadName)-accept") {
            guard let listener = handOver.take() else { return }
            AcceptLoop(
                configuration, listener: listener, inboxes: inboxes, control: control,
                farewells: farewells
            ).run()
        }
    }
}

/// Carries the socket to the accepting thread.
private final class HandOver: Sendable {
    private let listener: Mutex<ListeningSocket?>

    init(_ listener: consuming ListeningSocket) { self.listener = Mutex(listener) }

    func take() -> ListeningSocket? { listener.withLock { $0.take() } }
}

/// How the workers tell that they have their protocols.
private final class StartReport: Sendable {
    private struct State {
        var reports = 0
        var failure: StreamSocketError?
    }

    private let wake: WakeSignal
    private let state = Mutex(State())

    init(wake: WakeSignal) { self.wake = wake }

    func add(_ failure: StreamSocketError?) {
        state.withLock { state in
            state.reports += 1
            if state.failure == nil { state.failure = failure }
        }
        wake.signal()
    }

    func wait(for count: Int) throws(StreamSocketError) {
        while true {
            wake.clear()
            let (reports, failure) = state.withLock { ($0.reports, $0.failure) }
            if reports >= count {
                if let failure { throw failure }
                return
            }
            var watched = pollfd(fd: wake.number, events: Int16(POLLIN), revents: 0)
            _ = unsafe poll(&watched, 1, -1)
        }
    }
}
