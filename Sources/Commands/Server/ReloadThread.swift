import Foundation
import Glibc
import Synchronization

/// The thread on which policies are read and compiled, at a lower priority than deciding.
///
/// To compile many policies takes a core for a while; decisions must not wait for it when there is
/// no core to spare. Threads that the work starts have its priority too: Linux hands it down.
final class ReloadThread: Sendable {
    private struct Requests {
        var cause: String?
        var isStopped = false
    }

    /// What thread and owner share; the thread does not keep its owner.
    private final class Inbox: Sendable {
        let requests = Mutex(Requests())
        let wake = DispatchSemaphore(value: 0)
    }

    /// The least that still has a share, 1.5 % of a core that others use up, and all of one that they
    /// do not: new policies come into force at any load, later. At 5 the thread kept its core until
    /// the next tick of the clock, 4 ms, with decisions waiting.
    private static let niceness: Int32 = 19
    /// `SCHED_BATCH`, which Glibc's module lacks.
    private static let batchPolicy: Int32 = 3
    /// How often, and how long apart, replaced policies are looked at before the next reload does.
    private static let freeAttempts = 50

    private let inbox = Inbox()

    /// - Parameters:
    ///   - reload: loads and publishes, for a cause.
    ///   - freeUnused: frees what nobody decides with any more; true when nothing is left.
    init(
        reload: @escaping @Sendable (String) -> Void, freeUnused: @escaping @Sendable () -> Bool
    ) {
        let inbox = inbox
        Thread.detachNewThread {
            Self.giveWay()
            while true {
                inbox.wake.wait()
                let (cause, isStopped) = inbox.requests.withLock { requests in
                    defer { requests.cause = nil }
                    return (requests.cause, requests.isStopped)
                }
                if isStopped { return }
                guard let cause else { continue }
                reload(cause)
                Self.free(inbox, freeUnused)
            }
        }
    }

    /// Puts this thread, and those it starts, behind all that decide.
    ///
    /// Not `SCHED_IDLE`: a process without privileges could not end that, and nothing but idle time
    /// would move a reload forward.
    private static func giveWay() {
        // As a batch it never takes the core from a thread that runs.
        var parameters = sched_param()
        _ = unsafe sched_setscheduler(0, batchPolicy, &parameters)
        _ = nice(niceness)
    }

    /// Asks for a reload; those asked for while one runs become one.
    func request(_ cause: String) {
        inbox.requests.withLock { $0.cause = cause }
        inbox.wake.signal()
    }

    /// Ends the thread after what it does now.
    func stop() {
        inbox.requests.withLock { $0.isStopped = true }
        inbox.wake.signal()
    }

    /// Frees what was replaced as soon as the deciding threads have let go of it; a thread that has
    /// nothing to decide does not, and the next reload takes care of that.
    private static func free(_ inbox: Inbox, _ freeUnused: () -> Bool) {
        for _ in 0..<freeAttempts {
            if freeUnused() { return }
            usleep(2_000)
            let isWanted = inbox.requests.withLock { $0.cause != nil || $0.isStopped }
            if isWanted { return }
        }
    }
}
