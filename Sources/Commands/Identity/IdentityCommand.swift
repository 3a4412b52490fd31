import ArgumentParser
import CedarSyntax
import DecisionPoint

/// `writ identity`: who a certificate or a token is.
struct IdentityCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "identity",
        abstract: "Judge certificates and tokens as a service would.",
        discussion: """
            Exit codes: 0 done, 1 failure; of `inspect` 2 when what is judged is rejected
            or nobody.

            Examples:
              writ identity inspect --config writ.yaml --certificate client.pem
              writ identity schema --device Device >> schema.cedarschema
            """,
        subcommands: [InspectIdentityCommand.self, IdentitySchemaCommand.self])
}

/// `writ identity schema`: the type of what the decision point establishes.
struct IdentitySchemaCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "schema",
        abstract: "Print the Cedar schema of the context member `verified`.",
        discussion: """
            Paste it into a schema and give the contexts that use it the member `verified:
            Verified`. Parts that no policy reads may be left out. What a gateway tells
            about an HTTP request, `verified.http`, is up to the gateway: add the members
            that policies read.

            Exit codes: 0 printed, 1 wrong usage.

            Example:
              writ identity schema --device Device >> schema.cedarschema
            """)

    @Option(
        help: ArgumentHelp(
            "The entity type of devices, which the schema declares.", valueName: "type"))
    var device: String?

    func validate() throws {
        if let device, !EntityTypeName.isValid(Text(device)) {
            throw ValidationError("--device must be an entity type, as in Device")
        }
    }

    func run() async throws {
        printLine(VerifiedSchema.text(device: device))
    }
}
