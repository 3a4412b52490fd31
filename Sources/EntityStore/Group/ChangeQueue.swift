import Glibc

/// Changes that wait for their commit, and who waits for them.
///
/// Any number of threads add, one takes.
@safe
final class ChangeQueue: @unchecked Sendable {
    typealias Answer = @Sendable (Result<UInt64, StoreError>) -> Void

    struct Waiting: Sendable {
        let change: PreparedChange
        let answer: Answer
    }

    private let bounds: GroupBounds
    private let mutex: UnsafeMutablePointer<pthread_mutex_t>
    private let hasMore: UnsafeMutablePointer<pthread_cond_t>
    private let hasRoom: UnsafeMutablePointer<pthread_cond_t>
    // All below are guarded by the mutex.
    private var waiting: [Waiting] = []
    private var oldest = timespec()
    private var isClosed = false
    /// Whether several changes were taken together last: only then others are worth a delay.
    private var isBusy = false

    init(_ bounds: GroupBounds) {
        self.bounds = bounds
        unsafe mutex = .allocate(capacity: 1)
        unsafe hasMore = .allocate(capacity: 1)
        unsafe hasRoom = .allocate(capacity: 1)
        unsafe pthread_mutex_init(mutex, nil)
        var attributes = pthread_condattr_t()
        unsafe pthread_condattr_init(&attributes)
        unsafe pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC)
        unsafe pthread_cond_init(hasMore, &attributes)
        unsafe pthread_cond_init(hasRoom, &attributes)
        unsafe pthread_condattr_destroy(&attributes)
    }

    deinit {
        unsafe pthread_cond_destroy(hasMore)
        unsafe pthread_cond_destroy(hasRoom)
        unsafe pthread_mutex_destroy(mutex)
        unsafe hasMore.deallocate()
        unsafe hasRoom.deallocate()
        unsafe mutex.deallocate()
    }

    /// Adds a change, waiting for room; false when the queue is closed.
    func add(_ change: PreparedChange, _ answer: @escaping Answer) -> Bool {
        locked {
            while waiting.count >= bounds.maximumWaiting, !isClosed {
                unsafe pthread_cond_wait(hasRoom, mutex)
            }
            if isClosed { return false }
            if waiting.isEmpty { unsafe clock_gettime(CLOCK_MONOTONIC, &oldest) }
            waiting.append(Waiting(change: change, answer: answer))
            if waiting.count == 1 || waiting.count == bounds.maximumChanges {
                unsafe pthread_cond_signal(hasMore)
            }
            return true
        }
    }

    /// Takes the next group, waiting for it; empty when the queue is closed and nothing is left.
    func take() -> [Waiting] {
        locked {
            while waiting.isEmpty, !isClosed { unsafe pthread_cond_wait(hasMore, mutex) }
            if isBusy {
                var end = oldest
                end.tv_nsec += bounds.delayNanoseconds
                end.tv_sec += end.tv_nsec / 1_000_000_000
                end.tv_nsec %= 1_000_000_000
                while waiting.count < bounds.maximumChanges, !isClosed {
                    if unsafe pthread_cond_timedwait(hasMore, mutex, &end) != 0 { break }
                }
            }
            let group = Array(waiting.prefix(bounds.maximumChanges))
            waiting.removeFirst(group.count)
            isBusy = group.count > 1
            // What stays has waited for longer, so the next group goes at once.
            unsafe pthread_cond_broadcast(hasRoom)
            return group
        }
    }

    /// Lets nothing more in.
    func close() {
        locked {
            isClosed = true
            unsafe pthread_cond_broadcast(hasMore)
            unsafe pthread_cond_broadcast(hasRoom)
        }
    }

    private func locked<Value>(_ body: () -> Value) -> Value {
        unsafe pthread_mutex_lock(mutex)
        defer { unsafe pthread_mutex_unlock(mutex) }
        return body()
    }
}
