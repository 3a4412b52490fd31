import Glibc
import Synchronization

/// The instant that decisions are made at: the machine's time, but never before one given out.
///
/// One for the process, shared by all threads. When the machine's clock is set back, time stands
/// still until it is reached again, so that nothing which expired becomes valid again.
package final class DecisionClock: Sendable {
    private let latest: Atomic<Int64>
    private let read: @Sendable () -> Int64

    /// - Parameters:
    ///   - latest: milliseconds since 1970 before which it never is, such as the last instant known
    ///     from before a restart.
    ///   - read: the machine's time, in milliseconds since 1970.
    package init(
        notBefore latest: Int64 = 0, read: @escaping @Sendable () -> Int64 = DecisionClock.realTime
    ) {
        self.latest = Atomic(latest)
        self.read = read
    }

    /// Milliseconds since 1970.
    package func now() -> Int64 {
        let now = read()
        let known = latest.load(ordering: .relaxed)
        // Within a millisecond only one thread writes.
        if now <= known { return known }
        return latest.max(now, ordering: .relaxed).newValue
    }

    /// The machine's time, in milliseconds since 1970; 0 when it cannot be told.
    package static func realTime() -> Int64 {
        var time = timespec()
        guard unsafe clock_gettime(CLOCK_REALTIME, &time) == 0 else { return 0 }
        return Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000
    }
}
