import HTTPTypes
import NIOCore
import NIOHTTP1
import NIOHTTPTypes
import NIOHTTPTypesHTTP1

/// Answers what is no HTTP, tells clients that wait for it to send their bodies, and ends connections on
/// which no further request can be told from what is left of the one before.
///
/// What still comes is then read and thrown away for a while: a connection that is closed with unread
/// input is reset, and a client that sends a flood would never see its answer.
///
/// Source: RFC 9110, section 10.1.1; RFC 9112, section 9.6; RFC 6585, section 5.
final class ConnectionEnding: ChannelDuplexHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPRequestPart
    typealias InboundOut = HTTPRequestPart
    typealias OutboundIn = HTTPResponsePart
    typealias OutboundOut = HTTPResponsePart

    /// An outbound event: whoever answers is ready for the body of the request.
    struct BodyWanted: Sendable {}

    private let limits: HTTPLimits
    private let date: ResponseDate
    /// The status of every refusal; nil for the one that says most.
    private let onlyStatus: HTTPResponse.Status?
    /// Requests whose answers have not been written.
    private var unanswered = 0
    /// Whether a part of a request is still to come.
    private var isReading = false
    /// Whether the client of the newest request waits before it sends the body.
    private var isWaiting = false
    /// Why nothing more can be read; nil while it can.
    private var failure: HTTPParserError?
    /// The same, where it is a rule and not the parser that refuses it.
    private var offence: MessageOffence?
    /// Whether the answer that is being written is the last.
    private var isLast = false
    /// Whether the last answer is written.
    private var hasEnded = false
    private var deadline: Scheduled<Void>?

    /// - Parameter onlyStatus: where gateways understand no other.
    init(_ limits: HTTPLimits, _ date: ResponseDate, onlyStatus: HTTPResponse.Status? = nil) {
        self.limits = limits
        self.date = date
        self.onlyStatus = onlyStatus
    }

    func handlerRemoved(context: ChannelHandlerContext) { deadline?.cancel() }

    func channelInactive(context: ChannelHandlerContext) {
        deadline?.cancel()
        context.fireChannelInactive()
    }

    // MARK: Input

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard failure == nil, !hasEnded else { return }
        switch unwrapInboundIn(data) {
        case .head(let head):
            unanswered += 1
            isReading = true
            isWaiting =
                head.headerFields.contains(.expect)
                && head.headerFields[values: .expect].contains { Self.isContinue($0) }
        case .body: isWaiting = false
        case .end:
            isWaiting = false
            isReading = false
        }
        context.fireChannelRead(data)
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        context.fireChannelReadComplete()
        // Whoever answered has stopped to ask for more.
        if hasEnded { context.read() }
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        context.fireUserInboundEventTriggered(event)
        if hasEnded, case .inputClosed? = event as? ChannelEvent { context.close(promise: nil) }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        guard failure == nil, !hasEnded else { return }
        guard let failure = Self.failure(error) else { return context.fireErrorCaught(error) }
        self.failure = failure
        offence = error as? MessageOffence
        // Requests before it are answered first.
        context.fireErrorCaught(failure)
        if isReading, unanswered == 0 { end(context) }
    }

    /// The failure of a parser; nil for another.
    private static func failure(_ error: any Error) -> HTTPParserError? {
        switch error {
        case let error as HTTPParserError: error
        // A target that is none: otherwise nobody would answer it.
        case is HTTP1TypeConversionError: .invalidURL
        // Whoever answers knows no other.
        case is MessageOffence: .invalidHeaderToken
        default: nil
        }
    }

    static func isContinue(_ value: String) -> Bool {
        value.utf8.elementsEqual("100-continue".utf8) { $0 == $1 || $0 | 0x20 == $1 }
    }

    // MARK: Output

    func triggerUserOutboundEvent(
        context: ChannelHandlerContext, event: Any, promise: EventLoopPromise<Void>?
    ) {
        guard event is BodyWanted else {
            return context.triggerUserOutboundEvent(event, promise: promise)
        }
        if isWaiting, unanswered == 1, !hasEnded {
            isWaiting = false
            context.writeAndFlush(
                wrapOutboundOut(.head(HTTPResponse(status: .continue))), promise: nil)
        }
        promise?.succeed()
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        guard !hasEnded else {
            promise?.fail(ChannelError.ioOnClosedChannel)
            return
        }
        switch unwrapOutboundIn(data) {
        case .head(let head): write(head, context, promise)
        case .body: context.write(data, promise: promise)
        case .end:
            unanswered = max(0, unanswered - 1)
            guard isLast else { return context.write(data, promise: promise) }
            context.writeAndFlush(data, promise: promise)
            end(context)
        }
    }

    private func write(
        _ answer: HTTPResponse, _ context: ChannelHandlerContext, _ promise: EventLoopPromise<Void>?
    ) {
        if let failure, unanswered == 0 {
            // The library's own answer to what could not be read, which says nothing.
            let refusal = refusal(failure)
            isLast = true
            context.write(wrapOutboundOut(.head(refusal.head)), promise: promise)
            context.write(wrapOutboundOut(.body(refusal.body)), promise: nil)
            return
        }
        var answer = answer
        if unanswered == 1, isWaiting || (failure != nil && isReading) {
            isLast = true
            answer.headerFields[.connection] = "close"
        }
        context.write(wrapOutboundOut(.head(answer)), promise: promise)
    }

    private func words(_ failure: HTTPParserError) -> String {
        switch (offence, failure) {
        case (.noHost, _): "`Host` is missing"
        case (.severalHosts, _): "`Host` is sent more than once"
        case (nil, .invalidHeaderToken): "a header field is malformed"
        case (nil, _): "\(failure)"
        }
    }

    private func refusal(_ failure: HTTPParserError) -> (head: HTTPResponse, body: ByteBuffer) {
        let isFlood = if case .headerOverflow = failure { true } else { false }
        let text =
            isFlood
            ? "the target and the header fields are longer than \(limits.maximumHeaderBytes) bytes, or "
                + "there are more than \(limits.maximumHeaderFields) fields"
            : "this is no request of HTTP/1.1: \(words(failure))"
        let body = ByteBuffer(string: text)
        let status: HTTPResponse.Status = isFlood ? .requestHeaderFieldsTooLarge : .badRequest
        return (
            HTTPResponse(
                status: onlyStatus ?? status,
                headerFields: [
                    .contentType: "text/plain; charset=utf-8",
                    .contentLength: String(body.readableBytes), .date: date.text,
                    .connection: "close",
                ]), body
        )
    }

    /// Says that nothing more is written, and reads for a while what nobody wants.
    private func end(_ context: ChannelHandlerContext) {
        hasEnded = true
        context.close(mode: .output, promise: nil)
        let bound = NIOLoopBound(context, eventLoop: context.eventLoop)
        deadline = context.eventLoop.scheduleTask(in: .seconds(Int64(limits.requestSeconds))) {
            bound.value.close(promise: nil)
        }
        context.read()
    }
}
