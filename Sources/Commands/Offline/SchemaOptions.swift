import ArgumentParser
import CedarSchema
import CedarSyntax

/// The two ways in which schemas are written.
enum SchemaFormat: String, CaseIterable, ExpressibleByArgument {
    case cedar, json
}

/// How a schema is given to a command that can do without one.
struct SchemaOptions: ParsableArguments {
    @Option(
        name: [.customShort("s", allowingJoined: true), .long],
        help: ArgumentHelp(
            "A schema: gives entities and context their types, and both they and the request must "
                + "conform to it.",
            valueName: "file"))
    var schema: String?

    @Option(help: "How the schema is written; seen from its text when not given.")
    var schemaFormat: SchemaFormat?

    /// Reads the schema, if one is given.
    func parsed() throws(Failure) -> Schema? {
        guard let schema else { return nil }
        return try InputFile(schema).schema(schemaFormat)
    }
}
