import ArgumentParser
import CedarSyntax
import JSON
import Routes

/// `writ routes import`: makes a routes file of an OpenAPI document.
struct RoutesImportCommand: AsyncParsableCommand, JSONPrinting {
    static let configuration = CommandConfiguration(
        commandName: "import",
        abstract: "Make a routes file of an OpenAPI 3 document.",
        discussion: """
            `operationId` becomes the action, path parameters become captures, and the
            resource is proposed from the path: look it through. What cannot be mapped is
            said on standard error. The document may be YAML or JSON.

            Exit codes: 0 written, 1 failure. With --strict, 1 when there is any warning.

            Examples:
              writ routes import openapi.yaml > routes.yaml
              writ routes import openapi.json --output routes.yaml --strict
            """)

    @Argument(help: ArgumentHelp("The OpenAPI document.", valueName: "file"))
    var file: String

    @Option(
        name: [.short, .long],
        help: ArgumentHelp("Where to write; a file that is there is left alone.", valueName: "file")
    )
    var output: String?

    @Flag(help: "Fail, and write nothing, when something cannot be mapped.")
    var strict = false

    @Flag(help: "Print routes and warnings as JSON.")
    var json = false

    func run() async throws {
        let input = try InputFile(file)
        let document = try DocumentNode(input)
        let result: OpenAPIImport
        do throws(DocumentError) {
            result = try OpenAPIImport(document)
        } catch {
            throw input.failure(error)
        }
        if !json || strict {
            for warning in result.warnings { tell(warning, in: input) }
        }
        // What was made must be good: two paths of a document may be one to a router.
        _ = try InputFile(name: "the routes made of \(input.name)", bytes: Array(result.text.utf8))
            .routes()
        guard !strict || result.warnings.isEmpty else {
            throw Failure("\(result.warnings.count) warnings, and `--strict` is set")
        }
        if let output { try NewFile(output).create(Array(result.text.utf8)) }
        if json {
            printLine(report(result, input))
        } else if output == nil {
            printLine(String(result.text.dropLast()))
        }
    }

    private func tell(_ warning: OpenAPIImport.Warning, in input: InputFile) {
        let (line, column) = (warning.place.line, warning.place.column)
        guard json else {
            return printError("warning: \(input.name):\(line):\(column): \(warning.message)")
        }
        let start = input.offset(line: line, column: column)
        let diagnostic = Diagnostic(
            severity: .warning, span: input.word(at: start), message: warning.message)
        report(warning: Failure([diagnostic], in: input))
    }

    private func report(_ result: OpenAPIImport, _ input: InputFile) -> String {
        var writer = JSONWriter()
        writer.beginObject()
        writer.key("count")
        writer.integer(Int64(result.count))
        writer.key("routes")
        writer.string(result.text)
        writer.key("warnings")
        writer.beginArray()
        for warning in result.warnings {
            writer.beginObject()
            writer.key("line")
            writer.integer(Int64(warning.place.line))
            writer.key("column")
            writer.integer(Int64(warning.place.column))
            writer.key("message")
            writer.string(warning.message)
            writer.endObject()
        }
        writer.endArray()
        writer.endObject()
        return String(decoding: writer.bytes, as: UTF8.self)
    }
}
