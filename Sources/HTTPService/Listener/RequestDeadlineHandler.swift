import NIOCore
import NIOHTTPTypes

/// Closes a connection whose request takes too long to arrive, however often a little of it does.
final class RequestDeadlineHandler: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPRequestPart
    typealias InboundOut = HTTPRequestPart

    private let limit: TimeAmount
    /// When the head of the request that is arriving came; nil when none is arriving.
    private var began: NIODeadline?
    private var check: Scheduled<Void>?

    init(limit: TimeAmount) { self.limit = limit }

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

    func channelInactive(context: ChannelHandlerContext) {
        check?.cancel()
        check = nil
        context.fireChannelInactive()
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        check?.cancel()
        check = nil
    }

    private func schedule(_ context: ChannelHandlerContext) {
        let bound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
        check = context.eventLoop.scheduleTask(in: limit) {
            let (handler, context) = bound.value
            handler.check = nil
            guard let began = handler.began else { return }
            if context.eventLoop.now - began >= handler.limit {
                context.close(promise: nil)
            } else {
                handler.schedule(context)
            }
        }
    }
}
