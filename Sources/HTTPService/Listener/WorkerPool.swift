import Synchronization

/// What decides, one for each thread that may decide at once.
///
/// Whoever has something to decide takes one that is free; with as many as there are threads there is
/// one as a rule. A decision takes microseconds, so a thread that finds none waits for the first it met.
package final class WorkerPool<Worker: ~Copyable>: Sendable {
    private final class Seat: Sendable {
        let worker: Mutex<Worker>

        init(_ worker: consuming sending Worker) {
            self.worker = Mutex(worker)
        }
    }

    private let seats: [Seat]
    private let turn = Atomic<UInt>(0)

    /// - Parameter make: makes the worker of a seat.
    package init<Failure: Error>(
        count: Int, _ make: (Int) throws(Failure) -> sending Worker
    ) throws(Failure) {
        var seats: [Seat] = []
        for index in 0..<max(count, 1) { seats.append(Seat(try make(index))) }
        self.seats = seats
    }

    /// Lends a worker that nobody else uses meanwhile.
    package func withWorker<Result: Sendable>(
        _ body: (inout sending Worker) -> sending Result
    ) -> Result {
        let start = Int(bitPattern: turn.add(1, ordering: .relaxed).newValue & 0xFFFF)
        for offset in seats.indices {
            let seat = seats[(start + offset) % seats.count]
            if let result = seat.worker.withLockIfAvailable(body) { return result }
        }
        return seats[start % seats.count].worker.withLock(body)
    }
}
