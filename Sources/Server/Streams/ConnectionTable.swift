import CEpoll

/// The state of one connection; plain data, about 200 bytes.
struct Connection: BitwiseCopyable {
    /// What is going on besides reading and answering.
    struct Flags: OptionSet, BitwiseCopyable {
        let rawValue: UInt8
        /// The peer sends no more.
        static let inputClosed = Flags(rawValue: 1)
        /// Nothing more is read; the connection ends when its output is sent.
        static let closing = Flags(rawValue: 2)
        /// Input is left alone until the output is sent.
        static let paused = Flags(rawValue: 4)
        /// Input waits for the connection's next turn.
        static let ready = Flags(rawValue: 8)
        /// The first message kept waits for something outside; it is tried again and again.
        static let waiting = Flags(rawValue: 16)
    }

    /// -1 when the slot is free.
    var descriptor: Int32 = -1
    /// Grows each time the slot is freed, so that events of its past can be told.
    var generation: UInt32 = 0
    var peer: PeerCredentials?
    var flags: Flags = []
    /// What the protocol last said.
    var state = StreamState.idle
    var drainTurns: UInt8 = 0
    /// The events now asked of epoll.
    var interest: UInt32 = 0
    var input = ConnectionBuffer()
    var output = ConnectionBuffer()
    /// When the bytes in `input` were read.
    var receivedNanoseconds: UInt64 = 0
    /// Bytes sent, and the mark to reach before the slow-reader deadline.
    var sentBytes: UInt64 = 0
    var sentMark: UInt64 = 0
    var links: [4 of ConnectionLink] = .init(repeating: ConnectionLink())
    /// The queues that the connection is in, a bit for each.
    var queues: UInt8 = 0

    /// Whether nothing is kept, begun or awaited but more input, which epoll watches.
    ///
    /// Most turns end so.
    var isAtRest: Bool {
        flags.rawValue | queues | state.rawValue == 0 && interest == EPOLLIN.rawValue
            && !input.holdsMemory && !output.holdsMemory
    }
}

/// The connections of one worker, by slot.
@safe struct ConnectionTable: ~Copyable {
    private var slots: UnsafeMutablePointer<Connection>
    private var capacity = 64
    private var firstNeverUsed = 0
    private var freeSlots: [Int32] = []
    /// The number of slots in use.
    private(set) var count = 0

    init() {
        unsafe slots = .allocate(capacity: 64)
    }

    deinit { unsafe slots.deallocate() }

    /// One more than the largest slot ever used.
    var slotLimit: Int { firstNeverUsed }

    /// The connection in a slot below `slotLimit`.
    subscript(slot: Int) -> Connection {
        _read {
            precondition(slot >= 0 && slot < firstNeverUsed, "a slot outside the table")
            yield unsafe slots[slot]
        }
        _modify {
            precondition(slot >= 0 && slot < firstNeverUsed, "a slot outside the table")
            yield unsafe &slots[slot]
        }
    }

    /// Puts a connection into a free slot.
    mutating func insert(descriptor: Int32, peer: PeerCredentials?) -> Int {
        let slot: Int
        if let free = freeSlots.popLast() {
            slot = Int(free)
        } else {
            if firstNeverUsed == capacity { grow() }
            slot = firstNeverUsed
            unsafe (slots + slot).initialize(to: Connection())
            firstNeverUsed += 1
        }
        self[slot].descriptor = descriptor
        self[slot].peer = peer
        count += 1
        return slot
    }

    /// Frees a slot; its buffers must have been given back and its queues left.
    mutating func remove(_ slot: Int) {
        let generation = self[slot].generation
        self[slot] = Connection()
        self[slot].generation = generation &+ 1
        freeSlots.append(Int32(truncatingIfNeeded: slot))
        count -= 1
    }

    private mutating func grow() {
        let grown = UnsafeMutablePointer<Connection>.allocate(capacity: 2 * capacity)
        unsafe grown.moveInitialize(from: slots, count: firstNeverUsed)
        unsafe slots.deallocate()
        unsafe slots = grown
        capacity *= 2
    }
}
