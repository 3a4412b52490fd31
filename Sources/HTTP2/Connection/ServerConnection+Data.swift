import Wire

/// Messages. Source: RFC 9113, sections 5.2, 6.1 and 8.1.1.
extension ServerConnection {
    mutating func takeData<Service: UnaryService & ~Copyable>(
        _ head: FrameHead, _ payload: ByteRegion, _ turn: inout ConnectionTurn,
        _ service: inout Service, _ work: inout ConnectionWorkspace
    ) throws(ConnectionError) {
        // Of a stream that was never begun: 0 and all even ones are that.
        if isIdle(head.stream) { throw ConnectionError(.protocolError) }
        // The length of padding counts, and one byte for it.
        try window.take(payload.count)
        let data = try Self.withoutPadding(head, payload)
        let endsStream = head.has(.endStream)
        if data.count == 0 && !endsStream { try controlFrames.count(turn.now) }
        guard let place = streams.find(head.stream) else {
            guard closed.end(of: head.stream) == .reset else {
                throw ConnectionError(.streamClosed)
            }
            if endsStream { closed.note(head.stream, wasReset: false) }
            return grant(window.release(payload.count), &work)
        }
        let stream = streams[place]
        streams[place].heldBytes += payload.count
        if stream.isAnswered { return try reset(at: place, .streamClosed, turn.now, &work) }
        if stream.receiveWindow < payload.count {
            return try reset(at: place, .flowControlError, turn.now, &work)
        }
        let received = stream.receivedBytes + data.count
        if stream.declaredBytes >= 0 && received > stream.declaredBytes {
            return try reset(at: place, .protocolError, turn.now, &work)
        }
        if received > limits.maximumMessageBytes {
            return fail(at: place, .messageTooLong, hasEnded: endsStream, &turn, &service, &work)
        }
        streams[place].receiveWindow -= payload.count
        streams[place].receivedBytes = received
        if endsStream && stream.buffer < 0 {
            // Read where it lies.
            return try finish(at: place, data, &turn, &service, &work)
        }
        if stream.buffer < 0 { streams[place].buffer = work.pool.take() }
        work.pool.append(data, to: streams[place].buffer)
        if endsStream { return try finishMessage(at: place, &turn, &service, &work) }
        if !service.mayGoOn(work.pool.region(streams[place].buffer)) {
            fail(at: place, .messageTooLong, hasEnded: false, &turn, &service, &work)
        }
    }

    /// Answers a call whose message has been gathered, or has no bytes.
    mutating func finishMessage<Service: UnaryService & ~Copyable>(
        at place: Int, _ turn: inout ConnectionTurn, _ service: inout Service,
        _ work: inout ConnectionWorkspace
    ) throws(ConnectionError) {
        let buffer = streams[place].buffer
        let message =
            buffer < 0
            ? unsafe ByteRegion(.init(start: nil, count: 0))
            : work.pool.region(buffer)
        try finish(at: place, message, &turn, &service, &work)
    }

    private mutating func finish<Service: UnaryService & ~Copyable>(
        at place: Int, _ message: ByteRegion, _ turn: inout ConnectionTurn,
        _ service: inout Service, _ work: inout ConnectionWorkspace
    ) throws(ConnectionError) {
        let stream = streams[place]
        if stream.declaredBytes >= 0 && stream.declaredBytes != message.count {
            return try reset(at: place, .protocolError, turn.now, &work)
        }
        turn.share -= 1
        work.answer.reset()
        service.answer(message, deadline: stream.deadline, answer: &work.answer)
        if stream.buffer >= 0 { work.pool.giveBack(stream.buffer) }
        streams[place].buffer = -1
        streams[place].heldBytes = 0
        streams[place].isAnswered = true
        grant(window.release(stream.heldBytes), &work)
        try sendAnswer(at: place, &work)
    }

    /// Answers a call that has failed, and takes no more of it.
    mutating func fail<Service: UnaryService & ~Copyable>(
        at place: Int, _ failure: CallFailure, hasEnded: Bool, _ turn: inout ConnectionTurn,
        _ service: inout Service, _ work: inout ConnectionWorkspace
    ) {
        turn.share -= 1
        let id = streams[place].id
        work.answer.reset()
        service.fail(failure, answer: &work.answer)
        sendRefusal(id, hasEnded, &work)
        forget(at: place, &work)
        closed.note(id, wasReset: !hasEnded)
    }
}
