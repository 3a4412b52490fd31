import HTTPTypes
import NIOCore
import NIOHTTPTypes

/// Ends a connection after a request that asks for another protocol, which is answered in this one.
///
/// The parser takes what follows such a request for the other protocol: on a connection that stayed open
/// the next request, which may be of another client of the same gateway, would never be answered.
///
/// Source: RFC 9110, sections 7.8 and 9.3.6.
final class UpgradeRefusal: ChannelDuplexHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPRequestPart
    typealias InboundOut = HTTPRequestPart
    typealias OutboundIn = HTTPResponsePart
    typealias OutboundOut = HTTPResponsePart

    private var isLast = false

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard case .head(var head) = unwrapInboundIn(data),
            head.headerFields.contains(.upgrade) || head.method == .connect
        else { return context.fireChannelRead(data) }
        isLast = true
        // Whoever answers closes after it.
        head.headerFields[.connection] = "close"
        context.fireChannelRead(wrapInboundOut(.head(head)))
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        guard isLast, case .head(var head) = unwrapOutboundIn(data) else {
            return context.write(data, promise: promise)
        }
        head.headerFields[.connection] = "close"
        context.write(wrapOutboundOut(.head(head)), promise: promise)
    }
}
