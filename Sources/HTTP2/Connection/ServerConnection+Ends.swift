import Wire

/// How streams and the connection end before their time. Source: RFC 9113, sections 5.4 and 6.8.
extension ServerConnection {
    /// Resets an open stream for what the other end did.
    mutating func reset(
        at place: Int, _ code: ErrorCode, _ now: UInt64, _ work: inout ConnectionWorkspace
    ) throws(ConnectionError) {
        let stream = streams[place]
        writeReset(stream.id, code, &work)
        forget(at: place, &work)
        closed.note(stream.id, wasReset: !stream.isAnswered)
        // To make us reset is as cheap for the other end as to reset.
        try resets.count(now)
    }

    /// Resets a stream that was begun and is not open.
    mutating func reset(
        unopened stream: UInt32, _ hasEnded: Bool, _ code: ErrorCode, _ now: UInt64,
        _ work: inout ConnectionWorkspace
    ) throws(ConnectionError) {
        writeReset(stream, code, &work)
        closed.note(stream, wasReset: !hasEnded)
        try resets.count(now)
    }

    /// Gives back what a stream holds, and removes it.
    mutating func forget(at place: Int, _ work: inout ConnectionWorkspace) {
        let stream = streams[place]
        if stream.buffer >= 0 {
            if stream.isAnswered {
                unsentBytes -= work.pool.region(stream.buffer).count - stream.unsentStart
            }
            work.pool.giveBack(stream.buffer)
        }
        streams.remove(at: place)
        grant(window.release(stream.heldBytes), &work)
    }

    /// Ends the connection with GOAWAY; nothing happens when it is over.
    package mutating func end(_ code: ErrorCode, _ work: inout ConnectionWorkspace) {
        guard phase != .ended else { return }
        failure = code
        writeGoAway(lastStream, code, &work)
        release(&work)
    }

    /// Gives back everything; the connection is over. To be called once before it is forgotten.
    package mutating func release(_ work: inout ConnectionWorkspace) {
        phase = .ended
        if block.stream != 0 { work.pool.giveBack(block.buffer) }
        block = OpenBlock()
        for place in 0..<streams.placeCount where streams[place].id != 0 {
            if streams[place].buffer >= 0 { work.pool.giveBack(streams[place].buffer) }
        }
        streams = StreamTable()
        blocked = []
        unsentBytes = 0
    }

    /// Ends what has taken too long.
    /// - Returns: how the connection stands.
    package mutating func sweep<Service: UnaryService & ~Copyable>(
        now: UInt64, _ service: inout Service, _ work: inout ConnectionWorkspace
    ) -> ConnectionState {
        let age = now > beganAt ? now - beganAt : 0
        if phase == .preface || phase == .settings, age > limits.patienceNanoseconds {
            end(.enhanceYourCalm, &work)
        } else if block.stream != 0, block.deadline <= now {
            end(.enhanceYourCalm, &work)
        } else if !isAcknowledged, age > limits.settingsNanoseconds {
            end(.settingsTimeout, &work)
        } else {
            expire(now, &service, &work)
        }
        return standing(rest: 0)
    }

    /// Cancels the calls whose time is over: answers are worth nothing any more, either.
    private mutating func expire<Service: UnaryService & ~Copyable>(
        _ now: UInt64, _ service: inout Service, _ work: inout ConnectionWorkspace
    ) {
        var turn = ConnectionTurn(now: now)
        var place = streams.placeCount - 1
        // Removing moves others to lower places only, or past the end: those are found next time.
        while place >= 0 {
            let stream = streams[place]
            if stream.id != 0, stream.deadline <= now {
                if stream.isAnswered {
                    writeReset(stream.id, .cancel, &work)
                    forget(at: place, &work)
                    closed.note(stream.id, wasReset: false)
                } else {
                    fail(at: place, .messageTooLate, hasEnded: false, &turn, &service, &work)
                }
                continue
            }
            place -= 1
        }
    }

    // MARK: Draining

    /// Tells the other end to begin nothing new here; later calls change nothing.
    ///
    /// What it sent before it heard of that is answered as well: the answer to a ping tells when.
    /// - Returns: how the connection stands; it is over when all is answered.
    package mutating func drain(_ work: inout ConnectionWorkspace) -> ConnectionState {
        if drainState == .none && phase != .ended {
            drainState = .announced
            writeGoAway(0x7FFF_FFFF, .noError, &work)
            work.output.appendHead(.ping, length: 8, stream: 0)
            work.output.append(bigEndian: Self.drainMark)
        }
        return standing(rest: 0)
    }

    mutating func finishDraining(_ work: inout ConnectionWorkspace) {
        guard drainState == .announced else { return }
        drainState = .final
        writeGoAway(lastStream, .noError, &work)
    }

    private func writeGoAway(
        _ last: UInt32, _ code: ErrorCode, _ work: inout ConnectionWorkspace
    ) {
        work.output.appendHead(.goAway, length: 8, stream: 0)
        work.output.append(bigEndian: last)
        work.output.append(bigEndian: code.rawValue)
    }
}
