import NIOCore
import NIOHTTP1

/// Why a request is refused whose head the parser takes.
enum MessageOffence: Error {
    case noHost
    case severalHosts
}

/// Judges what of a request's head nobody behind it sees: its version, and how often `Host` stands in it.
///
/// A request without the one `Host` that it must have is refused. One after which the connection is to end,
/// by its version or by `Connection` in whatever spelling, says so in the one word that is looked for.
///
/// Source: RFC 9112, sections 3.2 and 9.3; RFC 9110, section 10.1.1.
final class MessageRules: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias InboundOut = HTTPServerRequestPart

    private var hasFailed = false

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard !hasFailed else { return }
        guard case .head(var head) = unwrapInboundIn(data) else {
            return context.fireChannelRead(data)
        }
        var hosts = 0
        for field in head.headers where Self.isHost(field.name) { hosts += 1 }
        guard hosts == 1 || hosts == 0 && head.version.major == 1 && head.version.minor == 0 else {
            hasFailed = true
            context.fireErrorCaught(
                hosts == 0 ? MessageOffence.noHost : MessageOffence.severalHosts)
            return
        }
        // As nobody says to a client of HTTP/1.0 that its connection stays, none does.
        if !head.isKeepAlive || head.version.minor == 0 {
            head.headers.replaceOrAdd(name: "connection", value: "close")
        }
        // Its clients wait for no word before they send their bodies, and would take it for the answer.
        if head.version.minor == 0 { head.headers.remove(name: "expect") }
        context.fireChannelRead(wrapInboundOut(.head(head)))
    }

    private static func isHost(_ name: String) -> Bool {
        name.utf8.count == 4 && name.utf8.elementsEqual("host".utf8) { $0 | 0x20 == $1 }
    }
}
