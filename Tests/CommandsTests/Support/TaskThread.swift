import Foundation
import Synchronization

/// A thread of its own for tasks that have to go on while tests hold up the threads that all share.
///
/// A test that waits without `await` keeps its thread, there is one a core, and all tests begin at once: what
/// is asynchronous gets its next turn after all that came before, minutes later in a run of everything.
final class TaskThread: TaskExecutor {
    /// Where the services of tests answer HTTP that are in this process.
    static let http = TaskThread()

    private let jobs = Mutex<[UnownedJob]>([])
    private let wake = DispatchSemaphore(value: 0)

    private init() {
        // It is there for as long as the process.
        Thread.detachNewThread {
            while true {
                self.wake.wait()
                let job = self.jobs.withLock { $0.isEmpty ? nil : $0.removeFirst() }
                unsafe job?.runSynchronously(on: self.asUnownedTaskExecutor())
            }
        }
    }

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        jobs.withLock { $0.append(job) }
        wake.signal()
    }
}
