package import Synchronization

/// A number that only grows: one thread at a time adds to it, any thread reads it.
package struct EventCounter: ~Copyable, Sendable {
    @usableFromInline let number = Atomic<UInt64>(0)

    package init() {}

    package var value: UInt64 { number.load(ordering: .relaxed) }

    /// Adds to the number.
    ///
    /// As one thread writes at a time, to read and to store is to add, without a lock on the bus.
    @inlinable @inline(__always)
    package borrowing func add(_ amount: UInt64 = 1) {
        number.store(number.load(ordering: .relaxed) &+ amount, ordering: .relaxed)
    }
}
