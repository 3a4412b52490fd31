import CEpoll
import Glibc
import Synchronization

/// The thread that accepts connections, judges their peers and gives them to workers.
struct AcceptLoop: ~Copyable {
    /// How long to leave the backlog alone when there is no descriptor even for a refusal.
    private static let pauseMilliseconds: Int32 = 100

    private let listener: ListeningSocket
    private let endpoint: StreamEndpoint
    private let allowedPeers: PeerAllowList
    private let maximumConnections: Int
    private let inboxes: [WorkerInbox]
    private let control: AcceptControl
    private let farewells: Farewells
    private var statistics = StreamStatistics()
    /// A descriptor given up when none is left, so that a connection can be refused.
    private var spare: Int32
    private var nextInbox = 0

    init(
        _ configuration: StreamConfiguration, listener: consuming ListeningSocket,
        inboxes: [WorkerInbox], control: AcceptControl, farewells: Farewells
    ) {
        self.listener = listener
        self.farewells = farewells
        endpoint = configuration.endpoint
        allowedPeers = configuration.allowedPeers
        maximumConnections = configuration.limits.maximumConnections
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
            control.board.publish(statistics.values)
        }
        listener.removeFile()
        // Who waits at an inherited socket is for whoever gets it next.
        if !listener.isInherited { _ = acceptWaiting(refusing: .shuttingDown) }
        control.board.publish(statistics.values)
    }

    /// Accepts all that wait.
    /// - Returns: whether the backlog may be polled at once; false when descriptors ran out.
    private mutating func acceptWaiting(refusing reason: StreamRefusal?) -> Bool {
        while true {
            let descriptor = writ_accept(listener.descriptor)
            if descriptor >= 0 {
                if let reason {
                    farewells.refuse(descriptor, reason)
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
        var peer: PeerCredentials?
        switch endpoint {
        case .unixSocket:
            peer = PeerCredentials(ofPeerOf: descriptor)
            guard let peer, allowedPeers.allows(peer) else {
                return refuse(descriptor, .unauthorizedPeer, countedAs: .refusedPeers)
            }
        // Nobody knows who is at the other end: whoever reaches the address may ask.
        case .loopback: sendAtOnce(descriptor)
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
            return refuse(descriptor, .tooManyConnections, countedAs: .refusedOverload)
        }
        nextInbox = (best + 1) % inboxes.count
        inboxes[best].deliver(WorkerInbox.Arrival(descriptor: descriptor, peer: peer))
    }

    /// Refuses a connection, which is counted before anybody can notice.
    private mutating func refuse(
        _ descriptor: Int32, _ reason: StreamRefusal, countedAs figure: StreamStatistics.Figure
    ) {
        statistics[figure] &+= 1
        control.board.publish(statistics.values)
        farewells.refuse(descriptor, reason)
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
            refuse(descriptor, .noDescriptor, countedAs: .refusedOverload)
        }
        spare = Self.openSpare()
        return descriptor >= 0 && spare >= 0
    }

    /// Has each write go out by itself: the loop writes once a turn.
    private func sendAtOnce(_ descriptor: Int32) {
        var on: Int32 = 1
        _ = unsafe setsockopt(
            descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &on, socklen_t(MemoryLayout<Int32>.size))
    }

    private static func openSpare() -> Int32 { unsafe open("/dev/null", O_RDONLY | O_CLOEXEC) }
}

/// What a protocol says to connections that are refused before they have begun.
struct Farewells: Sendable {
    /// By the raw value of the reason.
    private let words: [[UInt8]]

    init<Service: StreamProtocol & ~Copyable>(of service: Service.Type) {
        words = StreamRefusal.allCases.map { service.farewell($0) }
    }

    /// Says why, as far as the socket takes it at once, and closes.
    func refuse(_ descriptor: Int32, _ reason: StreamRefusal) {
        let bytes = words[reason.rawValue]
        if !bytes.isEmpty {
            _ = unsafe bytes.withUnsafeBytes { buffer in
                unsafe send(descriptor, buffer.baseAddress, buffer.count, dontWait | noSignal)
            }
        }
        _ = close(descriptor)
    }
}

/// How the server speaks to its accepting thread.
final class AcceptControl: Sendable {
    let wake: WakeSignal
    let board = FigureBoard<10>()
    private let stopping = Atomic<Bool>(false)

    init(name: String) throws(StreamSocketError) {
        wake = try WakeSignal(path: name)
    }

    var isStopping: Bool { stopping.load(ordering: .acquiring) }

    func stop() {
        stopping.store(true, ordering: .releasing)
        wake.signal()
    }
}
