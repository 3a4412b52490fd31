import DecisionPoint
import NIOCore
import Server
import Wire

extension TLSConnection {
    /// How long a request may wait for a revision, whatever its deadline.
    private static var maximumRevisionWaitNanoseconds: UInt64 { 30_000_000_000 }

    /// Answers the whole frames in `input` and sends the answers.
    ///
    /// Stops early when the turn's share is used up, when the peer does not read its answers, when a
    /// frame waits for a revision, or when the bytes are no frames.
    func serve() {
        guard state == .serving, isBelieved() else { return }
        var offset = 0
        var share = worker.configuration.maximumRequestsPerTurn
        var inBatch = false
        var refusal: (requestID: UInt64, reason: RefusalReason, text: StaticString)?
        serving: while offset < input.count {
            if worker.output.count >= Self.flushBytes || !isWritable {
                if inBatch { worker.handler.endBatch() }
                inBatch = false
                send()
                // A write may have ended the connection, and its memory.
                guard state == .serving else { return }
                if !isWritable {
                    isPaused = true
                    break
                }
            }
            // Found anew in each round: the bytes may have moved while answers were sent.
            let rest = input.written.region(from: offset, count: input.count - offset)
            let header: FrameHeader
            do throws(FrameError) {
                guard
                    let parsed = try FrameHeader.parse(
                        rest, limits: worker.configuration.frameLimits),
                    parsed.lengthBytes <= rest.count
                else { break }
                header = parsed
            } catch {
                refusal = (
                    FrameHeader.requestID(ofRefused: rest), error.refusal ?? .malformedFrame,
                    error.message
                )
                break
            }
            if share <= 0 {
                isReady = true
                break
            }
            let frame = rest.region(from: 0, count: header.lengthBytes)
            switch header.kind {
            case .decide, .decideBatch, .decideEvidence, .decideBatchEvidence:
                if !inBatch { worker.handler.beginBatch(now: MonotonicClock.now()) }
                inBatch = true
                guard let cost = decide(header, frame) else {
                    isWaiting = true
                    break serving
                }
                share -= cost
            case .ping where header.lengthBytes == WireLayout.headerBytes:
                worker.output.appendPong(requestID: header.requestID)
                share -= 1
            case .ping, .decision, .decisionBatch, .pong, .refusal:
                let error = header.kind == .ping ? FrameError.trailingBytes : .unknownKind
                refusal = (header.requestID, error.refusal ?? .malformedFrame, error.message)
                break serving
            }
            worker.board.count(.frames)
            offset += header.lengthBytes
        }
        if inBatch { worker.handler.endBatch() }
        if let refusal {
            worker.board.count(.malformedFrames)
            return refuse(refusal.reason, requestID: refusal.requestID, refusal.text)
        }
        send()
        settle(consumed: offset)
        if isWaiting { takeAnotherTurn(after: .milliseconds(1)) }
        if isReady { takeAnotherTurn() }
    }

    /// Answers one request frame.
    /// - Returns: the number of items it cost; nil when it waits for a revision.
    private func decide(_ header: FrameHeader, _ frame: ByteRegion) -> Int? {
        guard let peer, let facts = peer.facts else { return 1 }
        let limits = worker.configuration.frameLimits
        let request: DecideFrame
        do throws(FrameError) {
            request = try DecideFrame.parse(header, frame: frame, limits: limits)
        } catch {
            worker.board.count(.malformedBodies)
            worker.board.count(.decisions)
            worker.output.appendDenyFrame(requestID: header.requestID, error.cause)
            return 1
        }
        let allowance =
            request.deadlineMicroseconds == 0
            ? worker.configuration.defaultDeadline.wholeNanoseconds
            : UInt64(request.deadlineMicroseconds) * 1000
        var deadline = received &+ allowance
        if request.atLeastRevision > 0, !worker.handler.hasReached(request.atLeastRevision) {
            let patience = min(allowance, Self.maximumRevisionWaitNanoseconds)
            if MonotonicClock.now() < received &+ patience, !worker.isDraining { return nil }
            // What waited in vain is told so, and not that its time is over.
            deadline = .max
        }
        let start =
            request.isBatch
            ? worker.output.beginDecisionBatch(
                requestID: request.requestID,
                answerCount: UInt32(truncatingIfNeeded: request.itemCount))
            : worker.output.beginDecision(requestID: request.requestID)
        let evidence = Evidence(request.evidence)
        var cursor = request.makeCursor()
        var item = request.firstItem
        while true {
            // Every later item keeps the room for a shortest answer, so the frame always fits.
            let kept = cursor.remaining * WireLayout.answerMinimumBytes
            let room = limits.maximumFrameBytes - (worker.output.count - start) - kept
            let limit = min(limits.maximumAnswerBytes, room) & ~7
            if MonotonicClock.now() >= deadline {
                worker.board.count(.deadlinesMissed)
                worker.output.appendDeny(.deadlineExceeded)
            } else {
                answer(item, evidence, request.atLeastRevision, peer.chain, facts, limit)
            }
            guard let next = cursor.next() else { break }
            item = next
        }
        worker.output.finishFrame(startingAt: start)
        worker.board.count(.decisions, by: request.itemCount)
        return request.itemCount
    }

    /// Decides one item for the peer itself where it names nobody and brings no evidence of others.
    private func answer(
        _ item: ItemView, _ evidence: Evidence, _ revision: UInt64, _ chain: [UInt8],
        _ facts: TLSPeerFacts, _ limit: Int
    ) {
        let isForItself = evidence.isEmpty && item.principal.count == 0
        unsafe chain.withUnsafeBytes { bytes in
            var evidence = evidence
            if isForItself { evidence.certificate = unsafe UntrustedBytes(bytes) }
            worker.output.appendAnswer(limit: limit) { answer in
                worker.handler.decide(
                    item, evidence: evidence,
                    listener: isForItself ? facts.speakingForItself : facts.speakingForOthers,
                    atLeastRevision: revision, into: &answer)
            }
        }
    }
}
