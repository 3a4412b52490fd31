/// Gives decisions of one worker their ids: numbers that no other worker of the service gives, and
/// none that was started in another second.
package struct DecisionIDs: BitwiseCopyable, Sendable {
    private var last: UInt64

    /// - Parameters:
    ///   - worker: a number from 0 to 255 that no other worker of the process has.
    ///   - seconds: when the process started, since 1970.
    package init(worker: Int, startedAt seconds: UInt64) {
        // The count carries into the seconds, which are over by then: 16 million a second are not
        // decided by one worker.
        last = UInt64(worker & 0xFF) << 56 | (seconds & 0xFFFF_FFFF) << 24
    }

    /// The id of another decision.
    package mutating func next() -> UInt64 {
        last &+= 1
        return last
    }
}
