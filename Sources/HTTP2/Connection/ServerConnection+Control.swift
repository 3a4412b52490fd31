import Wire

/// Frames that bring no call on. Source: RFC 9113, sections 6.3 to 6.9.
extension ServerConnection {
    /// What the PING behind our GOAWAY says.
    static let drainMark: UInt64 = 0x7772_6974

    /// PRIORITY means nothing any more, but must be well-formed.
    mutating func takePriority(
        _ head: FrameHead, _ payload: ByteRegion, _ now: UInt64, _ work: inout ConnectionWorkspace
    ) throws(ConnectionError) {
        if head.stream == 0 { throw ConnectionError(.protocolError) }
        try controlFrames.count(now)
        let code: ErrorCode
        if payload.count != 5 {
            code = .frameSizeError
        } else if payload.bigEndian32(at: 0) & 0x7FFF_FFFF == head.stream {
            code = .protocolError
        } else {
            return
        }
        // There is no stream to be reset where none is open.
        guard let place = streams.find(head.stream) else { throw ConnectionError(code) }
        try reset(at: place, code, now, &work)
    }

    mutating func takeReset(
        _ head: FrameHead, _ payload: ByteRegion, _ now: UInt64, _ work: inout ConnectionWorkspace
    ) throws(ConnectionError) {
        if head.stream == 0 { throw ConnectionError(.protocolError) }
        if payload.count != 4 { throw ConnectionError(.frameSizeError) }
        if isIdle(head.stream) { throw ConnectionError(.protocolError) }
        try resets.count(now)
        if let place = streams.find(head.stream) { forget(at: place, &work) }
        closed.note(head.stream, wasReset: false)
    }

    mutating func takeSettings(
        _ head: FrameHead, _ payload: ByteRegion, _ now: UInt64, _ work: inout ConnectionWorkspace
    ) throws(ConnectionError) {
        if head.stream != 0 { throw ConnectionError(.protocolError) }
        try controlFrames.count(now)
        if head.has(.ack) {
            if payload.count != 0 { throw ConnectionError(.frameSizeError) }
            isAcknowledged = true
            return
        }
        if payload.count % 6 != 0 { throw ConnectionError(.frameSizeError) }
        try settings.take(payload, largestCredit: streams.largestCredit)
        phase = .serving
        work.output.appendHead(.settings, length: 0, flags: .ack, stream: 0)
        try sendBlocked(&work)
    }

    mutating func takePing(
        _ head: FrameHead, _ payload: ByteRegion, _ now: UInt64, _ work: inout ConnectionWorkspace
    ) throws(ConnectionError) {
        if head.stream != 0 { throw ConnectionError(.protocolError) }
        if payload.count != 8 { throw ConnectionError(.frameSizeError) }
        try controlFrames.count(now)
        if !head.has(.ack) {
            work.output.appendHead(.ping, length: 8, flags: .ack, stream: 0)
            work.output.append(payload)
        } else if payload.integer(at: 0, as: UInt64.self).byteSwapped == Self.drainMark {
            finishDraining(&work)
        }
    }

    mutating func takeWindowUpdate(
        _ head: FrameHead, _ payload: ByteRegion, _ now: UInt64, _ work: inout ConnectionWorkspace
    ) throws(ConnectionError) {
        if payload.count != 4 { throw ConnectionError(.frameSizeError) }
        let increment = Int(payload.bigEndian32(at: 0) & 0x7FFF_FFFF)
        if expectedUpdates > 0 { expectedUpdates -= 1 } else { try controlFrames.count(now) }
        if head.stream == 0 {
            if increment == 0 { throw ConnectionError(.protocolError) }
            if sendWindow + increment > PeerSettings.maximumWindow {
                throw ConnectionError(.flowControlError)
            }
            sendWindow += increment
            return try sendBlocked(&work)
        }
        if isIdle(head.stream) { throw ConnectionError(.protocolError) }
        // It may have been under way when the stream ended.
        guard let place = streams.find(head.stream) else { return }
        if increment == 0 { return try reset(at: place, .protocolError, now, &work) }
        let granted = streams[place].sendCredit + increment
        if settings.initialWindow + granted > PeerSettings.maximumWindow {
            return try reset(at: place, .flowControlError, now, &work)
        }
        streams[place].sendCredit = granted
        if streams[place].isAnswered { _ = sendKept(at: place, &work) }
    }

    /// Grants more of the connection's window.
    func grant(_ increment: Int, _ work: inout ConnectionWorkspace) {
        guard increment > 0 else { return }
        work.output.appendHead(.windowUpdate, length: 4, stream: 0)
        work.output.append(bigEndian: UInt32(truncatingIfNeeded: increment))
    }
}
