import Wire

/// Compares what came with what must come, frame by frame to the last byte.
struct ResponseCheck {
    /// What has been counted.
    struct Figures {
        var allowed = 0
        var denied = 0
        var malformed = 0
        var late = 0
        var pongs = 0
        var refusals = 0
    }

    private(set) var figures = Figures()
    let policyVersion: UInt64
    let revision: UInt64

    mutating func check(
        _ bytes: [UInt8], against expected: [FrameModel.Expected]
    ) throws(Finding) {
        var rest = bytes[...]
        for (index, expectation) in expected.enumerated() {
            guard let frame = Self.takeFrame(&rest) else {
                throw Finding(
                    "response \(index) of \(expected.count) is missing: \(expectation); "
                        + "\(rest.count) bytes are left")
            }
            let isRight: Bool
            do throws(FrameError) {
                isRight = try matches(frame, expectation)
            } catch {
                throw Finding("malformed response: \(error): \(frame)")
            }
            guard isRight else {
                throw Finding("expected \(expectation), got the frame \(frame)")
            }
        }
        guard rest.isEmpty else {
            throw Finding("\(rest.count) bytes after the last response: \(Array(rest.prefix(64)))")
        }
    }

    private static func takeFrame(_ rest: inout ArraySlice<UInt8>) -> [UInt8]? {
        guard rest.count >= 16 else { return nil }
        let length = rest.half(0)
        guard length >= 16, length <= rest.count else { return nil }
        defer { rest = rest.dropFirst(length) }
        return Array(rest.prefix(length))
    }
}

extension ResponseCheck {
    private mutating func matches(
        _ bytes: [UInt8], _ expected: FrameModel.Expected
    ) throws(FrameError) -> Bool {
        try unsafe bytes.span.withUnsafeBytes { (buffer) throws(FrameError) -> Bool in
            let frame = unsafe ByteRegion(buffer)
            guard let header = try FrameHeader.parse(frame, limits: FrameLimits()) else {
                return false
            }
            switch expected {
            case .pong(let id):
                figures.pongs += 1
                return header.kind == .pong && header.requestID == id && frame.count == 16
            case .refusal(let reason, let id):
                figures.refusals += 1
                guard header.kind == .refusal else { return false }
                let refusal = try RefusalFrame.parse(header, frame: frame)
                return refusal.reason == reason && [0, id].contains(refusal.requestID)
            case .denial(let id):
                guard header.kind == .decision || header.kind == .decisionBatch else {
                    return false
                }
                let decision = try DecisionFrame.parse(
                    header, frame: frame, limits: FrameLimits())
                var areDenials = decision.answerCount > 0
                try decision.forEachAnswer { (answer) throws(FrameError) in
                    areDenials = areDenials && answer.decision == .deny
                    figures.denied += 1
                }
                return header.requestID == id && areDenials
            case .answers(let id, let isBatch, let verdicts, let mayBeLate):
                guard header.kind == (isBatch ? .decisionBatch : .decision) else { return false }
                let decision = try DecisionFrame.parse(
                    header, frame: frame, limits: FrameLimits())
                guard header.requestID == id, decision.answerCount == verdicts.count else {
                    return false
                }
                var index = 0
                var allMatch = true
                try decision.forEachAnswer { (answer) throws(FrameError) in
                    allMatch = try matches(answer, verdicts[index], mayBeLate) && allMatch
                    index += 1
                }
                return allMatch
            }
        }
    }

    private mutating func matches(
        _ answer: AnswerView, _ verdict: Engine.Verdict, _ mayBeLate: Bool
    ) throws(FrameError) -> Bool {
        if mayBeLate, answer.cause == .deadlineExceeded {
            figures.late += 1
            return answer.decision == .deny && answer.reasonCount + answer.errorCount == 0
        }
        if verdict.isAllowed { figures.allowed += 1 } else { figures.denied += 1 }
        if verdict.cause == .malformedRequest { figures.malformed += 1 }
        var reasons: [String] = []
        var errors: [Engine.Verdict.Fault] = []
        try answer.forEachReason { (text) throws(FrameError) in
            guard let text = text.text() else { throw .textNotUTF8 }
            reasons.append(text)
        }
        try answer.forEachError { (fault, text) throws(FrameError) in
            guard let text = text.text() else { throw .textNotUTF8 }
            errors.append(Engine.Verdict.Fault(number: fault, policy: text))
        }
        let isDecided = verdict.cause == .decided
        return answer.decision == (verdict.isAllowed ? .allow : .deny)
            && answer.cause == verdict.cause && reasons == verdict.reasons
            && errors == verdict.errors
            && (!isDecided
                || (answer.policyVersion == policyVersion && answer.revision == revision))
    }
}
