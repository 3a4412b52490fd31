import ArgumentParser
import CedarSchema
import CedarSyntax

/// Whether requests are checked against the schema.
struct RequestValidationOption: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Whether the request must conform to the schema.", valueName: "true|false"))
    var requestValidation = true

    /// Reads a request and, unless it is told otherwise, checks it.
    func request(
        _ options: RequestOptions, _ schema: Schema?
    ) throws(Failure) -> TreeRequest {
        try options.request(schema: schema, needsContext: true, isChecked: requestValidation)
    }
}
