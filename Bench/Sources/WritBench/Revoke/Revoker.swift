import BenchSupport
import CedarSyntax
import EntityStore
import Synchronization
import Wire

/// What is taken away from who asks.
enum Revocation: String, CaseIterable {
    case certificate = "certificate revoked"
    case device = "device quarantined"
    case bundle = "bundle emptied"

    var cause: Cause {
        switch self {
        case .certificate, .device: .quarantined
        case .bundle: .identityRejected
        }
    }
}

/// Takes away and gives back under load, again and again, from a thread of its own.
final class Revoker: Sendable {
    /// How long one took, in milliseconds.
    struct Delay {
        var revocation: Revocation
        /// Until it was on disk.
        var written: Double
        /// From its beginning until the last allow was received; 0 when none was.
        var lastAllow: Double
        /// The same from when it was on disk.
        var afterWritten: Double
    }

    private let world: RevokeWorld
    private let judge: RevocationJudge
    private let rounds: Int
    private let outcome = Mutex<(delays: [Delay], failure: String?)>(([], nil))
    private let over = Atomic<Bool>(false)
    /// How long allows are looked for: far longer than they may last.
    private static let watchNanoseconds: UInt64 = 1_500_000_000

    init(_ world: RevokeWorld, _ judge: RevocationJudge, rounds: Int) {
        self.world = world
        self.judge = judge
        self.rounds = rounds
    }

    var isOver: Bool { over.load(ordering: .acquiring) }
    var delays: [Delay] { outcome.withLock { $0.delays } }
    var failure: String? { outcome.withLock { $0.failure } }

    func run() {
        defer { over.store(true, ordering: .releasing) }
        do {
            for _ in 0..<rounds {
                for revocation in Revocation.allCases { try measure(revocation) }
            }
        } catch {
            outcome.withLock { $0.failure = "\(error)" }
        }
    }

    private func measure(_ revocation: Revocation) throws {
        try waitForAllows()
        let start = MonotonicTime.now()
        try set(revocation, isTaken: true)
        let written = MonotonicTime.now()
        MonotonicTime.sleep(nanoseconds: Self.watchNanoseconds)
        let last = judge.lastAllow
        guard judge.lastRefusal > written, judge.lastRefusal > last,
            judge.lastCause == revocation.cause.rawValue
        else { throw BenchError("\(revocation.rawValue): it is not refused") }
        func milliseconds(_ from: UInt64, _ to: UInt64) -> Double {
            to > from ? Double(to - from) / 1e6 : 0
        }
        outcome.withLock {
            $0.delays.append(
                Delay(
                    revocation: revocation, written: milliseconds(start, written),
                    lastAllow: milliseconds(start, last),
                    afterWritten: milliseconds(written, last)))
        }
        try set(revocation, isTaken: false)
    }

    /// Waits until nothing but allows has come for a while.
    private func waitForAllows() throws {
        let end = MonotonicTime.now() &+ 20_000_000_000
        while MonotonicTime.now() < end {
            MonotonicTime.sleep(nanoseconds: 20_000_000)
            let (allow, refusal) = (judge.lastAllow, judge.lastRefusal)
            if allow > refusal &+ 200_000_000 { return }
        }
        throw BenchError("nothing is allowed after 20 seconds")
    }

    private func set(_ revocation: Revocation, isTaken: Bool) throws {
        switch revocation {
        case .certificate: try set(.thumbprint(world.thumbprint), .revoked, isTaken)
        case .device: try set(.entity(RevokeWorld.device), .quarantined, isTaken)
        case .bundle: try world.setBundle(isEmpty: isTaken)
        }
    }

    private func set(
        _ subject: RestrictionSubject, _ kind: Restriction.Kind, _ isTaken: Bool
    ) throws {
        if isTaken {
            try world.store.restrict([
                Restriction(
                    subject, kind, reason: "bench", since: DateTime(milliseconds: 0))
            ])
        } else {
            try world.store.release([subject])
        }
    }
}
