import BenchSupport
import Glibc
import Synchronization

/// Replaces the policies of a running server again and again, from a thread of its own.
final class PolicySwapper: Sendable {
    private let server: Int32
    private let folder: String
    private let texts: [[UInt8]]
    private let seen: SeenSets
    private let outcome = Mutex<(delays: [Double], failure: String?)>(([], nil))
    private let over = Atomic<Bool>(false)

    /// - Parameter texts: the sets after the first, in order.
    init(server: Int32, folder: String, texts: [[UInt8]], seen: SeenSets) {
        self.server = server
        self.folder = folder
        self.texts = texts
        self.seen = seen
    }

    /// Whether all sets were taken up, or one was not.
    var isOver: Bool { over.load(ordering: .acquiring) }

    /// Milliseconds from the signal of each swap until every connection had an answer made from it.
    var delays: [Double] { outcome.withLock { $0.delays } }

    /// Why the swaps ended early.
    var failure: String? { outcome.withLock { $0.failure } }

    /// Swaps all sets, each when the last one is in force everywhere.
    func run() {
        defer { over.store(true, ordering: .releasing) }
        for (index, text) in texts.enumerated() {
            do {
                try TextFile.write(text, to: "\(folder)/next")
            } catch {
                return outcome.withLock { $0.failure = "\(error)" }
            }
            // A new file takes the old one's place at once, so that no half of it is ever read.
            guard unsafe rename("\(folder)/next", "\(folder)/policies.cedar") == 0 else {
                return outcome.withLock { $0.failure = "cannot rename the policies" }
            }
            let start = MonotonicTime.now()
            kill(server, SIGHUP)
            while seen.lowest < index + 2 {
                MonotonicTime.sleep(nanoseconds: 1_000_000)
                guard MonotonicTime.now() &- start < 60_000_000_000 else {
                    return outcome.withLock {
                        $0.failure = "set \(index + 2) is not in force after a minute"
                    }
                }
            }
            let delay = Double(MonotonicTime.now() &- start) / 1e6
            outcome.withLock { $0.delays.append(delay) }
        }
    }
}
