import ArgumentParser
import CedarSyntax
import JSON

/// `writ configuration`: the file that `writ serve` is told everything by.
struct ConfigurationCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "configuration",
        abstract: "Write, explain and check the configuration of `writ serve`.",
        discussion: """
            Exit codes: 0 done, 1 failure.

            Examples:
              writ configuration example > writ.yaml
              writ configuration reference socket.threads
              writ configuration check writ.yaml
            """,
        subcommands: [
            ConfigurationExampleCommand.self, ConfigurationReferenceCommand.self,
            ConfigurationCheckCommand.self,
        ],
        aliases: ["config"])
}

/// `writ configuration example`: a configuration with every key.
struct ConfigurationExampleCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "example",
        abstract: "Print a configuration with every key, explained.",
        discussion: """
            It serves as it is, in a folder that `writ new` made, with a store: its first
            lines say how. What need not be given is a comment, with its default or an
            example.

            Exit codes: 0 printed, 1 failure.

            Examples:
              writ configuration example > writ.yaml
              writ configuration example --output writ.yaml
            """)

    @Option(
        name: [.short, .long],
        help: ArgumentHelp("Where to write; a file that is there is left alone.", valueName: "file")
    )
    var output: String?

    func run() async throws {
        let text = ConfigurationExample(ServiceConfiguration.section).text
        guard let output else { return printLine(String(text.dropLast())) }
        try NewFile(output).create(Array(text.utf8))
    }
}

/// `writ configuration reference`: what keys mean.
struct ConfigurationReferenceCommand: AsyncParsableCommand, JSONPrinting {
    static let configuration = CommandConfiguration(
        commandName: "reference",
        abstract: "Say what keys of the configuration mean, take, and are without being given.",
        discussion: """
            All keys, or the named one and those below it. `NAME` in the name of a key
            stands for a name of your own.

            With --json, a JSON Schema of the whole configuration, by which editors
            complete and check it: those with the YAML language server take it from a first
            line such as `# yaml-language-server: $schema=writ.schema.json`.

            Exit codes: 0 printed, 1 there is no such key.

            Examples:
              writ configuration reference
              writ configuration reference http.authzen
              writ configuration reference --json > writ.schema.json
            """)

    @Argument(help: ArgumentHelp("A key, as in `socket.threads`.", valueName: "key"))
    var key: String?

    @Flag(help: "Print a JSON Schema.")
    var json = false

    func validate() throws {
        if json, key != nil { throw ValidationError("--json prints all keys: leave out the key") }
    }

    func run() async throws {
        let section = ServiceConfiguration.section
        if json {
            return printLine(String(decoding: section.jsonSchema(), as: UTF8.self))
        }
        let reference = ConfigurationReference(section)
        let entries = key.map { reference.entries(below: $0) } ?? reference.entries
        guard !entries.isEmpty else {
            let near = key.flatMap { reference.nearest(to: $0) }
            throw Failure(
                "there is no key `\(key ?? "")`",
                help: near.map { "did you mean `\($0)`?" }
                    ?? "`writ configuration reference` lists all keys")
        }
        let terminal = Terminal.output
        printLine(
            entries.map { $0.lines(terminal).joined(separator: "\n") }.joined(separator: "\n\n"))
    }
}

/// `writ configuration check`: whether a service would start.
struct ConfigurationCheckCommand: AsyncParsableCommand, JSONPrinting {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "Check a configuration and the files it names, without serving.",
        discussion: """
            Reads the keys, then policies, links, schema, routes, trust bundles, keys of
            tokens, certificates and the store, as a start does. Every wrong key and value
            is told at once, and then everything that is wrong with the files. Sockets and
            addresses are not opened; that a socket's directory is missing, not safe, or
            keeps those out who may connect is told, as a start by this user would. Of
            sockets that a service manager or another user has opened nothing is said.
            `writ serve --check` does the same.

            Exit codes: 0 the service would start, 1 it would not.

            Examples:
              writ configuration check
              writ configuration check /etc/writ/writ.yaml --json
            """)

    @Argument(help: ArgumentHelp("The configuration.", valueName: "file"))
    var file = "writ.yaml"

    @Flag(help: "Print the result as JSON.")
    var json = false

    func run() async throws {
        let check = try ConfigurationCheck(file)
        for warning in check.warnings { report(warning: Failure(warning, file: file)) }
        guard json else { return printLine(check.words) }
        var writer = JSONWriter()
        writer.beginObject()
        writer.key("valid")
        writer.boolean(true)
        writer.key("policies")
        writer.integer(Int64(check.policyCount))
        writer.key("routes")
        writer.integer(Int64(check.routeCount))
        writer.key("listeners")
        writer.strings(check.configuration.listenerNames)
        writer.endObject()
        printLine(String(decoding: writer.bytes, as: UTF8.self))
    }
}

extension ConfigurationCheck {
    /// What was found to be good, for people.
    var words: String {
        let policies = policyCount == 1 ? "1 policy" : "\(grouped(policyCount)) policies"
        let routes = routeCount == 1 ? "1 route" : "\(grouped(routeCount)) routes"
        return "the configuration is good: \(policies), \(routes), listeners "
            + configuration.listenerNames.joined(separator: ", ")
    }
}
