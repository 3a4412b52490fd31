import NIOCore
import NIOSSL
import NIOTLS
import Server
import Wire

/// One peer's connection: gathers frames, has them answered and writes the answers.
///
/// Used on its loop only. Nothing is decided before the peer's certificate is verified, and nothing
/// once it is not believed any more.
final class TLSConnection: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    enum State { case handshaking, serving, closing, closed }

    /// What a turn gathers before it is sent.
    static let flushBytes = 64 << 10

    let worker: TLSWorker
    let address: String
    private let proof: PeerProof
    /// Called once and gone.
    private var handshakeEnded: (() -> Void)?
    private(set) var context: ChannelHandlerContext?
    var state = State.handshaking
    var peer: VerifiedPeer?
    /// Bytes that were received and not served.
    var input = FrameBuffer(capacity: 64)
    private var heldBytes = 0
    /// When the bytes in `input` were read last.
    var received: UInt64 = 0
    private let began = MonotonicClock.now()
    private var lastFrame: UInt64 = 0
    private var incompleteSince: UInt64?
    private var unwritableSince: UInt64?
    /// Input is left alone until answers are read.
    var isPaused = false
    /// The first frame waits for a revision.
    var isWaiting = false
    /// Input waits for the connection's next turn.
    var isReady = false
    private var isReading = true

    /// - Parameter handshakeEnded: called once, at the latest at the end of the connection.
    init(
        _ worker: TLSWorker, proof: PeerProof, address: String,
        handshakeEnded: @escaping () -> Void
    ) {
        self.worker = worker
        self.proof = proof
        self.address = address
        self.handshakeEnded = handshakeEnded
    }

    // MARK: The channel

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        worker.add(self)
    }

    func handlerRemoved(context: ChannelHandlerContext) { forget() }

    func channelInactive(context: ChannelHandlerContext) {
        forget()
        context.fireChannelInactive()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { cut() }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if case .handshakeCompleted? = event as? TLSUserEvent { begin() }
        context.fireUserInboundEventTriggered(event)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let bytes = unwrapInboundIn(data)
        guard state == .serving else { return }
        unsafe bytes.withUnsafeReadableBytes { unsafe input.append(ByteRegion($0)) }
        received = MonotonicClock.now()
        hold()
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        if !isPaused, !isWaiting, !isReady { serve() }
        context.fireChannelReadComplete()
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        unwritableSince = context.channel.isWritable ? nil : MonotonicClock.now()
        if context.channel.isWritable, isPaused {
            isPaused = false
            // Not from inside of a write.
            takeAnotherTurn()
        }
        context.fireChannelWritabilityChanged()
    }

    /// Serves what is kept in a turn of its own.
    func takeAnotherTurn(after delay: TimeAmount = .zero) {
        guard let loop = context?.eventLoop else { return }
        let this = NIOLoopBound(self, eventLoop: loop)
        loop.scheduleTask(in: delay) {
            this.value.isReady = false
            this.value.isWaiting = false
            this.value.serve()
        }
    }

    // MARK: Beginning and end

    private func begin() {
        guard state == .handshaking else { return }
        endHandshake()
        // Without a verdict of our own there is no peer, whatever the library says.
        guard let peer = proof.peer else { return cut() }
        self.peer = peer
        lastFrame = MonotonicClock.now()
        state = .serving
        guard peer.facts != nil else {
            worker.refuse(peer, of: address)
            return refuse(.unauthorizedPeer, "the peer's SPIFFE id is not allowed")
        }
        if worker.isDraining { drain() }
    }

    /// Sends a refusal as the last frame and closes.
    func refuse(_ reason: RefusalReason, requestID: UInt64 = 0, _ text: StaticString) {
        guard state == .serving else { return }
        worker.output.appendRefusal(requestID: requestID, reason, text: text)
        finish()
    }

    /// Sends what is in the worker's output and closes.
    func finish() {
        send()
        guard state == .serving else { return }
        state = .closing
        release()
        updateReading()
        context?.close(promise: nil)
    }

    /// Closes without a word.
    func cut() {
        guard let context else { return }
        forget()
        context.close(promise: nil)
    }

    private func forget() {
        if state == .handshaking {
            worker.board.count(.failedHandshakes)
            endHandshake()
        }
        state = .closed
        context = nil
        peer = nil
        release()
        worker.remove(self)
    }

    private func endHandshake() {
        handshakeEnded?()
        handshakeEnded = nil
    }

    /// Answers what has been received, then ends the connection.
    func drain() {
        switch state {
        case .handshaking: cut()
        case .closing, .closed: break
        case .serving:
            // What lies in the socket already comes in the meantime.
            guard let loop = context?.eventLoop else { return }
            let this = NIOLoopBound(self, eventLoop: loop)
            loop.scheduleTask(in: .milliseconds(20)) {
                this.value.serve()
                this.value.refuse(.shuttingDown, "the server is stopping")
            }
        }
    }

    // MARK: Memory and time

    /// Sends the worker's output.
    func send() {
        guard worker.output.count > 0 else { return }
        defer { worker.output.removeAll() }
        guard let context, state == .serving else { return }
        var buffer = context.channel.allocator.buffer(capacity: worker.output.count)
        unsafe buffer.writeBytes(worker.output.written.buffer)
        context.writeAndFlush(wrapOutboundOut(buffer), promise: nil)
    }

    /// Whether the peer reads its answers.
    var isWritable: Bool { context?.channel.isWritable ?? false }

    /// Counts what `input` holds, and refuses what is too much.
    private func hold() {
        worker.heldBytes += input.count - heldBytes
        heldBytes = input.count
        if worker.heldBytes > worker.configuration.maximumBufferedBytesPerLoop {
            worker.board.count(.bufferRefusals)
            refuse(.overloaded, "the server has no room for the connection's data")
        }
    }

    private func release() {
        worker.heldBytes -= heldBytes
        heldBytes = 0
        input = FrameBuffer(capacity: 64)
    }

    /// Forgets the bytes served and decides what a turn leaves behind.
    func settle(consumed: Int) {
        guard state == .serving else { return }
        let now = MonotonicClock.now()
        input.removeFirst(consumed)
        if input.count == 0, input.capacity > Self.flushBytes {
            input = FrameBuffer(capacity: 64)
        }
        hold()
        if consumed > 0 {
            lastFrame = now
            incompleteSince = nil
        }
        let isBetween = input.count == 0 || isPaused || isWaiting || isReady
        incompleteSince = isBetween ? nil : incompleteSince ?? now
        updateReading()
    }

    private func updateReading() {
        let wanted = state != .serving || !isPaused && !isWaiting
        guard wanted != isReading, let context else { return }
        isReading = wanted
        _ = context.channel.setOption(.autoRead, value: wanted)
    }

    /// Judges the peer again where that is needed, and closes where time is up.
    func sweep(_ now: UInt64) {
        let limits = worker.configuration
        switch state {
        case .handshaking:
            if now &- began > limits.handshakeTimeout.wholeNanoseconds {
                worker.board.count(.incompleteTimeouts)
                cut()
            }
        case .serving:
            guard isBelieved() else { return }
            if let since = incompleteSince,
                now &- since > limits.incompleteFrameTimeout.wholeNanoseconds, now > since
            {
                worker.board.count(.incompleteTimeouts)
                refuse(.incompleteFrameTimeout, "a frame was not finished in time")
            } else if let since = unwritableSince, now > since,
                now &- since > limits.slowReaderTimeout.wholeNanoseconds
            {
                worker.board.count(.slowReaders)
                cut()
            } else if now > lastFrame, now &- lastFrame > limits.idleTimeout.wholeNanoseconds {
                worker.board.count(.idle)
                finish()
            }
        case .closing, .closed: break
        }
    }

    /// Whether the peer is believed at this moment; ends the connection when it is not.
    func isBelieved() -> Bool {
        guard state == .serving, let known = peer else { return false }
        guard let peer = worker.judgedAgain(known, of: address) else {
            refuse(.unauthorizedPeer, "the peer's certificate is not believed any more")
            return false
        }
        self.peer = peer
        return true
    }
}

/// What a handshake proved.
final class PeerProof {
    /// Nil until the certificate is verified.
    var peer: VerifiedPeer?
}
