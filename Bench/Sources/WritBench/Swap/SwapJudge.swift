import Synchronization
import Wire

/// Judges the answers on one connection: each allows, each is made from one set as a whole, and
/// sets only ever move forward.
final class SwapJudge {
    private let itemsPerFrame: Int
    private let seen: SeenSets
    private let connection: Int
    private var last = 0

    /// Answers, or batches, that were made from more than one set, or from an older one than the
    /// answer before.
    private(set) var mixed = 0
    /// Answers that do not allow, frames that are no answers.
    private(set) var errors = 0

    init(connection: Int, itemsPerFrame: Int, seen: SeenSets) {
        self.connection = connection
        self.itemsPerFrame = itemsPerFrame
        self.seen = seen
    }

    /// Judges a frame; true when nothing is wrong with it.
    func judge(_ bytes: ByteRegion) -> Bool {
        let limits = FrameLimits()
        guard let header = try? FrameHeader.parse(bytes, limits: limits),
            header.kind == .decision || header.kind == .decisionBatch,
            let frame = try? DecisionFrame.parse(header, frame: bytes, limits: limits),
            frame.answerCount == itemsPerFrame
        else {
            errors += 1
            return false
        }
        var set: Int?
        var isRight = true
        frame.forEachAnswer { answer in
            guard answer.decision == .allow, answer.cause == .decided, answer.errorCount == 0,
                answer.reasonCount == 2
            else {
                errors += 1
                isRight = false
                return
            }
            answer.forEachReason { reason in
                let number = Self.number(reason)
                if let set, set != number { isRight = false }
                set = number
            }
            if let set, !seen.isVersion(answer.policyVersion, of: set) { isRight = false }
        }
        guard let set, isRight, set >= last else {
            mixed += 1
            return false
        }
        if set > last {
            last = set
            seen.reach(set, connection)
        }
        return true
    }

    /// The number that a policy id begins with.
    private static func number(_ id: ByteRegion) -> Int {
        var number = 0
        for index in 0..<id.count {
            let byte = id.byte(at: index)
            guard byte >= 48, byte <= 57 else { break }
            number = number * 10 + Int(byte - 48)
        }
        return number
    }
}

/// What all connections have seen of the sets.
final class SeenSets: Sendable {
    private struct State {
        var versions: [UInt64] = []
        var reached: [Int]
    }

    private let state: Mutex<State>
    /// The set that every connection has reached.
    private let everywhere = Atomic<Int>(0)

    init(connections: Int) {
        state = Mutex(State(reached: [Int](repeating: 0, count: connections)))
    }

    /// The set from which every connection has had an answer.
    var lowest: Int { everywhere.load(ordering: .acquiring) }

    /// Whether a set's answers have always named this version, and no other set's have.
    func isVersion(_ version: UInt64, of set: Int) -> Bool {
        state.withLock { state in
            while state.versions.count <= set { state.versions.append(0) }
            if state.versions[set] == 0, !state.versions.contains(version) {
                state.versions[set] = version
            }
            return state.versions[set] == version
        }
    }

    /// Notes that a connection has had an answer from a set.
    func reach(_ set: Int, _ connection: Int) {
        state.withLock { state in
            state.reached[connection] = set
            everywhere.store(state.reached.min() ?? 0, ordering: .releasing)
        }
    }
}
