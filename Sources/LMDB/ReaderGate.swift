import Synchronization

/// One read transaction's word on whether it is looking at the map.
///
/// The map moves when it is resized, so it may be resized only while no transaction of this
/// process reads it. Each transaction says so in a cache line of its own, which costs a renewal
/// one uncontended store; a shared counter would cost every renewal a contended one.
final class ReaderGate: Sendable {
    private let reading = Atomic<Bool>(false)
    // Keeps two gates out of one 64-byte cache line, wherever the allocator puts them.
    private let padding = [15 of UInt64](repeating: 0)

    init() {}

    var isReading: Bool {
        // Pairs with `leave`: whoever sees `false` sees every read before it done.
        reading.load(ordering: .sequentiallyConsistent)
    }

    func enter() {
        // Store, then look at the environment's `isResizing`: only sequential consistency keeps
        // the two in order, so that either the reader or the resizer sees the other.
        reading.store(true, ordering: .sequentiallyConsistent)
    }

    func leave() {
        reading.store(false, ordering: .releasing)
    }
}
