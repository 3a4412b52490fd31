/// When the requests of an open load are meant to be sent: at a fixed rate, whatever the answers do.
///
/// Latency counts from the intended time, so that a server that stalls is charged for every request
/// that had to wait, also for those not sent yet. Source: Tene, "How NOT to Measure Latency".
package struct OpenSchedule: Sendable {
    private let start: UInt64
    private let interval: Double
    /// Requests over the whole time.
    package let count: Int
    /// Requests that were taken.
    package private(set) var taken = 0

    /// - Parameters:
    ///   - start: the time of the first request, in nanoseconds of any clock.
    ///   - rate: requests a second.
    package init(start: UInt64, rate: Double, seconds: Double) {
        precondition(rate > 0 && seconds > 0, "rate and duration are positive")
        self.start = start
        interval = 1e9 / rate
        count = max(1, Int(rate * seconds))
    }

    package var isDone: Bool { taken == count }

    /// When a request is meant to be sent.
    package func intended(_ index: Int) -> UInt64 { start &+ UInt64(Double(index) * interval) }

    /// The next request when its time has come: its intended time.
    package mutating func take(now: UInt64) -> UInt64? {
        guard taken < count else { return nil }
        let time = intended(taken)
        guard time <= now else { return nil }
        taken += 1
        return time
    }

    /// Nanoseconds until the next request; 0 when it is due, nil when there is none.
    package func wait(now: UInt64) -> UInt64? {
        guard taken < count else { return nil }
        let time = intended(taken)
        return time > now ? time - now : 0
    }
}
