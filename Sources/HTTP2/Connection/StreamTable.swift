/// A call that is not over; plain data.
struct OpenStream: BitwiseCopyable {
    /// 0 for a free place.
    var id: UInt32 = 0
    /// Whether the other end has ended its side, so that only an answer is left to be sent.
    var isAnswered = false
    /// When the call is over in any case, in monotonic nanoseconds.
    var deadline: UInt64 = 0
    /// What the other end said the message's size is; -1 when it did not.
    var declaredBytes = -1
    /// What came of the message.
    var receivedBytes = 0
    /// What of the connection's window it holds, padding and all.
    var heldBytes = 0
    /// What may still come.
    var receiveWindow = 0
    /// What may be sent beyond the initial window, which may change; can be negative.
    var sendCredit = 0
    /// Where what came of the message, or what is left of the answer, is kept; -1 for nowhere.
    var buffer: Int32 = -1
    /// Of the kept answer: where the data that is not sent begins, and where it ends.
    var unsentStart = 0
    var unsentEnd = 0
}

/// The open streams of a connection, found by their ids.
///
/// Open addressing with linear probing, at most half full; what is behind a removed entry moves up.
@safe
struct StreamTable: ~Copyable {
    private var places: UnsafeMutablePointer<OpenStream>
    private var mask: Int
    private(set) var count = 0

    init() {
        mask = 15
        unsafe places = .allocate(capacity: 16)
        unsafe places.initialize(repeating: OpenStream(), count: 16)
    }

    deinit { unsafe places.deallocate() }

    /// The number of places, to walk over all of them; those that are free have the id 0.
    var placeCount: Int { mask + 1 }

    subscript(place: Int) -> OpenStream {
        _read {
            precondition(place >= 0 && place <= mask, "a place outside the table")
            yield unsafe places[place]
        }
        _modify {
            precondition(place >= 0 && place <= mask, "a place outside the table")
            yield unsafe &places[place]
        }
    }

    /// The place of a stream; it is valid until the next change.
    func find(_ id: UInt32) -> Int? {
        var place = home(id)
        while true {
            let found = self[place].id
            if found == id { return place }
            if found == 0 { return nil }
            place = (place + 1) & mask
        }
    }

    /// Adds a stream that is not there.
    /// - Returns: its place.
    mutating func insert(_ stream: OpenStream) -> Int {
        if 2 * (count + 1) > mask + 1 { grow() }
        count += 1
        return place(stream)
    }

    private mutating func place(_ stream: OpenStream) -> Int {
        var place = home(stream.id)
        while self[place].id != 0 { place = (place + 1) & mask }
        self[place] = stream
        return place
    }

    mutating func remove(at place: Int) {
        var hole = place
        var next = (hole + 1) & mask
        while self[next].id != 0 {
            // Whoever would not be found from its home over the hole stays.
            if (next &- home(self[next].id)) & mask >= (next &- hole) & mask {
                self[hole] = self[next]
                hole = next
            }
            next = (next + 1) & mask
        }
        self[hole].id = 0
        count -= 1
    }

    /// The most that any stream may be sent beyond the initial window.
    var largestCredit: Int {
        var largest = 0
        for place in 0...mask where self[place].id != 0 {
            largest = max(largest, self[place].sendCredit)
        }
        return largest
    }

    private func home(_ id: UInt32) -> Int { Int(id >> 1) & mask }

    private mutating func grow() {
        let old = unsafe places
        let oldCount = mask + 1
        mask = 2 * oldCount - 1
        unsafe places = .allocate(capacity: 2 * oldCount)
        unsafe places.initialize(repeating: OpenStream(), count: 2 * oldCount)
        for index in 0..<oldCount where unsafe old[index].id != 0 {
            _ = unsafe place(old[index])
        }
        unsafe old.deallocate()
    }
}
