import HTTP2

/// The connections of one worker, by slot; none is copied or counted.
@safe
struct ConnectionSlots: ~Copyable {
    private var places: UnsafeMutablePointer<ServerConnection>
    private var isUsed: [Bool]

    init() {
        unsafe places = .allocate(capacity: 16)
        isUsed = [Bool](repeating: false, count: 16)
    }

    deinit {
        for slot in isUsed.indices where isUsed[slot] {
            unsafe (places + slot).deinitialize(count: 1)
        }
        unsafe places.deallocate()
    }

    /// The connection in a slot that is in use.
    subscript(slot: Int) -> ServerConnection {
        _read {
            precondition(isUsed[slot], "a slot without a connection")
            yield unsafe places[slot]
        }
        _modify {
            precondition(isUsed[slot], "a slot without a connection")
            yield unsafe &places[slot]
        }
    }

    /// Puts a connection into a free slot.
    mutating func begin(_ slot: Int, _ connection: consuming ServerConnection) {
        while slot >= isUsed.count { grow() }
        precondition(!isUsed[slot], "a slot that is in use")
        unsafe (places + slot).initialize(to: connection)
        isUsed[slot] = true
    }

    /// Frees a slot.
    mutating func end(_ slot: Int) {
        precondition(isUsed[slot], "a slot without a connection")
        unsafe (places + slot).deinitialize(count: 1)
        isUsed[slot] = false
    }

    private mutating func grow() {
        let count = isUsed.count
        let moved = UnsafeMutablePointer<ServerConnection>.allocate(capacity: 2 * count)
        for slot in isUsed.indices where isUsed[slot] {
            unsafe (moved + slot).moveInitialize(from: places + slot, count: 1)
        }
        unsafe places.deallocate()
        unsafe places = moved
        isUsed += [Bool](repeating: false, count: count)
    }
}
