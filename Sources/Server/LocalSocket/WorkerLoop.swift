import CEpoll
import Glibc
import Wire

/// One worker thread's connections and the loop that serves them.
///
/// A connection's turn is one read, a decision for every whole frame, one write. Input is read into
/// the worker's own memory; a connection holds memory only for what could not be finished in its
/// turn: the front of a frame, or answers that its peer has not read.
@safe struct WorkerLoop: ~Copyable {
    static let readBytes = 64 << 10
    static let flushBytes = 64 << 10
    static let eventCount = 64
    static let wakeToken = UInt64.max
    /// Reads spent on one connection when the server stops.
    static let drainTurns: UInt8 = 64

    let limits: FrameLimits
    let maximumInFlightBytes: Int
    let maximumRequestsPerTurn: Int
    let incompleteFrameNanoseconds: UInt64
    let slowReaderNanoseconds: UInt64
    let defaultDeadlineNanoseconds: UInt64

    let inbox: WorkerInbox
    let poller: FileDescriptor
    private let events: UnsafeMutablePointer<epoll_event>
    let scratch: UnsafeMutableRawPointer

    var table = ConnectionTable()
    var pool: BufferPool
    /// The answers of the present turn.
    var output: FrameBuffer
    var statistics = LocalSocketStatistics()
    /// The present instant in monotonic nanoseconds, read once a wake-up and every few items.
    var now: UInt64 = 0
    var itemsSinceClock = 0
    var ready = ConnectionQueue(.ready)
    var incomplete = ConnectionQueue(.incomplete)
    var unsent = ConnectionQueue(.unsent)
    private var drainDeadline: UInt64?
    /// Whether a connection that waits for a turn could use it at once.
    var hasBusyConnections = false

    /// How long a request may wait for a revision, whatever its deadline.
    static let maximumRevisionWaitNanoseconds: UInt64 = 30_000_000_000

    /// Whether the server is stopping.
    var isDraining: Bool { drainDeadline != nil }

    init(
        _ configuration: LocalSocketConfiguration, inbox: WorkerInbox
    ) throws(LocalSocketError) {
        guard let poller = FileDescriptor(owning: epoll_create1(Int32(EPOLL_CLOEXEC)))
        else {
            throw .system(operation: "make a poller for", path: configuration.path, code: errno)
        }
        let status = writ_epoll_control(
            poller.number, EPOLL_CTL_ADD, inbox.wake.number, EPOLLIN.rawValue, Self.wakeToken)
        if status != 0 {
            throw .system(operation: "watch the wake-up of", path: configuration.path, code: errno)
        }
        limits = configuration.frameLimits
        maximumInFlightBytes = configuration.maximumInFlightBytes
        maximumRequestsPerTurn = configuration.maximumRequestsPerTurn
        incompleteFrameNanoseconds = configuration.incompleteFrameTimeout.wholeNanoseconds
        slowReaderNanoseconds = configuration.slowReaderTimeout.wholeNanoseconds
        defaultDeadlineNanoseconds = configuration.defaultDeadline.wholeNanoseconds
        self.inbox = inbox
        self.poller = poller
        unsafe events = .allocate(capacity: Self.eventCount)
        unsafe scratch = .allocate(byteCount: Self.readBytes, alignment: 64)
        pool = BufferPool(limitBytes: configuration.maximumBufferedBytesPerWorker)
        // Room for the largest turn, so that it never grows; untouched pages cost nothing.
        output = FrameBuffer(
            capacity: Self.flushBytes + 2 * configuration.frameLimits.maximumFrameBytes)
    }

    deinit {
        unsafe events.deallocate()
        unsafe scratch.deallocate()
    }

    /// Serves until the inbox asks to end and every connection is finished.
    mutating func run<Handler: DecisionHandler & ~Copyable>(_ handler: inout Handler) {
        while true {
            let eventCount = unsafe epoll_wait(
                poller.number, events, Int32(Self.eventCount), waitMilliseconds())
            refreshClock()
            // Only EINTR can fail here; the wait is simply repeated.
            for index in 0..<max(0, Int(eventCount)) {
                let event = unsafe events[index]
                unsafe handle(event.data.u64, event.events, &handler)
            }
            serveReady(&handler)
            expire()
            if let deadline = drainDeadline, drain(until: deadline, &handler) { break }
            publish()
        }
        publish()
    }

    mutating func refreshClock() {
        now = MonotonicClock.now()
        itemsSinceClock = 0
    }

    private mutating func publish() {
        statistics[.open] = UInt64(table.count)
        statistics[.bufferedBytes] = UInt64(pool.lent)
        inbox.board.publish(statistics)
    }

    /// How long epoll may wait, rounded up; -1 is for ever.
    private func waitMilliseconds() -> Int32 {
        // Those that wait for a revision are tried again every millisecond.
        if ready.first != nil { return hasBusyConnections ? 0 : 1 }
        var deadline = drainDeadline ?? .max
        deadline = min(deadline, incomplete.nextDeadline(in: table) ?? .max)
        deadline = min(deadline, unsent.nextDeadline(in: table) ?? .max)
        if deadline == .max { return -1 }
        let rest = deadline > now ? deadline - now : 0
        // A drain polls its connections, which may have had nothing to read until now.
        let limit: UInt64 = drainDeadline == nil ? 3_600_000 : 5
        return Int32(min((rest + 999_999) / 1_000_000, limit))
    }

    private mutating func handle<Handler: DecisionHandler & ~Copyable>(
        _ token: UInt64, _ events: UInt32, _ handler: inout Handler
    ) {
        if token == Self.wakeToken { return takeInbox() }
        let slot = Int(token & 0xFFFF_FFFF)
        guard slot < table.slotLimit, table[slot].descriptor >= 0,
            UInt64(table[slot].generation) == token >> 32
        else { return }
        let failed = events & (EPOLLERR.rawValue | EPOLLHUP.rawValue) != 0
        if failed, table[slot].flags.contains(.waiting) { return close(slot) }
        if !table[slot].output.isEmpty, failed || events & EPOLLOUT.rawValue != 0 {
            if !flush(slot) { return }
        }
        if failed || events & EPOLLIN.rawValue != 0, mayRead(slot) {
            _ = takeTurn(slot, &handler)
        }
    }

    private mutating func takeInbox() {
        let (arrivals, deadline) = inbox.take()
        if let deadline { drainDeadline = deadline }
        for arrival in arrivals {
            let slot = table.insert(descriptor: arrival.descriptor, peer: arrival.peer)
            let token = UInt64(table[slot].generation) << 32 | UInt64(slot)
            table[slot].interest = EPOLLIN.rawValue
            let status = writ_epoll_control(
                poller.number, EPOLL_CTL_ADD, arrival.descriptor, EPOLLIN.rawValue, token)
            if status == 0 {
                statistics[.accepted] &+= 1
            } else {
                statistics[.refusedOverload] &+= 1
                refuse(slot, requestID: 0, .overloaded, "the server cannot watch the connection")
                if flush(slot) { close(slot) }
            }
        }
    }

    /// Gives each connection that waits for a turn one turn.
    private mutating func serveReady<Handler: DecisionHandler & ~Copyable>(
        _ handler: inout Handler
    ) {
        // Those that wait again come after `last`, so the walk ends.
        hasBusyConnections = false
        guard ready.first != nil else { return }
        var turns = table.count
        while turns > 0, let slot = ready.first {
            turns -= 1
            ready.leave(slot, in: &table)
            table[slot].flags.remove([.ready, .waiting])
            serveKept(slot, &handler)
        }
    }

    /// Answers what has been received, then ends every connection.
    /// - Returns: whether none is left.
    private mutating func drain<Handler: DecisionHandler & ~Copyable>(
        until deadline: UInt64, _ handler: inout Handler
    ) -> Bool {
        for slot in 0..<table.slotLimit where table[slot].descriptor >= 0 {
            while mayRead(slot), table[slot].drainTurns < Self.drainTurns {
                table[slot].drainTurns += 1
                if takeTurn(slot, &handler) != .served { break }
            }
            let connection = table[slot]
            guard connection.descriptor >= 0 else { continue }
            if connection.flags.isDisjoint(with: [.closing, .paused, .ready]) {
                refuse(slot, requestID: 0, .shuttingDown, "the server is stopping")
                _ = flush(slot)
            }
        }
        refreshClock()
        if now >= deadline {
            for slot in 0..<table.slotLimit where table[slot].descriptor >= 0 { close(slot) }
        }
        return table.count == 0
    }
}
