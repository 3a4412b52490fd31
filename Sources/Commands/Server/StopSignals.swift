import Foundation
import Glibc
import Synchronization

/// Turns SIGHUP into reloads and SIGTERM or SIGINT into an end.
///
/// A handler writes the signal's number into a pipe that a thread of its own reads. The thread
/// has the signals unblocked whatever mask the process was started with, and no signal is ever
/// set to be ignored, so none is lost from `init` on. At most one may exist in a process.
final class StopSignals {
    private enum Event: Sendable {
        case reload
        case stop
    }

    private let events: AsyncStream<Event>

    /// Takes the signals over from now on, so that one that comes during start-up is not lost.
    init() throws(Failure) {
        var ends: [2 of Int32] = [-1, -1]
        let made = unsafe withUnsafeMutableBytes(of: &ends) { bytes in
            unsafe pipe(bytes.assumingMemoryBound(to: Int32.self).baseAddress)
        }
        // A handler must never wait: a full pipe holds enough signals as it is.
        guard made == 0, fcntl(ends[1], F_SETFL, O_NONBLOCK) == 0,
            fcntl(ends[0], F_SETFD, FD_CLOEXEC) == 0, fcntl(ends[1], F_SETFD, FD_CLOEXEC) == 0
        else {
            throw Failure("cannot make a pipe: \(unsafe String(cString: strerror(errno)))")
        }
        let (events, continuation) = AsyncStream.makeStream(of: Event.self)
        self.events = events
        signalPipe.store(ends[1], ordering: .releasing)
        for number in Self.handled { Self.install(number) }
        let readEnd = ends[0]
        Thread.detachNewThread {
            Self.unblock()
            while let number = Self.next(readEnd) {
                continuation.yield(number == SIGHUP ? .reload : .stop)
            }
        }
    }

    /// Waits for the end, and runs `work` as long as that takes.
    func handle(
        reload: @escaping @Sendable () -> Void, while work: @escaping @Sendable () async -> Void
    ) async {
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await work() }
            for await event in events {
                switch event {
                case .reload: reload()
                case .stop:
                    group.cancelAll()
                    return
                }
            }
        }
    }

    private static let handled = [SIGHUP, SIGTERM, SIGINT]

    private static func install(_ number: Int32) {
        var action = sigaction()
        action.sa_flags = SA_RESTART
        // Only what signal-safety(7) allows: an atomic read, `write`, and `errno` kept.
        unsafe action.__sigaction_handler.sa_handler = { number in
            let code = errno
            var byte = UInt8(truncatingIfNeeded: number)
            _ = unsafe write(signalPipe.load(ordering: .acquiring), &byte, 1)
            errno = code
        }
        _ = unsafe sigaction(number, &action, nil)
    }

    private static func unblock() {
        var set = sigset_t()
        unsafe sigemptyset(&set)
        for number in handled { unsafe sigaddset(&set, number) }
        unsafe pthread_sigmask(SIG_UNBLOCK, &set, nil)
    }

    /// The next signal; nil when the pipe cannot be read.
    private static func next(_ readEnd: Int32) -> Int32? {
        var byte: UInt8 = 0
        while true {
            let count = unsafe read(readEnd, &byte, 1)
            if count == 1 { return Int32(byte) }
            if count < 0, errno == EINTR { continue }
            return nil
        }
    }
}

/// Where the handler writes.
private let signalPipe = Atomic<Int32>(-1)
