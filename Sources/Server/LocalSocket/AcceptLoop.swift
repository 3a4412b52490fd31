import CEpoll
import Glibc
import Synchronization
import Wire

/// The thread that accepts connections, judges their peers and gives them to workers.
struct AcceptLoop: ~Copyable {
    /// How long to leave the backlog alone when there is no descriptor even for a refusal.
    private static let pauseMilliseconds: Int32 = 100

    private let listener: ListeningSocket
    private let allowedPeers: PeerAllowList
    private let maximumConnections: Int
    private let inboxes: [WorkerInbox]
    private let control: AcceptControl
    private var statistics = LocalSocketStatistics()
    /// A descriptor given up when none is left, so that a connection can be refused.
    private var spare: Int32
    private var nextInbox = 0

    init(
        _ configuration: LocalSocketConfiguration, listener: consuming ListeningSocket,
        inboxes: [WorkerInbox], control: AcceptControl
    ) {
        self.listener = listener
        allowedPeers = configuration.allowedPeers
        maximumConnections = configuration.maximumConnections
        self.inboxes = inboxes
        self.control = control
        spare = Self.openSpare()
    }

    deinit {
        if spare >= 0 { _ = close(spare) }
    }

    /// Accepts until told to stop, then refuses those that wait and removes the socket.
    consuming func run() {
        var pollListener = true
        while !control.isStopping {
            var watched = [
                pollfd(fd: control.wake.number, events: Int16(POLLIN), revents: 0),
                pollfd(fd: listener.descriptor, events: Int16(POLLIN), revents: 0),
            ]
            _ = unsafe poll(
                &watched, pollListener ? 2 : 1, pollListener ? -1 : Self.pauseMilliseconds)
            if control.isStopping { break }
            pollListener = acceptWaiting(refusing: nil)
            control.board.publish(statistics)
        }
        listener.removeFile()
        // Who waits at an inherited socket is for whoever gets it next.
        if !listener.isInherited { _ = acceptWaiting(refusing: .shuttingDown) }
        control.board.publish(statistics)
    }

    /// Accepts all that wait.
    /// - Returns: whether the backlog may be polled at once; false when descriptors ran out.
    private mutating func acceptWaiting(refusing reason: RefusalReason?) -> Bool {
        while true {
            let descriptor = writ_accept(listener.descriptor)
            if descriptor >= 0 {
                if let reason {
                    Self.refuse(descriptor, reason, "the server is stopping")
                } else {
                    place(descriptor)
                }
                continue
            }
            switch errno {
            case EAGAIN: return true
            case EINTR, ECONNABORTED, EPROTO, EPERM: continue
            case EMFILE, ENFILE, ENOBUFS, ENOMEM:
                if !refuseWithSpare() { return false }
            default: return false
            }
        }
    }

    private mutating func place(_ descriptor: Int32) {
        guard let peer = PeerCredentials(ofPeerOf: descriptor), allowedPeers.allows(peer) else {
            statistics[.refusedPeers] &+= 1
            return Self.refuse(
                descriptor, .unauthorizedPeer, "the peer's user and group are not allowed")
        }
        var total = 0
        var best = nextInbox
        var bestLoad = Int.max
        // Starting after the last choice spreads equal loads round-robin.
        for step in 0..<inboxes.count {
            let index = (nextInbox + step) % inboxes.count
            let load = inboxes[index].load.load(ordering: .relaxed)
            total += load
            if load < bestLoad {
                best = index
                bestLoad = load
            }
        }
        if total >= maximumConnections {
            statistics[.refusedOverload] &+= 1
            return Self.refuse(descriptor, .overloaded, "the server has no room for connections")
        }
        nextInbox = (best + 1) % inboxes.count
        inboxes[best].deliver(WorkerInbox.Arrival(descriptor: descriptor, peer: peer))
    }

    /// Refuses one waiting connection by way of the spare descriptor.
    private mutating func refuseWithSpare() -> Bool {
        guard spare >= 0 else {
            spare = Self.openSpare()
            return false
        }
        _ = close(spare)
        let descriptor = writ_accept(listener.descriptor)
        if descriptor >= 0 {
            statistics[.refusedOverload] &+= 1
            Self.refuse(descriptor, .overloaded, "the server has no descriptor left")
        }
        spare = Self.openSpare()
        return descriptor >= 0 && spare >= 0
    }

    private static func openSpare() -> Int32 { unsafe open("/dev/null", O_RDONLY | O_CLOEXEC) }

    /// Sends a refusal, as far as the socket takes it at once, and closes.
    private static func refuse(_ descriptor: Int32, _ reason: RefusalReason, _ text: StaticString) {
        var frame = FrameBuffer(capacity: 256)
        frame.appendRefusal(requestID: 0, reason, text: text)
        let bytes = frame.written
        _ = unsafe send(descriptor, bytes.buffer.baseAddress, bytes.count, dontWait | noSignal)
        _ = close(descriptor)
    }
}

/// How the server speaks to its accepting thread.
final class AcceptControl: Sendable {
    let wake: WakeSignal
    let board = StatisticsBoard()
    private let stopping = Atomic<Bool>(false)

    init(path: String) throws(LocalSocketError) {
        wake = try WakeSignal(path: path)
    }

    var isStopping: Bool { stopping.load(ordering: .acquiring) }

    func stop() {
        stopping.store(true, ordering: .releasing)
        wake.signal()
    }
}
