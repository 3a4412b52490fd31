import CedarEngine
import Wire

/// What a server must answer to a connection's bytes, from the protocol's tables alone.
struct FrameModel {
    /// One response that must come.
    enum Expected {
        /// A decision frame, or a batch of them. `mayBeLate` when the deadline is near.
        case answers(id: UInt64, isBatch: Bool, [Engine.Verdict], mayBeLate: Bool)
        /// A deny for some reason: nobody's evidence is judged here.
        case denial(id: UInt64)
        case pong(id: UInt64)
        /// The last frame. The id may be zero when only a part of the header was there in time.
        case refusal(RefusalReason, id: UInt64)

        /// The same, but too late perhaps.
        var late: Expected {
            guard case .answers(let id, let isBatch, let verdicts, _) = self else { return self }
            return .answers(id: id, isBatch: isBatch, verdicts, mayBeLate: true)
        }

        /// Whether a revision is demanded that the store does not reach.
        var waits: Bool {
            guard case .answers(_, _, let verdicts, _) = self else { return false }
            return verdicts.contains { $0.cause == .staleRevision }
        }
    }

    let engine: Engine
    let maximumFrameBytes: Int
    let maximumBatchItems: Int
    /// The revision that the store has.
    let revision: UInt64

    /// The responses to all bytes of a connection that is closed for writing after them.
    func responses(
        to bytes: [UInt8], workspace: inout Workspace
    ) throws(Finding) -> [Expected] {
        var expected: [Expected] = []
        // What comes behind a question that waits for a revision waits with it, and may be late.
        var hasWaited = false
        var offset = 0
        while offset < bytes.count {
            let rest = bytes[offset...]
            func refused(_ reason: RefusalReason) -> [Expected] {
                let hasID = rest.count >= 16 && rest[offset + 4] == 1
                return expected + [.refusal(reason, id: hasID ? rest.word(8) : 0)]
            }
            let unfinished = expected + [.refusal(.malformedFrame, id: 0)]
            guard rest.count >= 4 else { return unfinished }
            let length = rest.half(0)
            if length < 16 { return refused(.malformedFrame) }
            if length > maximumFrameBytes { return refused(.frameTooLarge) }
            if length % 8 != 0 { return refused(.malformedFrame) }
            guard rest.count >= 5 else { return unfinished }
            if rest[offset + 4] != 1 { return refused(.wrongVersion) }
            guard rest.count >= 16 else { return unfinished }
            let kind = rest[offset + 5]
            guard (1...9).contains(kind) else { return refused(.unknownKind) }
            if rest[offset + 6] != 0 || rest[offset + 7] != 0 { return refused(.malformedFrame) }
            guard rest.count >= length else { return unfinished }
            let frame = Array(rest[offset..<(offset + length)])
            switch kind {
            case 1, 3:
                let answers = try decide(frame, workspace: &workspace)
                expected.append(hasWaited ? answers.late : answers)
                hasWaited = hasWaited || answers.waits
            case 8, 9: expected.append(.denial(id: rest.word(8)))
            case 5 where length == 16: expected.append(.pong(id: rest.word(8)))
            case 5: return refused(.malformedFrame)
            default: return refused(.unknownKind)
            }
            offset += length
        }
        return expected
    }

    private func decide(
        _ frame: [UInt8], workspace: inout Workspace
    ) throws(Finding) -> Expected {
        let id = frame[...].word(8)
        func denied(_ cause: Cause) -> Expected {
            .answers(id: id, isBatch: false, [Engine.Verdict(cause: cause)], mayBeLate: false)
        }
        guard frame.count >= 32 else { return denied(.malformedRequest) }
        let isBatch = frame[5] == 3
        let (deadline, count, minimum) = (
            frame[...].half(16), frame[...].half(20), frame[...].word(24)
        )
        if isBatch {
            if count == 0 { return denied(.malformedRequest) }
            if count > maximumBatchItems { return denied(.tooLarge) }
        } else if count != 0 {
            return denied(.malformedRequest)
        }
        var items: [[ArraySlice<UInt8>]] = []
        var offset = 32
        for _ in 0..<(isBatch ? count : 1) {
            guard frame.count - offset >= 16 else { return denied(.malformedRequest) }
            let sizes = [0, 4, 8, 12].map { frame[offset...].half($0) }
            guard sizes[..<3].allSatisfy({ $0 > 0 }), sizes.allSatisfy({ $0 % 8 == 0 }),
                sizes.reduce(0, +) <= frame.count - offset - 16
            else { return denied(.malformedRequest) }
            offset += 16
            items.append(
                sizes.map { size in
                    defer { offset += size }
                    return frame[offset..<(offset + size)]
                })
        }
        guard offset == frame.count else { return denied(.malformedRequest) }
        var verdicts: [Engine.Verdict] = []
        for item in items {
            verdicts.append(
                minimum > revision
                    ? Engine.Verdict(cause: .staleRevision)
                    : try engine.decide(item, workspace: &workspace))
        }
        return .answers(
            id: id, isBatch: isBatch, verdicts, mayBeLate: deadline != 0 && deadline < 1_000_000)
    }
}

extension ArraySlice<UInt8> {
    /// The little-endian number of four bytes at an offset from the slice's start.
    func half(_ offset: Int) -> Int {
        (0..<4).reduce(0) { $0 | Int(self[startIndex + offset + $1]) << ($1 * 8) }
    }

    /// The little-endian number of eight bytes at an offset from the slice's start.
    func word(_ offset: Int) -> UInt64 {
        (0..<8).reduce(0) { $0 | UInt64(self[startIndex + offset + $1]) << UInt64($1 * 8) }
    }
}
