import ExtAuthzMessages
import NIOCore
import NIOHPACK
import NIOHTTP2
import Server
import Wire

/// One gateway's connection: gathers messages, has them answered and writes the answers.
///
/// Stands directly behind the HTTP/2 frames: a call is one message and one answer, for which a channel
/// for each stream would have nothing to do.
final class CheckConnection<Handler: ExtAuthzHandler & ~Copyable>: ChannelInboundHandler {
    typealias InboundIn = HTTP2Frame
    typealias OutboundOut = HTTP2Frame

    private let worker: CheckWorker<Handler>
    private let peer: PeerCredentials?
    private let progress: FrameProgress
    private var context: ChannelHandlerContext?
    private var calls: [HTTP2StreamID: OpenCall] = [:]
    private var window: ReceiveWindow
    /// Answers that HTTP/2 has not let out yet, and their size.
    private var unsentAnswers = 0
    private var unsentBytes = 0
    private var controlFrames = 0
    private var controlWindowEnd: UInt64 = 0
    private var lastStream = HTTP2StreamID.rootStream
    private var drainState = DrainState.serving
    private var mustFlush = false

    private enum DrainState { case serving, announced, final }

    init(_ worker: CheckWorker<Handler>, peer: PeerCredentials?, progress: FrameProgress) {
        self.worker = worker
        self.peer = peer
        self.progress = progress
        window = ReceiveWindow(sizeBytes: worker.configuration.maximumHeldBytes)
    }

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        worker.add(self)
    }

    func handlerRemoved(context: ChannelHandlerContext) { forget() }

    func channelActive(context: ChannelHandlerContext) {
        // The preface has been written before this is called.
        write(.rootStream, .windowUpdate(windowSizeIncrement: window.firstIncrement))
        if worker.isDraining { drain() }
        context.flush()
        context.fireChannelActive()
    }

    func channelInactive(context: ChannelHandlerContext) {
        forget()
        context.fireChannelInactive()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        // An error of one stream leaves the connection as it is.
        if error is NIOHTTP2Errors.StreamError { return }
        cut()
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        // The mark is the bound on what may stay unread.
        if !context.channel.isWritable { cut() }
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if let closed = event as? StreamClosedEvent { streamClosed(closed.streamID) }
        context.fireUserInboundEventTriggered(event)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let frame = unwrapInboundIn(data)
        progress.frameArrived()
        switch frame.payload {
        case .headers(let headers): begin(frame.streamID, headers)
        case .data(let data): take(frame.streamID, data)
        case .ping(let data, let isAnswer):
            if isAnswer && data == Self.drainPing { finishDraining() }
            countControlFrame()
        case .windowUpdate, .priority, .settings: countControlFrame()
        case .goAway:
            if calls.isEmpty { close() }
        default: break
        }
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        worker.endBatch()
        if mustFlush {
            mustFlush = false
            context.flush()
        }
        context.fireChannelReadComplete()
    }

    // MARK: Calls

    private func begin(_ stream: HTTP2StreamID, _ frame: HTTP2Frame.FramePayload.Headers) {
        guard calls[stream] == nil else {
            // Trailers of a request: gRPC has none, but they end it.
            if frame.endStream { finish(stream, last: nil) }
            return
        }
        lastStream = max(lastStream, stream)
        // HTTP/2 binds a client to the number of streams only when it has acknowledged it.
        if drainState == .final || calls.count >= worker.configuration.maximumStreams {
            return write(stream, .rstStream(.refusedStream))
        }
        let limit = worker.configuration.maximumDeadline.nanoseconds
        switch CallHeaders(frame.headers) {
        case .check(let timeout):
            guard !frame.endStream else {
                return refuse(stream, .internalError, "there is no message", isEnded: true)
            }
            calls[stream] = OpenCall(
                deadline: MonotonicClock.now() &+ min(timeout ?? limit, limit))
        case .refused(let status, let words):
            refuse(stream, status, words, isEnded: frame.endStream)
        case .notGRPC(let status):
            worker.board.refusedCalls.add()
            let headers = HPACKHeaders([(":status", "\(status)")])
            write(stream, .headers(.init(headers: headers, endStream: true)))
            if !frame.endStream { write(stream, .rstStream(.noError)) }
        }
    }

    private func take(_ stream: HTTP2StreamID, _ data: HTTP2Frame.FramePayload.Data) {
        guard case .byteBuffer(var bytes) = data.data else { return }
        // The length of padding counts, and one byte for it.
        let size = bytes.readableBytes + (data.paddingBytes.map { $0 + 1 } ?? 0)
        guard var call = calls[stream] else {
            return release(size)
        }
        if data.endStream && call.message == nil {
            calls[stream] = nil
            answer(stream, call, bytes)
            return release(size)
        }
        call.heldBytes += size
        let received = bytes.readableBytes + (call.message?.readableBytes ?? 0)
        if received > worker.configuration.messageLimits.maximumMessageBytes + GRPCPrefix.sizeBytes
        {
            calls[stream] = nil
            release(call.heldBytes)
            return refuse(
                stream, .resourceExhausted, "the message is too long", isEnded: data.endStream)
        }
        if call.message == nil {
            call.message = bytes
        } else {
            call.message?.writeBuffer(&bytes)
        }
        calls[stream] = call
        if data.endStream { finish(stream, last: nil) }
    }

    private func finish(_ stream: HTTP2StreamID, last: ByteBuffer?) {
        guard let call = calls.removeValue(forKey: stream) else { return }
        answer(stream, call, call.message ?? ByteBuffer())
        release(call.heldBytes)
    }

    private func answer(_ stream: HTTP2StreamID, _ call: OpenCall, _ bytes: ByteBuffer) {
        if call.deadline <= MonotonicClock.now() {
            worker.board.expired.add()
            return refuse(stream, .deadlineExceeded, "the deadline has passed", isEnded: true)
        }
        let limit = worker.configuration.messageLimits.maximumMessageBytes
        let facts = CheckCall(deadlineNanoseconds: call.deadline, peer: peer)
        let refusal: GRPCPrefix.Refusal? = unsafe bytes.withUnsafeReadableBytes { raw in
            let region = unsafe ByteRegion(raw)
            if let refusal = GRPCPrefix.judge(region, maximumMessageBytes: limit) {
                return refusal
            }
            let message = region.region(
                from: GRPCPrefix.sizeBytes, count: region.count - GRPCPrefix.sizeBytes)
            let answer = worker.answer(message, facts) { encoded in
                Self.frame(encoded, context)
            }
            sendAnswer(stream, answer)
            return nil
        }
        if let refusal { refuse(stream, refusal.status, refusal.words, isEnded: true) }
    }

    /// The answer with gRPC's prefix.
    private static func frame(
        _ encoded: Span<UInt8>, _ context: ChannelHandlerContext?
    ) -> ByteBuffer {
        var buffer = ByteBuffer()
        buffer.reserveCapacity(encoded.count + GRPCPrefix.sizeBytes)
        buffer.writeInteger(UInt8(0))
        buffer.writeInteger(UInt32(encoded.count))
        unsafe encoded.withUnsafeBytes { _ = unsafe buffer.writeBytes($0) }
        return buffer
    }

    private func sendAnswer(_ stream: HTTP2StreamID, _ answer: ByteBuffer) {
        unsentAnswers += 1
        unsentBytes += answer.readableBytes
        write(stream, .headers(.init(headers: AnswerHeaders.first)))
        write(stream, .data(.init(data: .byteBuffer(answer))))
        write(stream, .headers(.init(headers: AnswerHeaders.trailers, endStream: true)))
        // Bounded whatever windows the client grants.
        if unsentBytes > worker.configuration.maximumUnsentBytes { cut() }
    }

    private func refuse(
        _ stream: HTTP2StreamID, _ status: GRPCStatus, _ words: StaticString, isEnded: Bool
    ) {
        worker.board.refusedCalls.add()
        write(
            stream,
            .headers(.init(headers: AnswerHeaders.refusal(status, words), endStream: true)))
        if !isEnded { write(stream, .rstStream(.noError)) }
    }

    private func streamClosed(_ stream: HTTP2StreamID) {
        if let call = calls.removeValue(forKey: stream) {
            release(call.heldBytes)
        } else if unsentAnswers > 0 {
            unsentAnswers -= 1
            if unsentAnswers == 0 { unsentBytes = 0 }
        }
        if drainState == .final && calls.isEmpty && unsentAnswers == 0 { close() }
    }

    private func release(_ bytes: Int) {
        if let increment = window.release(bytes) {
            write(.rootStream, .windowUpdate(windowSizeIncrement: increment))
        }
    }

    private func write(_ stream: HTTP2StreamID, _ payload: HTTP2Frame.FramePayload) {
        guard let context else { return }
        mustFlush = true
        context.write(
            wrapOutboundOut(HTTP2Frame(streamID: stream, payload: payload)), promise: nil)
    }

    // MARK: Ends

    /// Cancels calls whose time is over and closes when a frame or an answer is stuck.
    func sweep(_ now: UInt64) {
        let patience = worker.configuration.incompleteFrameTimeout.nanoseconds
        if progress.isStuck(now, after: patience) { return cut() }
        var hasChanged = false
        for (stream, call) in calls where call.deadline <= now {
            calls[stream] = nil
            worker.board.expired.add()
            refuse(stream, .deadlineExceeded, "the message did not come in time", isEnded: false)
            release(call.heldBytes)
            hasChanged = true
        }
        if hasChanged {
            mustFlush = false
            context?.flush()
        }
    }

    private func countControlFrame() {
        let now = MonotonicClock.now()
        if now >= controlWindowEnd {
            controlWindowEnd = now &+ 10_000_000_000
            controlFrames = 0
        }
        controlFrames += 1
        if controlFrames > worker.configuration.maximumControlFrames { cut() }
    }

    private static var drainPing: HTTP2PingData { HTTP2PingData(withInteger: 0x7772_6974) }

    /// Tells the gateway to send nothing new here, and closes when what it sent is answered.
    ///
    /// What it sent before it heard of that is answered as well: the answer to a ping tells when.
    /// Source: RFC 9113, section 6.8.
    func drain() {
        guard drainState == .serving else { return }
        drainState = .announced
        write(.rootStream, .goAway(lastStreamID: .maxID, errorCode: .noError, opaqueData: nil))
        write(.rootStream, .ping(Self.drainPing, ack: false))
        context?.flush()
    }

    private func finishDraining() {
        guard drainState == .announced else { return }
        drainState = .final
        write(.rootStream, .goAway(lastStreamID: lastStream, errorCode: .noError, opaqueData: nil))
        if calls.isEmpty && unsentAnswers == 0 {
            context?.flush()
            close()
        }
    }

    /// Closes for something that the other end did.
    private func cut() {
        guard let context else { return }
        // First, as a write that fails comes back here as an error.
        forget()
        worker.board.cutConnections.add()
        let payload = HTTP2Frame.FramePayload.goAway(
            lastStreamID: lastStream, errorCode: .enhanceYourCalm, opaqueData: nil)
        context.writeAndFlush(
            wrapOutboundOut(HTTP2Frame(streamID: .rootStream, payload: payload)), promise: nil)
        context.close(promise: nil)
    }

    func close() {
        guard let context else { return }
        forget()
        context.close(promise: nil)
    }

    private func forget() {
        context = nil
        calls = [:]
        worker.remove(self)
    }
}
