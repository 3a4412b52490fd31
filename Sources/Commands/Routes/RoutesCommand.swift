import ArgumentParser
import CedarSyntax
import JSON
import Routes

/// `writ routes`: the file that says what an HTTP request asks.
struct RoutesCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "routes",
        abstract: "Check and explain the file that says what an HTTP request asks.",
        discussion: """
            A route names the requests it takes by host, method and path, and the action
            and the resource they ask for:

              version: 1
              routes:
                - host: api.example.org
                  method: GET
                  path: /accounts/{account}/balances
                  action: Action::"readBalances"
                  resource: { type: Account, id: "{account}" }
                  context:
                    consent: { header: x-consent-id, type: entity, entity: Consent }

            A request that no route takes is denied. Of several the most specific counts;
            two that are equally specific are refused when the file is loaded.

            Exit codes: 0 done, 1 failure; of `explain` 2 when no route takes the request.

            Examples:
              writ routes import openapi.yaml --output routes.yaml
              writ routes check routes.yaml
              writ routes explain GET https://api.example.org/accounts/a-1/balances
            """,
        subcommands: [
            RoutesExplainCommand.self, RoutesCheckCommand.self, RoutesImportCommand.self,
        ])
}

/// `writ routes check`: reads a file and says what is wrong with it.
struct RoutesCheckCommand: AsyncParsableCommand, JSONPrinting {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "Read a routes file and say what is wrong with it.",
        discussion: """
            Exit codes: 0 the file is good, 1 it is not, or cannot be read.

            Examples:
              writ routes check
              writ routes check gateways/routes.yaml --json
            """)

    @Argument(help: ArgumentHelp("The routes file.", valueName: "file"))
    var file = "routes.yaml"

    @Flag(help: "Print the routes as JSON, the most of it that a program needs.")
    var json = false

    func run() async throws {
        let table = try InputFile(file).routes()
        guard json else {
            let count = table.routes.count
            printLine("\(grouped(count)) \(count == 1 ? "route is" : "routes are") good")
            return
        }
        var writer = JSONWriter()
        writer.beginArray()
        for route in table.routes {
            writer.beginObject()
            writer.key("name")
            writer.string(route.name)
            writer.key("line")
            writer.integer(Int64(route.place.line))
            writer.key("hosts")
            writer.strings(route.hosts.map(\.description))
            writer.key("methods")
            writer.strings(route.methods)
            writer.key("path")
            writer.string(route.path.description)
            writer.key("action")
            writer.string(route.action.description)
            writer.key("resourceType")
            writer.string(route.resourceType.string)
            writer.endObject()
        }
        writer.endArray()
        printLine(String(decoding: writer.bytes, as: UTF8.self))
    }
}
