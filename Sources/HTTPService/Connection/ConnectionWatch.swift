import NIOCore
import NIOHTTPTypes

/// Closes a connection whose request takes too long to arrive, however often a little of it does, and
/// one whose other end does not read what it is answered; and counts what ended connections.
final class ConnectionWatch: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPRequestPart
    typealias InboundOut = HTTPRequestPart

    private let limit: TimeAmount
    private let figures: ConnectionFigures
    /// When the head of the request that is arriving came; nil when none is arriving.
    private var began: NIODeadline?
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
        case .head: began = context.eventLoop.now
        case .body: if check == nil { schedule(context) }
        case .end: began = nil
        }
        context.fireChannelRead(data)
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        // As a rule all of a request comes at once, and no timer is made.
        if began != nil, check == nil { schedule(context) }
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
        began = nil
        context.fireErrorCaught(error)
    }

    private func schedule(_ context: ChannelHandlerContext) {
        let bound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
        check = context.eventLoop.scheduleTask(in: limit) {
            let (handler, context) = bound.value
            handler.check = nil
            guard let began = handler.began else { return }
            if context.eventLoop.now - began >= handler.limit {
                handler.figures.add(.slowRequests)
                context.close(promise: nil)
            } else {
                handler.schedule(context)
            }
        }
    }
}
