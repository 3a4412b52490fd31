import AuthZEN
import DecisionPoint
import Synchronization

/// Services that decide, one for each thread that may decide at once.
///
/// Whoever has something to decide takes one that is free; with as many as there are threads there is
/// one as a rule. A decision takes microseconds, so a thread that finds none waits for the first it met.
final class DecisionPool: Sendable {
    private final class Seat: Sendable {
        let service: Mutex<AuthZENService>

        init(_ service: consuming sending AuthZENService) {
            self.service = Mutex(service)
        }
    }

    private let seats: [Seat]
    private let turn = Atomic<UInt>(0)

    /// - Parameter make: makes the service of a seat.
    init<Failure: Error>(
        count: Int, _ make: (Int) throws(Failure) -> sending AuthZENService
    ) throws(Failure) {
        var seats: [Seat] = []
        for index in 0..<max(count, 1) { seats.append(Seat(try make(index))) }
        self.seats = seats
    }

    /// Answers a request.
    func answer(_ operation: AuthZENOperation, _ body: Span<UInt8>) -> AuthZENReply {
        let start = Int(bitPattern: turn.add(1, ordering: .relaxed).newValue & 0xFFFF)
        for offset in seats.indices {
            let seat = seats[(start + offset) % seats.count]
            let reply = seat.service.withLockIfAvailable { $0.answer(operation, body) }
            if let reply { return reply }
        }
        return seats[start % seats.count].service.withLock { $0.answer(operation, body) }
    }

    /// The state of policies and store, for health and metrics.
    func readiness() -> Readiness {
        seats[0].service.withLock { $0.readiness() }
    }
}
