import CEpoll
import Glibc
import Synchronization

extension StreamConfiguration {
    /// The number of cores that are online, 1 to 256.
    package static var onlineCores: Int {
        Swift.min(Swift.max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN))), 256)
    }
}

/// A named system thread; joined at most once.
final class WorkerThread: Sendable {
    private let thread: pthread_t
    private let isJoined = Atomic<Bool>(false)

    private final class Start: Sendable {
        let name: String
        let body: @Sendable () -> Void
        init(name: String, body: @escaping @Sendable () -> Void) {
            self.name = name
            self.body = body
        }
    }

    /// Starts `body` on a new thread, all of whose signals are blocked.
    /// - Parameter name: at most 15 bytes count.
    init(name: String, body: @escaping @Sendable () -> Void) throws(StreamSocketError) {
        // Signals belong to the thread that waits for them: a worker must not take them.
        var all = sigset_t()
        var previous = sigset_t()
        unsafe sigfillset(&all)
        unsafe pthread_sigmask(SIG_BLOCK, &all, &previous)
        defer { unsafe pthread_sigmask(SIG_SETMASK, &previous, nil) }

        let start = unsafe Unmanaged.passRetained(Start(name: name, body: body))
        var thread = pthread_t()
        let status = unsafe pthread_create(
            &thread, nil,
            { argument in
                guard let argument = unsafe argument else { return nil }
                let start = unsafe Unmanaged<Start>.fromOpaque(argument).takeRetainedValue()
                _ = unsafe start.name.withCString { unsafe writ_name_thread($0) }
                start.body()
                return nil
            }, start.toOpaque())
        if status != 0 {
            unsafe start.release()
            throw .system(operation: "start a thread for", path: name, code: status)
        }
        self.thread = thread
    }

    /// Waits for the thread to end; the second and later calls return at once.
    func join() {
        if isJoined.exchange(true, ordering: .acquiringAndReleasing) { return }
        _ = pthread_join(thread, nil)
    }
}
