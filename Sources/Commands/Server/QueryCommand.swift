import ArgumentParser
import CedarEngine
import CedarSchema
import DecisionPoint
import JSON
import WritClient

/// `writ query`: asks a running server one question.
struct QueryCommand: AsyncParsableCommand, JSONPrinting {
    static let configuration = CommandConfiguration(
        commandName: "query",
        abstract: "Ask a running decision point.",
        discussion: """
            With --certificate, --token or --device, which only a gateway of the service
            may send, the principal may be left out: it is the one that these lead to.

            With --connect the server is asked by TLS; what the certificate may ask for is
            up to the server. Without a principal and a certificate of somebody else, it
            asks for itself.

            Exit codes: 0 allow, 2 deny, 1 no answer.

            Examples:
              writ query --socket /run/writ/writ.sock --principal 'User::"alice"' \\
                --action 'Action::"view"' --resource 'Photo::"1"'
              writ query --socket /run/writ/writ.sock --request-json request.json --json
              writ query --socket /run/writ/writ.sock --certificate client.pem \\
                --token token.jwt --action 'Action::"view"' --resource 'Photo::"1"'
              writ query --connect tls://writ.example:8447 --ca ca.pem \\
                --cert me.pem --key me.key \\
                --action 'Action::"view"' --resource 'Photo::"1"'
            """)

    @Option(help: ArgumentHelp("The server's socket.", valueName: "path"))
    var socket: String?

    @OptionGroup(title: "A server on another machine") var remote: RemoteOptions

    @OptionGroup var request: RequestOptions

    @OptionGroup(title: "Evidence") var evidence: EvidenceOptions

    @Option(
        name: [.short, .long],
        help: ArgumentHelp(
            "A schema: gives the context its types, so that an ipaddr may be a plain string.",
            valueName: "file"))
    var schema: String?

    @Option(
        help: ArgumentHelp(
            "Deny as stale unless the store has reached this revision.", valueName: "revision"))
    var atLeast: UInt64 = 0

    @Option(
        help: ArgumentHelp(
            "Milliseconds after which the answer is of no use.", valueName: "milliseconds"))
    var deadline: Int?

    @Flag(help: "Print the answer as JSON.")
    var json = false

    func validate() throws {
        guard (socket == nil) != (remote.connect == nil) else {
            throw ValidationError("one of --socket and --connect is needed")
        }
        if let deadline, !(1...3_600_000).contains(deadline) {
            throw ValidationError("--deadline must be from 1 to 3600000 milliseconds")
        }
    }

    func run() async throws {
        let answer = try ask()
        if json {
            printLine(answer.json)
        } else {
            answer.print()
        }
        guard answer.isAllowed else { throw ExitCode.denied }
    }

    private func ask() throws(Failure) -> Answer {
        let schema = try schema.map { path throws(Failure) in try InputFile(path).schema() }
        let tree = try request.request(
            schema: schema, mayOmitPrincipal: evidence.isGiven || remote.connect != nil)
        let isProven = evidence.isGiven || request.omitsPrincipal
        let sent = isProven ? try evidence.evidence() : nil
        let server = try remote.server()
        do throws(ClientError) {
            var connection =
                if let server {
                    try Connection(host: server.host, port: server.port, tls: server.options)
                } else {
                    try Connection(path: absolutePath(socket ?? ""))
                }
            var encoded = try EncodedRequest(tree)
            if request.omitsPrincipal { encoded.principal = [] }
            return try connection.decide(
                encoded, evidence: try sent.map(EncodedEvidence.init),
                deadline: deadline.map { .milliseconds($0) },
                atLeastRevision: atLeast)
        } catch {
            throw Failure("no decision, so deny: \(error.description)")
        }
    }
}

extension Answer {
    /// Prints the answer for people.
    func print() {
        let terminal = Terminal.output
        printLine(
            isAllowed ? terminal.styled("ALLOW", .green) : terminal.styled("DENY", .red))
        if cause != .decided { printLine("cause: \(cause)") }
        for reason in reasons { printLine("policy: \(reason)") }
        for error in errors {
            let fault = Fault(rawValue: error.fault)?.message ?? "fault \(error.fault)"
            printLine("error: \(error.policyID): \(fault)")
        }
        for obligation in obligations {
            let words = [obligation.name, obligation.value].filter { !$0.isEmpty }
            printLine("\(obligation.kind): \(words.joined(separator: ": "))")
        }
        if !detail.isEmpty { printLine("detail: \(detail)") }
        printLine(
            terminal.styled(
                "policies \(HexadecimalDigits(policyVersion).text), revision \(revision), decision "
                    + HexadecimalDigits(decisionID).text, .faint))
    }

    var json: String {
        var writer = JSONWriter()
        writer.beginObject()
        writer.key("decision")
        writer.string(isAllowed ? "allow" : "deny")
        writer.key("cause")
        writer.string("\(cause)")
        writer.key("reason")
        writer.beginArray()
        for reason in reasons { writer.string(reason) }
        writer.endArray()
        writer.key("errors")
        writer.beginArray()
        for error in errors {
            writer.beginObject()
            writer.key("policy")
            writer.string(error.policyID)
            writer.key("message")
            writer.string(Fault(rawValue: error.fault)?.message ?? "fault \(error.fault)")
            writer.endObject()
        }
        writer.endArray()
        writer.key("obligations")
        writer.beginArray()
        for obligation in obligations {
            writer.beginObject()
            writer.key("kind")
            writer.string("\(obligation.kind)")
            if !obligation.name.isEmpty {
                writer.key("name")
                writer.string(obligation.name)
            }
            writer.key("value")
            writer.string(obligation.value)
            writer.endObject()
        }
        writer.endArray()
        writer.key("policyVersion")
        writer.string(HexadecimalDigits(policyVersion).text)
        writer.key("revision")
        writer.integer(Int64(clamping: revision))
        writer.key("decisionId")
        writer.string(HexadecimalDigits(decisionID).text)
        writer.endObject()
        return String(decoding: writer.bytes, as: UTF8.self)
    }
}
