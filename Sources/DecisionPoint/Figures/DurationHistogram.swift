/// How many decisions took how long: one thread at a time counts, any thread reads.
package struct DurationHistogram: ~Copyable, Sendable {
    /// The upper bounds of the buckets, in nanoseconds.
    package static let bounds: [UInt64] = [
        2_500, 5_000, 10_000, 25_000, 50_000, 100_000, 250_000, 500_000, 1_000_000, 2_500_000,
        10_000_000, 100_000_000,
    ]

    private let counts: [13 of EventCounter] = .init { _ in EventCounter() }
    private let total = EventCounter()

    package init() {}

    /// Counts one duration; allocates nothing.
    package borrowing func record(nanoseconds: UInt64) {
        var bucket = 0
        while bucket < Self.bounds.count, nanoseconds > Self.bounds[bucket] { bucket += 1 }
        counts[bucket].add()
        total.add(nanoseconds)
    }

    /// How many durations fell into a bucket; the last one is for what is above all bounds.
    package borrowing func bucket(_ index: Int) -> UInt64 { counts[index].value }

    /// All durations together.
    package var nanoseconds: UInt64 { total.value }
}
