import CEpoll
import Glibc
import Wire

/// One worker thread's connections and the loop that serves them.
///
/// A connection's turn is one read, one call of the protocol, one write. Input is read into the
/// worker's own memory; a connection holds memory only for what could not be finished in its turn:
/// the front of a message, or output that its peer has not read.
///
/// The protocol is a parameter of the methods and no stored part of the loop: whoever starts a server
/// does so from another target, so what is generic here runs unspecialised, and costs little as long
/// as it is only passed on.
@safe struct WorkerLoop: ~Copyable {
    static let readBytes = 64 << 10
    static let flushBytes = 64 << 10
    static let eventCount = 64
    static let wakeToken = UInt64.max
    /// Reads spent on one connection when the server stops.
    static let drainTurns: UInt8 = 64
    /// How long a connection that waits for the time is left alone.
    static let sweepNanoseconds: UInt64 = 100_000_000

    let maximumInFlightBytes: Int
    let maximumRequestsPerTurn: Int
    let incompleteNanoseconds: UInt64
    let slowReaderNanoseconds: UInt64

    let inbox: WorkerInbox
    let poller: FileDescriptor
    private let events: UnsafeMutablePointer<epoll_event>
    let scratch: UnsafeMutableRawPointer

    var table = ConnectionTable()
    var pool: BufferPool
    var statistics = StreamStatistics()
    /// The present instant in monotonic nanoseconds, read once a wake-up and every few requests.
    var now: UInt64 = 0
    /// Requests since the clock was read.
    var usesOfClock = 0
    var ready = ConnectionQueue(.ready)
    var incomplete = ConnectionQueue(.incomplete)
    var unsent = ConnectionQueue(.unsent)
    var timed = ConnectionQueue(.timed)
    private var drainDeadline: UInt64?
    /// Whether a connection that waits for a turn could use it at once.
    var hasBusyConnections = false

    /// Whether the server is stopping.
    var isDraining: Bool { drainDeadline != nil }

    init(
        _ configuration: StreamConfiguration, inbox: WorkerInbox
    ) throws(StreamSocketError) {
        let name = configuration.endpoint.description
        guard let poller = FileDescriptor(owning: epoll_create1(Int32(EPOLL_CLOEXEC)))
        else { throw .system(operation: "make a poller for", path: name, code: errno) }
        let status = writ_epoll_control(
            poller.number, EPOLL_CTL_ADD, inbox.wake.number, EPOLLIN.rawValue, Self.wakeToken)
        if status != 0 {
            throw .system(operation: "watch the wake-up of", path: name, code: errno)
        }
        let limits = configuration.limits
        maximumInFlightBytes = limits.maximumInFlightBytes
        maximumRequestsPerTurn = limits.maximumRequestsPerTurn
        incompleteNanoseconds = limits.incompleteTimeout.wholeNanoseconds
        slowReaderNanoseconds = limits.slowReaderTimeout.wholeNanoseconds
        self.inbox = inbox
        self.poller = poller
        unsafe events = .allocate(capacity: Self.eventCount)
        unsafe scratch = .allocate(byteCount: Self.readBytes, alignment: 64)
        pool = BufferPool(limitBytes: limits.maximumBufferedBytesPerWorker)
    }

    deinit {
        unsafe events.deallocate()
        unsafe scratch.deallocate()
    }

    /// Serves until the inbox asks to end and every connection is finished.
    mutating func run<Service: StreamProtocol & ~Copyable>(_ service: inout Service) {
        var isDone = false
        while !isDone {
            let eventCount = unsafe epoll_wait(
                poller.number, events, Int32(Self.eventCount), waitMilliseconds())
            refreshClock()
            // Only EINTR can fail here; the wait is simply repeated.
            for index in 0..<max(0, Int(eventCount)) {
                let event = unsafe events[index]
                unsafe handle(event.data.u64, event.events, &service)
            }
            serveReady(&service)
            if incomplete.first != nil || unsent.first != nil { expire(&service) }
            if timed.first != nil { sweep(&service) }
            if let deadline = drainDeadline { isDone = drain(until: deadline, &service) }
            service.endBatch()
            publish()
        }
    }

    private mutating func refreshClock() {
        now = MonotonicClock.now()
        usesOfClock = 0
    }

    private mutating func publish() {
        statistics[.open] = UInt64(table.count)
        statistics[.bufferedBytes] = UInt64(pool.lent)
        inbox.board.publish(statistics.values)
    }

    /// How long epoll may wait, rounded up; -1 is for ever.
    private func waitMilliseconds() -> Int32 {
        // Those that wait for something outside are tried again every millisecond.
        if ready.first != nil { return hasBusyConnections ? 0 : 1 }
        var deadline = drainDeadline ?? .max
        deadline = min(deadline, incomplete.nextDeadline(in: table) ?? .max)
        deadline = min(deadline, unsent.nextDeadline(in: table) ?? .max)
        deadline = min(deadline, timed.nextDeadline(in: table) ?? .max)
        if deadline == .max { return -1 }
        let rest = deadline > now ? deadline - now : 0
        // A drain polls its connections, which may have had nothing to read until now.
        let limit: UInt64 = drainDeadline == nil ? 3_600_000 : 5
        return Int32(min((rest + 999_999) / 1_000_000, limit))
    }

    private mutating func handle<Service: StreamProtocol & ~Copyable>(
        _ token: UInt64, _ events: UInt32, _ service: inout Service
    ) {
        if token == Self.wakeToken { return takeInbox(&service) }
        let slot = Int(token & 0xFFFF_FFFF)
        guard slot < table.slotLimit, table[slot].descriptor >= 0,
            UInt64(table[slot].generation) == token >> 32
        else { return }
        let failed = events & (EPOLLERR.rawValue | EPOLLHUP.rawValue) != 0
        if failed, table[slot].flags.contains(.waiting) { return close(slot, &service) }
        if !table[slot].output.isEmpty, failed || events & EPOLLOUT.rawValue != 0 {
            if !flush(slot, &service) { return }
        }
        if failed || events & EPOLLIN.rawValue != 0, mayRead(slot) {
            _ = takeTurn(slot, &service)
        }
    }

    private mutating func takeInbox<Service: StreamProtocol & ~Copyable>(
        _ service: inout Service
    ) {
        let (arrivals, deadline) = inbox.take()
        if let deadline { drainDeadline = deadline }
        for arrival in arrivals {
            let slot = table.insert(descriptor: arrival.descriptor, peer: arrival.peer)
            let token = UInt64(table[slot].generation) << 32 | UInt64(slot)
            table[slot].interest = EPOLLIN.rawValue
            let status = writ_epoll_control(
                poller.number, EPOLL_CTL_ADD, arrival.descriptor, EPOLLIN.rawValue, token)
            let state = service.begin(slot, peer: arrival.peer, now: now)
            if status == 0 {
                statistics[.accepted] &+= 1
                _ = follow(slot, state, &service)
            } else {
                statistics[.refusedOverload] &+= 1
                if refuse(slot, .noDescriptor, &service) { close(slot, &service) }
            }
        }
    }

    /// Gives each connection that waits for a turn one turn.
    private mutating func serveReady<Service: StreamProtocol & ~Copyable>(
        _ service: inout Service
    ) {
        // Those that wait again go to the end, so nobody has two turns before others have one.
        hasBusyConnections = false
        guard ready.first != nil else { return }
        var turns = table.count
        while turns > 0, let slot = ready.first {
            turns -= 1
            ready.leave(slot, in: &table)
            table[slot].flags.remove([.ready, .waiting])
            serveKept(slot, &service)
        }
    }

    /// Answers what has been received, then ends every connection, as its protocol sees fit.
    /// - Returns: whether none is left.
    private mutating func drain<Service: StreamProtocol & ~Copyable>(
        until deadline: UInt64, _ service: inout Service
    ) -> Bool {
        for slot in 0..<table.slotLimit where table[slot].descriptor >= 0 {
            while mayRead(slot), table[slot].drainTurns < Self.drainTurns {
                table[slot].drainTurns += 1
                if takeTurn(slot, &service) != .served { break }
            }
            guard table[slot].descriptor >= 0,
                table[slot].flags.isDisjoint(with: [.closing, .paused, .ready])
            else { continue }
            let state = service.drain(slot, now: now)
            _ = follow(slot, state, &service)
        }
        refreshClock()
        if now >= deadline {
            for slot in 0..<table.slotLimit where table[slot].descriptor >= 0 {
                close(slot, &service)
            }
        }
        return table.count == 0
    }
}
