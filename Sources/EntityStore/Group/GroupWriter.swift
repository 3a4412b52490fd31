package import CedarSchema
import Glibc
import LMDB
import Synchronization

/// How many changes a ``GroupWriter`` commits together, and how long it waits for them.
package struct GroupBounds: Sendable {
    /// Changes of one commit.
    package var maximumChanges: Int
    /// How long the first change of a group waits for others, where several came together last.
    package var maximumDelay: Swift.Duration
    /// Changes that wait for their commit; who brings another waits for room.
    package var maximumWaiting: Int
    /// How long a group waits for another writer of the store before it is refused.
    package var lockPatience: Swift.Duration

    package init(
        maximumChanges: Int = 512, maximumDelay: Swift.Duration = .milliseconds(2),
        maximumWaiting: Int = 4096, lockPatience: Swift.Duration = .seconds(5)
    ) {
        self.maximumChanges = max(1, maximumChanges)
        self.maximumDelay = min(max(.zero, maximumDelay), .milliseconds(900))
        self.maximumWaiting = max(1, maximumWaiting)
        self.lockPatience = lockPatience
    }

    var delayNanoseconds: Int { Int(maximumDelay.components.attoseconds / 1_000_000_000) }
}

/// Takes changes of single entities from any number of threads and commits those together that
/// wait at the same time: one sync for all.
///
/// Each change is made whole or refused by itself, as if one came after the other in the order in
/// which they were given. It is answered once it is on disk, by the revision that contains it.
package final class GroupWriter: Sendable {
    private let commit: GroupCommit
    private let bounds: GroupBounds
    private let queue: ChangeQueue
    private let thread: Mutex<pthread_t?>

    /// Starts the thread that writes.
    ///
    /// - Parameter conformance: what each entity must conform to after its change; nil for nothing.
    /// - Throws: `system` when there is no thread to be had.
    package init(
        _ store: EntityStore, conformingTo conformance: EntityConformance? = nil,
        _ bounds: GroupBounds = GroupBounds()
    ) throws(StoreError) {
        let commit = GroupCommit(store: store, conformance: conformance)
        let queue = ChangeQueue(bounds)
        self.commit = commit
        self.bounds = bounds
        self.queue = queue
        let work = GroupWork(commit: commit, queue: queue, patience: bounds.lockPatience)
        thread = Mutex(try Self.start(work))
    }

    deinit { close() }

    /// Brings a change and returns at once, unless too many wait.
    ///
    /// - Parameter answer: called once, on the writer's thread, in the order in which changes were
    ///   brought: with the revision that contains the change, on disk, or with why it was refused,
    ///   as ``EntityStore/put(_:conformingTo:)`` and its kin say. It should be quick: all others
    ///   wait for it.
    package func submit(
        _ change: EntityChange,
        _ answer: @escaping @Sendable (Result<UInt64, StoreError>) -> Void
    ) {
        let prepared = PreparedChange(change, commit.conformance)
        if !queue.add(prepared, answer) {
            answer(.failure(StoreError(.failed, "change an entity", "the writer is closed")))
        }
    }

    /// Answers in its turn what the caller has refused itself.
    package func submitRefused(_ answer: @escaping @Sendable () -> Void) {
        let refusal = StoreError(.badEntity(nil), "change an entity", "it was refused before")
        if !queue.add(.refused(refusal), { _ in answer() }) { answer() }
    }

    /// Makes a change and waits until it is on disk.
    ///
    /// - Returns: the revision that contains it; where it changed nothing, one that is as if it did.
    /// - Throws: as ``EntityStore/put(_:conformingTo:)``, ``EntityStore/patch(_:conformingTo:)``
    ///   and ``EntityStore/delete(_:ignoringAbsent:)``; the store has not changed then.
    package func write(_ change: EntityChange) throws(StoreError) -> UInt64 {
        let turn = Turn()
        submit(change) { turn.answer($0) }
        return try turn.wait().get()
    }

    /// Waits until all changes are answered and ends the thread; later ones are refused.
    package func close() {
        queue.close()
        let running = thread.withLock { thread -> pthread_t? in
            defer { thread = nil }
            return thread
        }
        if let running { _ = pthread_join(running, nil) }
    }

    private static func start(_ work: GroupWork) throws(StoreError) -> pthread_t {
        // Signals belong to the thread that waits for them.
        var all = sigset_t()
        var previous = sigset_t()
        unsafe sigfillset(&all)
        unsafe pthread_sigmask(SIG_BLOCK, &all, &previous)
        defer { unsafe pthread_sigmask(SIG_SETMASK, &previous, nil) }
        let argument = unsafe Unmanaged.passRetained(work)
        var thread = pthread_t()
        let status = unsafe pthread_create(
            &thread, nil,
            { argument in
                guard let argument = unsafe argument else { return nil }
                unsafe Unmanaged<GroupWork>.fromOpaque(argument).takeRetainedValue().run()
                return nil
            }, argument.toOpaque())
        guard status == 0 else {
            unsafe argument.release()
            throw StoreError(
                .system(status), "write in groups",
                "cannot start a thread: \(SystemWords.of(status))")
        }
        return thread
    }
}

/// What the writer's thread does.
private final class GroupWork: Sendable {
    private let commit: GroupCommit
    private let queue: ChangeQueue
    private let patience: Swift.Duration

    init(commit: GroupCommit, queue: ChangeQueue, patience: Swift.Duration) {
        self.commit = commit
        self.queue = queue
        self.patience = patience
    }

    func run() {
        while true {
            let group = queue.take()
            if group.isEmpty { return }
            write(group)
        }
    }

    private func write(_ group: [ChangeQueue.Waiting]) {
        // Whoever is answered may write by other means at once: the lock is given back before.
        let answers = answers(to: group.map(\.change))
        for (waiting, answer) in zip(group, answers) { waiting.answer(answer) }
    }

    private func answers(to changes: [PreparedChange]) -> [Result<UInt64, StoreError>] {
        let lock: WriterLock
        do throws(StoreError) {
            lock = try takeLock()
        } catch {
            return changes.map { _ in .failure(error) }
        }
        var answers: [Result<UInt64, StoreError>] = []
        while answers.count < changes.count {
            answers += commit.commit(changes[answers.count...], lock)
        }
        let revisions = answers.compactMap { answer -> UInt64? in
            if case .success(let revision) = answer { revision } else { nil }
        }
        if let last = revisions.last { commit.store.tendReaders(last) }
        return answers
    }

    /// Takes the right to write, waiting for another writer as long as patience goes.
    private func takeLock() throws(StoreError) -> WriterLock {
        let end = ContinuousClock.now + patience
        while true {
            do throws(StoreError) {
                return try commit.store.takeWriterLock("change entities")
            } catch {
                guard case .locked = error.code, ContinuousClock.now < end else { throw error }
                usleep(1000)
            }
        }
    }
}

/// One thread's wait for its answer.
@safe
private final class Turn: @unchecked Sendable {
    private let semaphore: UnsafeMutablePointer<sem_t>
    private var result: Result<UInt64, StoreError>?

    init() {
        unsafe semaphore = .allocate(capacity: 1)
        unsafe sem_init(semaphore, 0, 0)
    }

    deinit {
        unsafe sem_destroy(semaphore)
        unsafe semaphore.deallocate()
    }

    func answer(_ result: Result<UInt64, StoreError>) {
        self.result = result
        unsafe sem_post(semaphore)
    }

    func wait() -> Result<UInt64, StoreError> {
        while unsafe sem_wait(semaphore) != 0 {}
        guard let result else { preconditionFailure("an answer was announced and is not there") }
        return result
    }
}
