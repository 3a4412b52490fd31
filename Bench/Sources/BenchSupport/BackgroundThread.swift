import Glibc
import Synchronization

/// A thread that runs a closure until it is joined.
@safe
package final class BackgroundThread: Sendable {
    private let handle: Mutex<pthread_t?>

    /// Starts the thread.
    package init(_ body: @escaping @Sendable () -> Void) throws(BenchError) {
        let box = unsafe Unmanaged.passRetained(Body(body)).toOpaque()
        var thread = pthread_t()
        let code = unsafe pthread_create(
            &thread, nil,
            { argument in
                guard let argument = unsafe argument else { return nil }
                unsafe Unmanaged<Body>.fromOpaque(argument).takeRetainedValue().run()
                return nil
            }, box)
        guard code == 0 else {
            unsafe Unmanaged<Body>.fromOpaque(box).release()
            throw BenchError("cannot start a thread: \(systemWords(code))")
        }
        handle = Mutex(thread)
    }

    /// Waits for the end of the closure.
    package func join() {
        let thread = handle.withLock { handle -> pthread_t? in
            defer { handle = nil }
            return handle
        }
        if let thread { _ = pthread_join(thread, nil) }
    }

    deinit { join() }

    private final class Body: Sendable {
        let run: @Sendable () -> Void

        init(_ run: @escaping @Sendable () -> Void) { self.run = run }
    }
}

/// A flag that one thread raises and others read.
package final class StopFlag: Sendable {
    private let raised = Atomic<Bool>(false)

    package init() {}

    package var isRaised: Bool { raised.load(ordering: .acquiring) }

    package func raise() { raised.store(true, ordering: .releasing) }
}
