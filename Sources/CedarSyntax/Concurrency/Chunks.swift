import Glibc
import Synchronization

/// Work on large inputs, cut into chunks that the processor's cores share.
///
/// How an input is cut depends on the input alone, so that what comes out is the same on every
/// machine.
package enum Chunks {
    /// Calls `body` for every number below `count` and gives the results in order.
    ///
    /// The calling thread takes part, and does it all where no thread can be started.
    package static func map<Output: Sendable>(
        _ count: Int, _ body: @escaping @Sendable (Int) -> Output
    ) -> [Output] {
        let threads = min(count, max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN))))
        guard threads > 1 else { return (0..<count).map(body) }
        let work = SharedWork(count, body)
        let others = (1..<threads).compactMap { _ in start { work.run() } }
        work.run()
        for thread in others { pthread_join(thread, nil) }
        return work.outputs()
    }

    /// Cuts a number of things into runs of at most `size`.
    package static func ranges(of count: Int, size: Int) -> [Range<Int>] {
        stride(from: 0, to: count, by: size).map { $0..<min($0 + size, count) }
    }

    private static func start(_ body: @escaping @Sendable () -> Void) -> pthread_t? {
        var attributes = pthread_attr_t()
        guard unsafe pthread_attr_init(&attributes) == 0 else { return nil }
        defer { unsafe pthread_attr_destroy(&attributes) }
        unsafe pthread_attr_setstacksize(&attributes, stackBytes)
        // Signals belong to the thread that waits for them.
        var all = sigset_t()
        var previous = sigset_t()
        unsafe sigfillset(&all)
        unsafe pthread_sigmask(SIG_BLOCK, &all, &previous)
        defer { unsafe pthread_sigmask(SIG_SETMASK, &previous, nil) }
        var thread = pthread_t()
        let box = unsafe Unmanaged.passRetained(ThreadBody(body))
        let code = unsafe pthread_create(
            &thread, &attributes,
            { argument in
                guard let argument = unsafe argument else { return nil }
                unsafe Unmanaged<ThreadBody>.fromOpaque(argument).takeRetainedValue().body()
                return nil
            }, box.toOpaque())
        if code != 0 {
            unsafe box.release()
            return nil
        }
        return thread
    }

    /// As much as a main thread has, for those who walk trees.
    private static let stackBytes = 8 << 20
}

private final class ThreadBody: Sendable {
    let body: @Sendable () -> Void

    init(_ body: @escaping @Sendable () -> Void) { self.body = body }
}

/// Numbers that threads take one after the other until there are none left.
private final class SharedWork<Output: Sendable>: Sendable {
    private let count: Int
    private let body: @Sendable (Int) -> Output
    private let next = Atomic<Int>(0)
    private let results: Mutex<[Output?]>

    init(_ count: Int, _ body: @escaping @Sendable (Int) -> Output) {
        self.count = count
        self.body = body
        results = Mutex(Array(repeating: nil, count: count))
    }

    func run() {
        while true {
            let number = next.add(1, ordering: .relaxed).oldValue
            guard number < count else { return }
            let output = body(number)
            results.withLock { $0[number] = output }
        }
    }

    func outputs() -> [Output] {
        results.withLock { results in results.compactMap { $0 } }
    }
}
