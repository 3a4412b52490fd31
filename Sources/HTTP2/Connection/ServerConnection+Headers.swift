import Wire

/// Header blocks: calls begin, and messages may end. Source: RFC 9113, sections 6.2, 6.10 and 8.1.
extension ServerConnection {
    /// What became of a header list.
    private enum ListVerdict: BitwiseCopyable {
        case wellFormed
        case malformed
        case tooLong
    }

    mutating func takeHeaders<Service: UnaryService & ~Copyable>(
        _ head: FrameHead, _ payload: ByteRegion, _ turn: inout ConnectionTurn,
        _ service: inout Service, _ work: inout ConnectionWorkspace
    ) throws(ConnectionError) {
        // Even ones are ours, and we open none; 0 is the connection.
        if head.stream & 1 == 0 { throw ConnectionError(.protocolError) }
        var fragment = try Self.withoutPadding(head, payload)
        if head.has(.priority) {
            if fragment.bigEndian32(at: 0) & 0x7FFF_FFFF == head.stream {
                throw ConnectionError(.protocolError)
            }
            fragment = fragment.region(from: 5, count: fragment.count - 5)
        }
        if head.stream <= lastStream, streams.find(head.stream) == nil {
            switch closed.end(of: head.stream) {
            case .reset: break
            case .ended: throw ConnectionError(.streamClosed)
            case .unknown: throw ConnectionError(.protocolError)
            }
        }
        if head.has(.endHeaders) {
            return try finishBlock(
                head.stream, head.has(.endStream), fragment, &turn, &service, &work)
        }
        block = OpenBlock(
            stream: head.stream, endsStream: head.has(.endStream), buffer: work.pool.take(),
            frames: 1, deadline: turn.now &+ limits.patienceNanoseconds)
        work.pool.append(fragment, to: block.buffer)
    }

    mutating func takeContinuation<Service: UnaryService & ~Copyable>(
        _ head: FrameHead, _ payload: ByteRegion, _ turn: inout ConnectionTurn,
        _ service: inout Service, _ work: inout ConnectionWorkspace
    ) throws(ConnectionError) {
        // Where one is open, the frame has been checked to be of its stream.
        guard block.stream != 0 else { throw ConnectionError(.protocolError) }
        block.frames += 1
        work.pool.append(payload, to: block.buffer)
        let region = work.pool.region(block.buffer)
        if block.frames > limits.maximumBlockFrames || region.count > limits.maximumBlockBytes {
            throw ConnectionError(.enhanceYourCalm)
        }
        guard head.has(.endHeaders) else { return }
        let whole = block
        block = OpenBlock()
        defer { work.pool.giveBack(whole.buffer) }
        try finishBlock(whole.stream, whole.endsStream, region, &turn, &service, &work)
    }

    /// The payload without its padding, at least as long as the priority fields it must have.
    static func withoutPadding(
        _ head: FrameHead, _ payload: ByteRegion
    ) throws(ConnectionError) -> ByteRegion {
        let isHeaders = head.type == FrameType.headers.rawValue
        let needed = isHeaders && head.has(.priority) ? 5 : 0
        let start = head.has(.padded) ? 1 : 0
        if payload.count < start + needed { throw ConnectionError(.frameSizeError) }
        let padding = start == 1 ? Int(payload.byte(at: 0)) : 0
        if padding > payload.count - start - needed { throw ConnectionError(.protocolError) }
        return payload.region(from: start, count: payload.count - start - padding)
    }

    private mutating func finishBlock<Service: UnaryService & ~Copyable>(
        _ stream: UInt32, _ endsStream: Bool, _ fields: ByteRegion, _ turn: inout ConnectionTurn,
        _ service: inout Service, _ work: inout ConnectionWorkspace
    ) throws(ConnectionError) {
        if stream > lastStream {
            lastStream = stream
            service.beginCall()
            let verdict = try judge(fields, isTrailers: false, &service, &work)
            return try open(stream, endsStream, verdict, &turn, &service, &work)
        }
        // The state of the compression goes on, whatever becomes of the stream.
        let verdict = try judge(fields, isTrailers: true, &service, &work)
        guard let place = streams.find(stream) else {
            if endsStream { closed.note(stream, wasReset: false) }
            return
        }
        if streams[place].isAnswered {
            return try reset(at: place, .streamClosed, turn.now, &work)
        }
        guard endsStream, verdict == .wellFormed else {
            return try reset(at: place, .protocolError, turn.now, &work)
        }
        try finishMessage(at: place, &turn, &service, &work)
    }

    /// Decodes a header list and judges it; the service sees the fields of a call.
    private mutating func judge<Service: UnaryService & ~Copyable>(
        _ fields: ByteRegion, isTrailers: Bool, _ service: inout Service,
        _ work: inout ConnectionWorkspace
    ) throws(ConnectionError) -> ListVerdict {
        work.judge.begin(isTrailers: isTrailers)
        do throws(HPACKError) {
            let extent = try decoder.decode(fields) { name, value in
                if work.judge.judge(name, value), !isTrailers { service.field(name, value) }
            }
            if case .tooLong = extent { return .tooLong }
        } catch {
            throw ConnectionError(error.isExcess ? .enhanceYourCalm : .compressionError)
        }
        work.judge.finish()
        return work.judge.isMalformed ? .malformed : .wellFormed
    }

    private mutating func open<Service: UnaryService & ~Copyable>(
        _ stream: UInt32, _ endsStream: Bool, _ verdict: ListVerdict,
        _ turn: inout ConnectionTurn, _ service: inout Service, _ work: inout ConnectionWorkspace
    ) throws(ConnectionError) {
        // HTTP/2 binds the other end to the number of streams only when it has acknowledged it.
        if drainState == .final || streams.count >= limits.maximumStreams {
            return try reset(unopened: stream, endsStream, .refusedStream, turn.now, &work)
        }
        let declared = work.judge.declaredBytes
        if verdict == .malformed || verdict == .wellFormed && endsStream && declared > 0 {
            return try reset(unopened: stream, endsStream, .protocolError, turn.now, &work)
        }
        work.answer.reset()
        var admission = CallAdmission.answered
        if verdict == .tooLong {
            service.fail(.headersTooLong, answer: &work.answer)
        } else {
            admission = service.admit(
                hasMessage: !endsStream, now: turn.now, answer: &work.answer)
        }
        guard case .awaitMessage(let deadline) = admission else {
            turn.share -= 1
            sendRefusal(stream, endsStream, &work)
            return closed.note(stream, wasReset: !endsStream)
        }
        let place = streams.insert(
            OpenStream(
                id: stream, deadline: deadline, declaredBytes: declared,
                receiveWindow: limits.streamWindow))
        if endsStream { try finishMessage(at: place, &turn, &service, &work) }
    }
}
