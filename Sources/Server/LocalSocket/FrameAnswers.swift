import Wire

/// One worker's answers to the frames of a turn.
struct FrameAnswers: ~Copyable {
    /// How long a request may wait for a revision, whatever its deadline.
    private static var maximumRevisionWaitNanoseconds: UInt64 { 30_000_000_000 }

    private let limits: FrameLimits
    private let defaultDeadlineNanoseconds: UInt64
    var output: FrameBuffer
    var statistics = FrameStatistics()
    private let board: FigureBoard<5>

    init(_ configuration: LocalSocketConfiguration, _ board: FigureBoard<5>) {
        self.board = board
        limits = configuration.frameLimits
        defaultDeadlineNanoseconds = configuration.defaultDeadline.wholeNanoseconds
        // Room for the largest turn, so that it never grows; untouched pages cost nothing.
        output = FrameBuffer(
            capacity: WorkerLoop.flushBytes + 2 * configuration.frameLimits.maximumFrameBytes)
    }

    /// Lays the figures where other threads read them.
    mutating func publish() { board.publish(statistics.values) }

    mutating func takeOutput() -> ByteRegion {
        let bytes = output.written
        output.removeAll()
        return bytes
    }

    /// Answers the whole frames in `region`.
    mutating func serve<Handler: DecisionHandler & ~Copyable>(
        _ region: ByteRegion, _ turn: inout StreamTurn, _ handler: inout Handler
    ) -> StreamStep {
        var offset = 0
        var inBatch = false
        var state = StreamState.idle
        while offset < region.count {
            if output.count >= turn.room {
                state = .full
                break
            }
            let rest = region.region(from: offset, count: region.count - offset)
            let header: FrameHeader
            do {
                guard let parsed = try FrameHeader.parse(rest, limits: limits),
                    parsed.lengthBytes <= rest.count
                else {
                    state = .unfinished
                    break
                }
                header = parsed
            } catch {
                refuseFrame(rest, error)
                offset = region.count
                state = .close
                break
            }
            if turn.share <= 0 {
                state = .yield
                break
            }
            let frame = rest.region(from: 0, count: header.lengthBytes)
            switch header.kind {
            case .decide, .decideBatch, .decideEvidence, .decideBatchEvidence:
                if !inBatch { handler.beginBatch(now: turn.now) }
                inBatch = true
                if let cost = decide(header, frame, &turn, &handler) {
                    turn.share -= cost
                } else {
                    // The frame stays, and those behind it; other connections go on.
                    state = .wait
                }
            case .ping where header.lengthBytes == WireLayout.headerBytes:
                output.appendPong(requestID: header.requestID)
                turn.share -= 1
            case .ping:
                refuseFrame(rest, .trailingBytes)
                state = .close
            case .decision, .decisionBatch, .pong, .refusal:
                refuseFrame(rest, .unknownKind)
                state = .close
            }
            if state == .close { offset = region.count }
            if state != .idle { break }
            statistics[.frames] &+= 1
            offset += header.lengthBytes
        }
        if inBatch { handler.endBatch() }
        return StreamStep(consumed: offset, state)
    }

    /// Answers one request frame.
    /// - Returns: the number of items it cost; nil when it waits for a revision.
    private mutating func decide<Handler: DecisionHandler & ~Copyable>(
        _ header: FrameHeader, _ frame: ByteRegion, _ turn: inout StreamTurn,
        _ handler: inout Handler
    ) -> Int? {
        let request: DecideFrame
        do {
            request = try DecideFrame.parse(header, frame: frame, limits: limits)
        } catch {
            statistics[.malformedBodies] &+= 1
            statistics[.decisions] &+= 1
            output.appendDenyFrame(requestID: header.requestID, error.cause)
            return 1
        }
        // A connection without a known peer is closed when it begins.
        guard let peer = turn.peer else {
            output.appendDenyFrame(requestID: header.requestID, .internalError)
            return 1
        }
        let received = turn.receivedNanoseconds
        let allowance =
            request.deadlineMicroseconds == 0
            ? defaultDeadlineNanoseconds : UInt64(request.deadlineMicroseconds) * 1000
        var info = RequestInfo(
            requestID: request.requestID, itemIndex: 0, itemCount: request.itemCount,
            receivedNanoseconds: received, deadlineNanoseconds: received &+ allowance,
            atLeastRevision: request.atLeastRevision, evidence: request.evidence,
            peer: peer)
        let isStale =
            request.atLeastRevision > 0 && !handler.hasReached(request.atLeastRevision)
        if isStale {
            turn.readClock()
            let patience = min(allowance, Self.maximumRevisionWaitNanoseconds)
            if turn.now < received &+ patience, !turn.isDraining { return nil }
            // What waited in vain is told so, and not that its time is over.
            info.deadlineNanoseconds = .max
        }

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
            answer(item, info, &turn, limit: min(limits.maximumAnswerBytes, room) & ~7, &handler)
            guard let next = cursor.next() else { break }
            item = next
            info.itemIndex += 1
        }
        output.finishFrame(startingAt: start)
        statistics[.decisions] &+= UInt64(request.itemCount)
        return request.itemCount
    }

    private mutating func answer<Handler: DecisionHandler & ~Copyable>(
        _ item: ItemView, _ info: RequestInfo, _ turn: inout StreamTurn, limit: Int,
        _ handler: inout Handler
    ) {
        turn.countUse()
        if turn.now >= info.deadlineNanoseconds {
            statistics[.deadlinesMissed] &+= 1
            output.appendDeny(.deadlineExceeded)
            return
        }
        output.appendAnswer(limit: limit) { answer in
            handler.decide(item, request: info, into: &answer)
        }
    }

    private mutating func refuseFrame(_ bytes: ByteRegion, _ error: FrameError) {
        statistics[.malformedFrames] &+= 1
        output.appendRefusal(
            requestID: FrameHeader.requestID(ofRefused: bytes),
            error.refusal ?? .malformedFrame, text: error.message)
    }
}
