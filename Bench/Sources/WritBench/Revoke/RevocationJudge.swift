import BenchSupport
import Synchronization
import Wire

/// When the load was last allowed and last refused, on all connections.
final class RevocationJudge: Sendable {
    private let allowedAt = Atomic<UInt64>(0)
    private let refusedAt = Atomic<UInt64>(0)
    private let cause = Atomic<UInt8>(0)
    private let strangeCount = Atomic<Int>(0)

    /// The time of the last allow that was received, of ``MonotonicTime``.
    var lastAllow: UInt64 { allowedAt.load(ordering: .acquiring) }
    var lastRefusal: UInt64 { refusedAt.load(ordering: .acquiring) }
    /// The cause of the last refusal.
    var lastCause: UInt8 { cause.load(ordering: .acquiring) }
    /// Frames that are no decision, and denies by policies.
    var strange: Int { strangeCount.load(ordering: .relaxed) }

    /// Judges a frame of one decision: an allow, or a refusal by the decision point.
    func judge(_ bytes: ByteRegion) -> Bool {
        let limits = FrameLimits()
        guard let header = try? FrameHeader.parse(bytes, limits: limits),
            header.kind == .decision,
            let frame = try? DecisionFrame.parse(header, frame: bytes, limits: limits)
        else { return isStrange() }
        let now = MonotonicTime.now()
        var isRight = true
        frame.forEachAnswer { answer in
            switch (answer.decision, answer.cause) {
            case (.allow, .decided): allowedAt.store(now, ordering: .releasing)
            case (.deny, .decided): isRight = isStrange()
            case (.deny, let why):
                cause.store(why.rawValue, ordering: .relaxed)
                refusedAt.store(now, ordering: .releasing)
            default: isRight = isStrange()
            }
        }
        return isRight
    }

    private func isStrange() -> Bool {
        strangeCount.add(1, ordering: .relaxed)
        return false
    }
}
