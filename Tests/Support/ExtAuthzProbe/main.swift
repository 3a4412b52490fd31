import ExtAuthz
import ExtAuthzMessages
import Glibc
import Server

/// Answers as a request's path says, so that tests see what gateways make of every answer.
private struct ProbeHandler: ~Copyable, ExtAuthzHandler {
    var watchedNames: NameWatch { NameWatch() }

    mutating func check(
        _ request: borrowing CheckRequestView, call: CheckCall, into reply: inout ReplyBuffer
    ) {
        let path = String(decoding: request.path.copied, as: UTF8.self)
        let parts = path.split(separator: "?")[0].split(separator: "/")
        switch parts.first {
        case "allow": reply.conclude(.allow)
        case "identity":
            reply.conclude(.allow)
            reply.setHeader(Array("x-user".utf8).span, request.source.principal.copied.span)
            reply.addClientHeader(Array("x-decided".utf8).span, Array("yes".utf8).span)
        case "deny":
            guard parts.count > 1, let code = Int(parts[1]), let status = DenialStatus(code) else {
                return
            }
            reply.conclude(.deny(status))
            reply.addClientHeader(Array("x-decided".utf8).span, Array("no".utf8).span)
            reply.setBody(Array("denied by policy".utf8).span)
        case "body":
            if request.bodyExtent == .complete { reply.conclude(.allow) }
        case "slow":
            usleep(600_000)
            reply.conclude(.allow)
        case "newline":
            reply.conclude(.allow)
            reply.setHeader(Array("x-user".utf8).span, Array("a\nb".utf8).span)
        default: break
        }
    }
}

var configuration = ExtAuthzConfiguration(
    endpoint: .unixSocket(path: CommandLine.arguments.last ?? ""), loopCount: 2)
configuration.identityHeaders = ["x-user", "x-roles"]
let server = try ExtAuthzServer.start(configuration) { _ in ProbeHandler() }
withExtendedLifetime(server) { while true { _ = pause() } }
