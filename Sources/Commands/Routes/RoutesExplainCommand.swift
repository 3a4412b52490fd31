import ArgumentParser
import CedarEngine
import CedarSyntax
import Routes

/// `writ routes explain`: which route takes a request, what it makes of it, and why not another.
struct RoutesExplainCommand: AsyncParsableCommand, JSONPrinting {
    static let configuration = CommandConfiguration(
        commandName: "explain",
        abstract: "Show which route takes a request, and what it makes of it.",
        discussion: """
            The path is normalised and refused as the service does it.

            Exit codes: 0 a route takes the request, 2 none does or it is refused (a deny),
            1 failure.

            Examples:
              writ routes explain GET https://api.example.org/accounts/a-1/balances
              writ routes explain POST '/payments?dry=true' --header 'x-consent-id: c-1'
              writ routes explain POST /payments --body pay.json --extension tenant=acme
            """)

    @Argument(help: ArgumentHelp("The method, in upper case.", valueName: "method"))
    var method: String

    @Argument(help: ArgumentHelp("A URL, or a path.", valueName: "url"))
    var url: String

    @Option(
        name: [.customShort("H"), .long],
        help: ArgumentHelp("A header field; may be repeated.", valueName: "name: value"))
    var header: [String] = []

    @Option(
        help: ArgumentHelp(
            "What the gateway's configuration says; may be repeated.", valueName: "name=value"))
    var `extension`: [String] = []

    @Option(
        help: ArgumentHelp(
            "A JSON body, for routes that read one; - is standard input. Without, there is none.",
            valueName: "file"))
    var body: String?

    @Option(help: ArgumentHelp("The host of a path without one.", valueName: "name"))
    var host = "localhost"

    @Option(help: ArgumentHelp("The routes file.", valueName: "file"))
    var routes = "routes.yaml"

    @Flag(help: "Show every route that does not match, not the nearest ten only.")
    var all = false

    @Flag(help: "Print the explanation as JSON.")
    var json = false

    func run() async throws {
        let table = try InputFile(routes).routes()
        let outcome = try explain(table)
        printLine(json ? outcome.json() : outcome.text(file: routes, all: all))
        guard outcome.isMatched else { throw ExitCode.denied }
    }

    private func explain(_ table: RouteTable) throws(Failure) -> RouteOutcome {
        let fields = try fields()
        var request = HTTPRequest()
        for entry in self.extension {
            let (name, value) = try split(entry, at: "=", "extension; write it as `name=value`")
            request.extensions.append(name: Array(name.utf8).span, value: Array(value.utf8).span)
        }
        if let body {
            let bytes = try InputFile(body).bytes
            request.body.set(whole: bytes.span)
        } else {
            request.body.setAbsent()
        }
        let (host, target) = parts()
        do throws(RequestRefusal) {
            for field in fields {
                try table.take(
                    name: Array(field.name.utf8).span, value: Array(field.value.utf8).span,
                    into: &request.headers)
            }
            try request.read(
                method: Array(method.utf8).span, host: Array(host.utf8).span,
                target: Array(target.utf8).span)
        } catch {
            return RouteOutcome(
                table: table, request: request, refusal: error, explanation: nil, question: nil)
        }
        let explanation = RouteExplanation(request, in: table)
        guard let number = explanation.matched else {
            return RouteOutcome(
                table: table, request: request, refusal: RequestRefusal(.unmatched),
                explanation: explanation, question: nil)
        }
        var composer = RouteComposer()
        do throws(RequestRefusal) {
            let question = try composer.compose(request, number, of: table)
            return RouteOutcome(
                table: table, request: request, refusal: nil, explanation: explanation,
                question: RouteOutcome.Question(
                    question, http: try composer.describe(request, number, of: table)))
        } catch {
            return RouteOutcome(
                table: table, request: request, refusal: error, explanation: explanation,
                question: nil)
        }
    }

    /// The header fields; a body is JSON unless they say otherwise.
    private func fields() throws(Failure) -> [(name: String, value: String)] {
        var fields: [(name: String, value: String)] = []
        for field in header {
            fields.append(try split(field, at: ":", "header field; write it as `name: value`"))
        }
        if body != nil, !fields.contains(where: { $0.name.lowercased() == "content-type" }) {
            fields.append(("content-type", "application/json"))
        }
        return fields
    }

    private func split(
        _ text: String, at separator: Character, _ what: String
    ) throws(Failure) -> (name: String, value: String) {
        guard let place = text.firstIndex(of: separator) else {
            throw Failure("`\(text)` is no \(what)")
        }
        return (String(text[..<place]), String(text[text.index(after: place)...]))
    }

    /// The host and the target of the URL, each as a client would send it.
    private func parts() -> (host: String, target: String) {
        let lower = url.lowercased()
        let schemes = ["https://", "http://"]
        guard let scheme = schemes.first(where: { lower.hasPrefix($0) }) else {
            return (host, url)
        }
        let rest = url.dropFirst(scheme.count)
        let end = rest.firstIndex { "/?#".contains($0) } ?? rest.endIndex
        let target = rest[end...]
        return (String(rest[..<end]), target.hasPrefix("/") ? String(target) : "/" + target)
    }
}
