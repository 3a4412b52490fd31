import Wire

/// Answers, as far as the other end's windows allow. Source: RFC 9113, sections 5.2 and 6.9.
extension ServerConnection {
    /// A DATA frame from this size on calls for window updates, as the end of an answer does.
    private static let notableBytes = 4096

    /// Sends the head alone of the answer that has been written.
    ///
    /// - Parameter hasEnded: whether the other end has closed its side; else it is told to stop.
    mutating func sendRefusal(
        _ stream: UInt32, _ hasEnded: Bool, _ work: inout ConnectionWorkspace
    ) {
        guard work.answer.head.count > 0 else {
            return writeReset(stream, .internalError, &work)
        }
        writeBlock(stream, work.answer.head, endsStream: true, &work)
        if !hasEnded { writeReset(stream, .noError, &work) }
    }

    /// Sends the answer that has been written; what windows do not allow is kept.
    mutating func sendAnswer(
        at place: Int, _ work: inout ConnectionWorkspace
    ) throws(ConnectionError) {
        let stream = streams[place]
        let data = work.answer.data
        guard work.answer.head.count > 0 else {
            writeReset(stream.id, .internalError, &work)
            return close(at: place)
        }
        writeBlock(stream.id, work.answer.head, endsStream: !work.answer.hasRest, &work)
        guard work.answer.hasRest else { return close(at: place) }
        if data.count <= min(sendWindow, settings.initialWindow + stream.sendCredit) {
            let trailers = work.answer.trailers
            writeData(stream.id, data, endsStream: trailers.count == 0, &work)
            if trailers.count > 0 { writeBlock(stream.id, trailers, endsStream: true, &work) }
            sendWindow -= data.count
            expectedUpdates += 2
            return close(at: place)
        }
        let buffer = work.pool.take()
        work.pool.append(work.answer.rest, to: buffer)
        streams[place].buffer = buffer
        streams[place].unsentStart = 0
        streams[place].unsentEnd = data.count
        unsentBytes += work.answer.rest.count
        guard !sendKept(at: place, &work) else { return }
        if unsentBytes > limits.maximumUnsentBytes { throw ConnectionError(.enhanceYourCalm) }
        // Those that are over are dropped before there are many of them.
        if blocked.count >= 2 * limits.maximumStreams { dropAnswered() }
        blocked.append(stream.id)
    }

    /// Sends what it can of a kept answer.
    /// - Returns: whether all is sent.
    mutating func sendKept(at place: Int, _ work: inout ConnectionWorkspace) -> Bool {
        let stream = streams[place]
        let kept = work.pool.region(stream.buffer)
        let left = stream.unsentEnd - stream.unsentStart
        let count = max(0, min(left, sendWindow, settings.initialWindow + stream.sendCredit))
        let trailerCount = kept.count - stream.unsentEnd
        let isLast = count == left
        if count > 0 {
            let data = kept.region(from: stream.unsentStart, count: count)
            writeData(stream.id, data, endsStream: isLast && trailerCount == 0, &work)
            sendWindow -= count
            unsentBytes -= count
            streams[place].sendCredit -= count
            streams[place].unsentStart += count
            if count >= Self.notableBytes { expectedUpdates += 2 }
        }
        guard isLast else { return false }
        if trailerCount > 0 {
            let trailers = kept.region(from: stream.unsentEnd, count: trailerCount)
            writeBlock(stream.id, trailers, endsStream: true, &work)
        }
        unsentBytes -= trailerCount
        expectedUpdates += 2
        work.pool.giveBack(stream.buffer)
        close(at: place)
        return true
    }

    /// Sends what the connection's window allows of the answers that wait, the oldest first.
    mutating func sendBlocked(_ work: inout ConnectionWorkspace) throws(ConnectionError) {
        guard !blocked.isEmpty else { return }
        var kept = 0
        for index in blocked.indices {
            let id = blocked[index]
            guard let place = streams.find(id) else { continue }
            if sendWindow > 0 && sendKept(at: place, &work) { continue }
            blocked[kept] = id
            kept += 1
        }
        blocked.removeSubrange(kept...)
    }

    private mutating func dropAnswered() {
        var kept = 0
        for index in blocked.indices where streams.find(blocked[index]) != nil {
            blocked[kept] = blocked[index]
            kept += 1
        }
        blocked.removeSubrange(kept...)
    }

    /// The stream has ended on both sides.
    private mutating func close(at place: Int) {
        closed.note(streams[place].id, wasReset: false)
        streams.remove(at: place)
    }

    // MARK: Frames

    private mutating func writeBlock(
        _ stream: UInt32, _ block: ByteRegion, endsStream: Bool, _ work: inout ConnectionWorkspace
    ) {
        let prefix = settings.mustEmptyTable ? 1 : 0
        work.output.appendHead(
            .headers, length: prefix + block.count,
            flags: endsStream ? [.endHeaders, .endStream] : .endHeaders, stream: stream)
        if prefix == 1 {
            work.output.append(HeaderEncoder.tableSizeOfZero)
            settings.mustEmptyTable = false
        }
        work.output.append(block)
    }

    private func writeData(
        _ stream: UInt32, _ data: ByteRegion, endsStream: Bool, _ work: inout ConnectionWorkspace
    ) {
        var offset = 0
        while offset < data.count {
            let count = min(data.count - offset, settings.maximumFrameBytes)
            let isLast = endsStream && offset + count == data.count
            work.output.appendHead(
                .data, length: count, flags: isLast ? .endStream : [], stream: stream)
            work.output.append(data.region(from: offset, count: count))
            offset += count
        }
    }

    func writeReset(_ stream: UInt32, _ code: ErrorCode, _ work: inout ConnectionWorkspace) {
        work.output.appendHead(.resetStream, length: 4, stream: stream)
        work.output.append(bigEndian: code.rawValue)
    }
}
