/// What one connection may use in one turn, and what is known of it.
package struct StreamTurn: BitwiseCopyable {
    /// The connection's number.
    package let slot: Int
    /// Who is at the other end, as the kernel says; nil on TCP.
    package let peer: PeerCredentials?
    /// When the newest of the bytes were read, in monotonic nanoseconds.
    package let receivedNanoseconds: UInt64
    /// Whether the server is stopping: nothing new should be waited for.
    package let isDraining: Bool
    /// How many requests may still be answered; the one that uses up the rest may pass it.
    ///
    /// The protocol subtracts, and says ``StreamState/yield`` at a further request when nothing is
    /// left.
    package var share: Int
    /// The bytes of output, counted from the last ``StreamProtocol/takeOutput()``, from which on the
    /// protocol says ``StreamState/full`` instead of making more; at least 1.
    ///
    /// One answer, or a few that belong together, may pass it.
    package internal(set) var room: Int
    /// The present instant in monotonic nanoseconds, read when the worker woke or later.
    package var now: UInt64
    /// Requests since the clock was read.
    @usableFromInline var uses: Int

    /// Requests between two looks at the clock.
    @usableFromInline static let usesPerReading = 32

    /// Makes a turn.
    package init(
        slot: Int, peer: PeerCredentials?, receivedNanoseconds: UInt64, now: UInt64,
        share: Int = 1024, room: Int = 64 << 10, isDraining: Bool = false, uses: Int = 0
    ) {
        self.slot = slot
        self.peer = peer
        self.receivedNanoseconds = receivedNanoseconds
        self.isDraining = isDraining
        self.share = share
        self.room = room
        self.now = now
        self.uses = uses
    }

    /// Counts a request, and reads the clock again where many were served since.
    @inlinable @inline(__always)
    package mutating func countUse() {
        uses &+= 1
        if uses >= Self.usesPerReading { readClock() }
    }

    /// Reads the clock.
    package mutating func readClock() {
        now = MonotonicClock.now()
        uses = 0
    }
}
