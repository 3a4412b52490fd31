import Glibc
import NIOPosix
import Synchronization

/// Makes searches, on threads of their own: what takes a second holds up nothing that takes
/// microseconds.
///
/// Who finds no place waits for one, no longer than ``patience`` and no more of them than
/// ``maximumWaiting``. The threads are nice to all others, so that searches in every place leave the
/// processors to decisions.
package final class SearchPlaces<Worker: ~Copyable>: Sendable {
    private final class Seat: Sendable {
        let worker: Mutex<Worker>

        init(_ worker: consuming sending Worker) { self.worker = Mutex(worker) }
    }

    private struct Waiter {
        let deadline: ContinuousClock.Instant
        let continuation: CheckedContinuation<Int?, Never>
    }

    private struct State {
        var free: [Int]
        /// In the order in which they came, which is that of their deadlines.
        var waiting: [Waiter] = []
        /// Whether somebody looks after those who wait too long.
        var isWatched = false
    }

    private enum Entry {
        case place(Int)
        case full
        case waiting(mustWatch: Bool)
    }

    /// The most searches that wait for each place.
    package static var maximumWaitingForEach: Int { 32 }

    private let seats: [Seat]
    private let state: Mutex<State>
    private let maximumWaiting: Int
    private let patience: Duration
    private let threads: NIOThreadPool

    /// - Parameters:
    ///   - count: how many searches are made at once, at least 1.
    ///   - patience: how long one waits for its place.
    ///   - make: makes the worker of a place.
    package init<Failure: Error>(
        count: Int, patience: Duration, _ make: () throws(Failure) -> sending Worker
    ) throws(Failure) {
        let count = max(count, 1)
        var seats: [Seat] = []
        for _ in 0..<count { seats.append(Seat(try make())) }
        self.seats = seats
        self.patience = patience
        maximumWaiting = count * Self.maximumWaitingForEach
        state = Mutex(State(free: Array(seats.indices)))
        threads = NIOThreadPool(numberOfThreads: count)
        threads.start()
    }

    deinit { threads.shutdownGracefully { _ in } }

    /// Makes a search in a place that nobody else has meanwhile.
    ///
    /// - Returns: nil when there was no place in time.
    package func search<Result: Sendable>(
        _ body: @escaping @Sendable (inout Worker) -> Result
    ) async -> Result? {
        guard let place = await enter() else { return nil }
        defer { leave(place) }
        let seat = seats[place]
        return try? await threads.runIfActive {
            // The thread's alone, as Linux has it. With the priority that it has it serves as well.
            _ = setpriority(__priority_which_t(PRIO_PROCESS.rawValue), 0, 10)
            return seat.worker.withLock { body(&$0) }
        }
    }

    private func enter() async -> Int? {
        await withCheckedContinuation { continuation in
            let deadline = ContinuousClock.now + patience
            let entry = state.withLock { state -> Entry in
                if let place = state.free.popLast() { return .place(place) }
                guard state.waiting.count < maximumWaiting else { return .full }
                state.waiting.append(Waiter(deadline: deadline, continuation: continuation))
                defer { state.isWatched = true }
                return .waiting(mustWatch: !state.isWatched)
            }
            switch entry {
            case .place(let place): continuation.resume(returning: place)
            case .full: continuation.resume(returning: nil)
            case .waiting(let mustWatch): if mustWatch { Task { await watch() } }
            }
        }
    }

    /// Gives a place to who waits for one longest.
    private func leave(_ place: Int) {
        let next = state.withLock { state -> CheckedContinuation<Int?, Never>? in
            guard !state.waiting.isEmpty else {
                state.free.append(place)
                return nil
            }
            return state.waiting.removeFirst().continuation
        }
        next?.resume(returning: place)
    }

    /// Sends away who has waited too long, until nobody waits.
    private func watch() async {
        while true {
            let now = ContinuousClock.now
            let (late, next) = state.withLock { state -> ([Waiter], ContinuousClock.Instant?) in
                let late = Array(state.waiting.prefix { $0.deadline <= now })
                state.waiting.removeFirst(late.count)
                state.isWatched = !state.waiting.isEmpty
                return (late, state.waiting.first?.deadline)
            }
            for waiter in late { waiter.continuation.resume(returning: nil) }
            guard let next else { return }
            // Nobody cancels it; were it cancelled, all would be sent away no later than otherwise.
            try? await Task.sleep(until: next, clock: .continuous)
        }
    }
}
