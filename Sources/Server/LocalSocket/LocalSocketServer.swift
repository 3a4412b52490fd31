import Glibc
import Synchronization
import Wire

/// A server on a Unix domain socket: one accepting thread and a number of workers.
///
/// Starts serving in `start` and ends in `stop`, or when it is released.
package final class LocalSocketServer: Sendable {
    /// Where the socket is.
    package let path: String
    private let control: AcceptControl
    private let inboxes: [WorkerInbox]
    private let acceptor: WorkerThread
    private let workers: [WorkerThread]
    private let isStopped = Mutex(false)

    private init(
        path: String, control: AcceptControl, inboxes: [WorkerInbox], acceptor: WorkerThread,
        workers: [WorkerThread]
    ) {
        self.path = path
        self.control = control
        self.inboxes = inboxes
        self.acceptor = acceptor
        self.workers = workers
    }

    deinit { stop(drainFor: .zero) }

    /// Opens the socket and starts the threads; returns when every worker has its handler.
    /// - Parameter makeHandler: called once on each worker's thread with the worker's number.
    /// - Throws: `LocalSocketError`; nothing is left running or in the file system then.
    package static func start<Handler: DecisionHandler & ~Copyable>(
        _ configuration: LocalSocketConfiguration,
        makeHandler: @escaping @Sendable (Int) throws -> Handler
    ) throws(LocalSocketError) -> LocalSocketServer {
        if let problem = configuration.problem { throw .invalidConfiguration(problem) }
        let path = configuration.path
        var listener: ListeningSocket?
        if let inherited = configuration.inherited {
            listener = try ListeningSocket(inherited: inherited, path: path)
        } else {
            listener = try ListeningSocket(path: path, backlog: configuration.listenBacklog)
        }
        let control = try AcceptControl(path: path)
        var inboxes: [WorkerInbox] = []
        var workers: [WorkerThread] = []
        let report = StartReport(wake: try WakeSignal(path: path))
        do throws(LocalSocketError) {
            for number in 0..<configuration.workerCount {
                let inbox = try WorkerInbox(path: path)
                let worker = try WorkerThread(name: "writ-worker-\(number)") {
                    serve(configuration, number, inbox, report, makeHandler)
                }
                inboxes.append(inbox)
                workers.append(worker)
            }
            try report.wait(for: workers.count)
            guard let taken = listener.take() else {
                throw .invalidConfiguration("the socket is gone")
            }
            let acceptor = try startAcceptor(configuration, HandOver(taken), inboxes, control)
            return LocalSocketServer(
                path: path, control: control, inboxes: inboxes, acceptor: acceptor,
                workers: workers)
        } catch {
            for inbox in inboxes { inbox.requestDrain(deadline: 0) }
            for worker in workers { worker.join() }
            throw error
        }
    }

    /// Ends the server: accepts no more, answers what it has received, sends what is queued and
    /// removes the socket.
    ///
    /// Every connection ends with the refusal `shuttingDown`, so a client knows that what was not
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
    package var statistics: LocalSocketStatistics {
        var sum = control.board.figures
        for inbox in inboxes { sum.add(inbox.board.figures) }
        return sum
    }

    private static func serve<Handler: DecisionHandler & ~Copyable>(
        _ configuration: LocalSocketConfiguration, _ number: Int, _ inbox: WorkerInbox,
        _ report: StartReport, _ makeHandler: (Int) throws -> Handler
    ) {
        do {
            var loop = try WorkerLoop(configuration, inbox: inbox)
            var handler = try makeHandler(number)
            report.add(nil)
            loop.run(&handler)
        } catch let error as LocalSocketError {
            report.add(error)
        } catch {
            report.add(.handler(reason: String(describing: error)))
        }
    }

    private static func startAcceptor(
        _ configuration: LocalSocketConfiguration, _ handOver: HandOver, _ inboxes: [WorkerInbox],
        _ control: AcceptControl
    ) throws(LocalSocketError) -> WorkerThread {
        try WorkerThread(name: "writ-accept") {
            guard let listener = handOver.take() else { return }
            AcceptLoop(configuration, listener: listener, inboxes: inboxes, control: control).run()
        }
    }
}

/// Carries the socket to the accepting thread.
private final class HandOver: Sendable {
    private let listener: Mutex<ListeningSocket?>

    init(_ listener: consuming ListeningSocket) { self.listener = Mutex(listener) }

    func take() -> ListeningSocket? { listener.withLock { $0.take() } }
}

/// How the workers tell that they have their handlers.
private final class StartReport: Sendable {
    private struct State {
        var reports = 0
        var failure: LocalSocketError?
    }

    private let wake: WakeSignal
    private let state = Mutex(State())

    init(wake: WakeSignal) { self.wake = wake }

    func add(_ failure: LocalSocketError?) {
        state.withLock { state in
            state.reports += 1
            if state.failure == nil { state.failure = failure }
        }
        wake.signal()
    }

    func wait(for count: Int) throws(LocalSocketError) {
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
