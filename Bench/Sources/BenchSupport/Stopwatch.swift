import CBench
import Glibc

/// Time in ticks of the processor's counter: cheap enough to time one decision.
package enum Stopwatch {
    /// The counter now.
    @inline(__always)
    package static func ticks() -> UInt64 { bench_ticks() }

    /// The processor time that the calling thread has used, in nanoseconds: what others do on the
    /// machine meanwhile is not in it, except where they share caches.
    package static func threadNanoseconds() -> UInt64 {
        var time = timespec()
        unsafe clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
        return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
    }

    /// Nanoseconds a tick, found once by comparing with the monotonic clock for 50 ms.
    package static let nanosecondsPerTick: Double = {
        let clock = ContinuousClock()
        let (start, first) = (clock.now, ticks())
        while clock.now - start < .milliseconds(50) {}
        let (end, last) = (clock.now, ticks())
        return (end - start).nanoseconds / Double(max(1, last &- first))
    }()

    /// What one reading costs in ticks: the least of many pairs; subtracted from single timings.
    package static let overheadTicks: UInt64 = {
        var least = UInt64.max
        for _ in 0..<10_000 {
            let start = ticks()
            least = min(least, ticks() &- start)
        }
        return least
    }()

    /// Ticks as nanoseconds.
    package static func nanoseconds(_ ticks: UInt64) -> Double {
        Double(ticks) * nanosecondsPerTick
    }
}

extension Duration {
    /// The duration in nanoseconds.
    package var nanoseconds: Double {
        Double(components.seconds) * 1e9 + Double(components.attoseconds) * 1e-9
    }
}
