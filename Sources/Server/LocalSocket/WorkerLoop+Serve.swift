import Wire

extension WorkerLoop {
    /// Items between two looks at the clock.
    private static var itemsPerClock: Int { 32 }

    /// Answers the whole frames in `region` and sends the answers.
    ///
    /// Stops early when the turn's share is used up (`ready`), when the peer does not read its
    /// answers (`paused`), or when the bytes are no frames (`closing`).
    /// - Returns: the number of bytes done with; `nil` when the connection is gone.
    mutating func serve<Handler: DecisionHandler & ~Copyable>(
        _ region: ByteRegion, _ slot: Int, _ handler: inout Handler
    ) -> Int? {
        var offset = 0
        var share = maximumRequestsPerTurn
        var inBatch = false
        while offset < region.count {
            let queued = table[slot].output.count + output.count
            if output.count >= Self.flushBytes || queued >= maximumInFlightBytes {
                if inBatch { handler.endBatch() }
                inBatch = false
                if !flush(slot) { return nil }
                if table[slot].output.count >= maximumInFlightBytes {
                    table[slot].flags.insert(.paused)
                    break
                }
            }
            let rest = region.region(from: offset, count: region.count - offset)
            let header: FrameHeader
            do {
                guard let parsed = try FrameHeader.parse(rest, limits: limits),
                    parsed.lengthBytes <= rest.count
                else { break }
                header = parsed
            } catch {
                refuseFrame(slot, rest, error)
                offset = region.count
                break
            }
            if share <= 0 {
                table[slot].flags.insert(.ready)
                break
            }
            let frame = rest.region(from: 0, count: header.lengthBytes)
            switch header.kind {
            case .decide, .decideBatch, .decideEvidence, .decideBatchEvidence:
                if !inBatch { handler.beginBatch(now: now) }
                inBatch = true
                share -= decide(header, frame, slot, &handler)
            case .ping where header.lengthBytes == WireLayout.headerBytes:
                output.appendPong(requestID: header.requestID)
                share -= 1
            case .ping:
                refuseFrame(slot, rest, .trailingBytes)
                offset = region.count
            case .decision, .decisionBatch, .pong, .refusal:
                refuseFrame(slot, rest, .unknownKind)
                offset = region.count
            }
            if table[slot].flags.contains(.closing) { break }
            statistics[.frames] &+= 1
            offset += header.lengthBytes
        }
        if inBatch { handler.endBatch() }
        if output.count > 0, !flush(slot) { return nil }
        return offset
    }

    /// Answers one request frame.
    /// - Returns: the number of items it cost.
    private mutating func decide<Handler: DecisionHandler & ~Copyable>(
        _ header: FrameHeader, _ frame: ByteRegion, _ slot: Int, _ handler: inout Handler
    ) -> Int {
        let request: DecideFrame
        do {
            request = try DecideFrame.parse(header, frame: frame, limits: limits)
        } catch {
            statistics[.malformedBodies] &+= 1
            statistics[.decisions] &+= 1
            output.appendDenyFrame(requestID: header.requestID, error.cause)
            return 1
        }
        let received = table[slot].receivedNanoseconds
        let allowance =
            request.deadlineMicroseconds == 0
            ? defaultDeadlineNanoseconds : UInt64(request.deadlineMicroseconds) * 1000
        var info = RequestInfo(
            requestID: request.requestID, itemIndex: 0, itemCount: request.itemCount,
            receivedNanoseconds: received, deadlineNanoseconds: received &+ allowance,
            atLeastRevision: request.atLeastRevision, evidence: request.evidence,
            peer: table[slot].peer)

        let start =
            request.isBatch
            ? output.beginDecisionBatch(
                requestID: request.requestID,
                answerCount: UInt32(truncatingIfNeeded: request.itemCount))
            : output.beginDecision(requestID: request.requestID)
        var cursor = request.makeCursor()
        var item = request.firstItem
        while true {
            // Every later item keeps the room for a shortest answer, so the frame always fits.
            let kept = cursor.remaining * WireLayout.answerMinimumBytes
            let room = limits.maximumFrameBytes - (output.count - start) - kept
            answer(item, info, limit: min(limits.maximumAnswerBytes, room) & ~7, &handler)
            guard let next = cursor.next() else { break }
            item = next
            info.itemIndex += 1
        }
        output.finishFrame(startingAt: start)
        statistics[.decisions] &+= UInt64(request.itemCount)
        return request.itemCount
    }

    private mutating func answer<Handler: DecisionHandler & ~Copyable>(
        _ item: ItemView, _ info: RequestInfo, limit: Int, _ handler: inout Handler
    ) {
        itemsSinceClock += 1
        if itemsSinceClock >= Self.itemsPerClock { refreshClock() }
        if now >= info.deadlineNanoseconds {
            statistics[.deadlinesMissed] &+= 1
            output.appendDeny(.deadlineExceeded)
            return
        }
        output.appendAnswer(limit: limit) { answer in
            handler.decide(item, request: info, into: &answer)
        }
    }

    private mutating func refuseFrame(_ slot: Int, _ bytes: ByteRegion, _ error: FrameError) {
        statistics[.malformedFrames] &+= 1
        refuse(
            slot, requestID: FrameHeader.requestID(ofRefused: bytes),
            error.refusal ?? .malformedFrame, error.message)
    }
}
