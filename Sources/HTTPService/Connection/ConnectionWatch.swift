import NIOCore
import NIOHTTPTypes

/// Closes a connection whose request takes too long to arrive, however often a little of it does, and
/// one whose other end does not read what it is answered; and counts what ended connections.
///
/// Only the time counts in which somebody here asks for more: while a request before it is answered, the
/// next one may lie unread for as long as that takes, and its client can do nothing about it.
final class ConnectionWatch: ChannelDuplexHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPRequestPart
    typealias InboundOut = HTTPRequestPart
    typealias OutboundIn = HTTPResponsePart
    typealias OutboundOut = HTTPResponsePart

    private let limit: TimeAmount
    private let figures: ConnectionFigures
    /// How long the client was waited for since the head of the request that is arriving came; nil when none
    /// is arriving.
    private var waited: TimeAmount?
    /// Since when the client is waited for, or its head has been there; nil while nobody reads.
    private var since: NIODeadline?
    private var check: Scheduled<Void>?
    /// Set while more waits to be read at the other end than is kept for it.
    private var unread: Scheduled<Void>?
    private var hasFailed = false

    init(limit: TimeAmount, _ figures: ConnectionFigures) {
        self.limit = limit
        self.figures = figures
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head:
            waited = .zero
            since = context.eventLoop.now
        case .body: if check == nil { schedule(context, in: limit) }
        case .end: waited = nil
        }
        context.fireChannelRead(data)
    }

    func read(context: ChannelHandlerContext) {
        if since == nil { since = context.eventLoop.now }
        context.read()
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        // As a rule all of a request comes at once, and no timer is made.
        if waited != nil, check == nil { schedule(context, in: limit) }
        pause(context)
        // Whoever wants more asks for it by this.
        context.fireChannelReadComplete()
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        if context.channel.isWritable {
            unread?.cancel()
            unread = nil
        } else if unread == nil {
            let bound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
            // Nobody else would ever end it: to the others an answer is under way.
            unread = context.eventLoop.scheduleTask(in: limit) {
                let (handler, context) = bound.value
                handler.figures.add(.slowReaders)
                context.close(promise: nil)
            }
        }
        context.fireChannelWritabilityChanged()
    }

    func channelInactive(context: ChannelHandlerContext) {
        cancel()
        context.fireChannelInactive()
    }

    func handlerRemoved(context: ChannelHandlerContext) { cancel() }

    private func cancel() {
        check?.cancel()
        check = nil
        unread?.cancel()
        unread = nil
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        // One for a connection: a failure is often followed by others.
        if !hasFailed { figures.count(error) }
        hasFailed = true
        // What will not arrive is not slow.
        waited = nil
        context.fireErrorCaught(error)
    }

    private func pause(_ context: ChannelHandlerContext) {
        if let waited, let since { self.waited = waited + (context.eventLoop.now - since) }
        since = nil
    }

    private func schedule(_ context: ChannelHandlerContext, in time: TimeAmount) {
        let bound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
        check = context.eventLoop.scheduleTask(in: time) {
            let (handler, context) = bound.value
            handler.check = nil
            guard let waited = handler.waited else { return }
            let now = context.eventLoop.now
            let left = handler.limit - waited - (handler.since.map { now - $0 } ?? .zero)
            if left <= .zero {
                handler.figures.add(.slowRequests)
                context.close(promise: nil)
            } else {
                // With nobody reading, no less than that is left later.
                handler.schedule(context, in: left)
            }
        }
    }
}
