import ArgumentParser
import CedarEngine
import CedarSchema
import CedarSyntax
import JSON

/// `writ evaluate`: the value of one expression.
struct EvaluateCommand: CedarCommand, JSONPrinting {
    static let configuration = CommandConfiguration(
        commandName: "evaluate",
        abstract: "Evaluate an expression.",
        discussion: """
            The expression may read principal, action, resource and context when a
            request is given, and entities when these are. One that begins with a minus
            sign comes after --.

            Exit codes: 0 it has a value, 1 it has none, 2 wrong usage.

            Examples:
              writ evaluate '1 + 2 * 3'
              writ evaluate 'principal.level >= 3' --entities e.json --request-json r.json
              writ evaluate --json '{"sevens": [7, 7]}'
            """)

    @OptionGroup var request: RequestOptions

    @OptionGroup var schema: SchemaOptions

    @Option(
        help: ArgumentHelp("The entities, a JSON file; none when not given.", valueName: "file"))
    var entities: String?

    @OptionGroup var validation: RequestValidationOption

    @Argument(help: "The expression.")
    var expression: String

    @Flag(help: "Print the value as JSON, as entities' attributes are written.")
    var json = false

    @OptionGroup var reporting: ReportOptions

    func run() async throws {
        let value = try value()
        if json {
            var writer = JSONWriter()
            writer.beginObject()
            writer.key("value")
            writer.write(value.sorted)
            writer.endObject()
            printLine(String(decoding: writer.bytes, as: UTF8.self))
        } else {
            // The original begins its output with an empty line.
            printLine("\n" + value.text)
        }
    }

    private func value() throws(Failure) -> Value {
        let schema = try self.schema.parsed()
        let request = self.request.isGiven ? try validation.request(self.request, schema) : nil
        let input = InputFile(name: "the expression", bytes: Array(expression.utf8))
        let expression = try input.expression()
        if request == nil, let variable = expression.firstVariable {
            throw Failure(
                [
                    Diagnostic(
                        span: variable.span,
                        message: "`\(variable.name.rawValue)` has no value: there is no request",
                        help: "give --principal, --action and --resource, or --request-json")
                ], in: input)
        }
        let table = try entityTable(schema)
        var evaluator: ExpressionEvaluator
        do throws(FlatEncoder.Failure) {
            evaluator = try ExpressionEvaluator(request ?? .nobody, table)
        } catch {
            throw Failure("the request cannot be used: \(error.message)")
        }
        do throws(EvaluationError) {
            return try evaluator.value(of: expression)
        } catch {
            throw Failure([Diagnostic(span: error.span, message: error.message)], in: input)
        }
    }

    private func entityTable(_ schema: Schema?) throws(Failure) -> EntityTable {
        guard let entities else {
            return try InputFile(name: "no entities", bytes: []).table([])
        }
        let file = try InputFile(entities)
        return try file.table(file.entities(schema: schema))
    }
}

extension TreeRequest {
    /// Stands for a request that nothing reads.
    fileprivate static var nobody: TreeRequest {
        let uid = EntityUID(type: "None", id: "")
        return TreeRequest(principal: uid, action: uid, resource: uid)
    }
}

extension Expression {
    /// A variable of a request that the expression reads.
    fileprivate var firstVariable: (name: Variable, span: SourceSpan)? {
        var open = [self]
        while let next = open.popLast() {
            if case .variable(let name) = next.kind { return (name, next.span) }
            open += next.parts.reversed()
        }
        return nil
    }

    /// The expressions directly inside, in source order.
    private var parts: [Expression] {
        switch kind {
        case .bool, .long, .string, .entity, .variable: []
        case .not(let part), .negate(let part), .isEmpty(let part), .attribute(let part, _),
            .has(let part, _), .like(let part, _):
            [part]
        case .binary(_, let left, let right): [left, right]
        case .and(let parts), .or(let parts), .set(let parts), .call(_, let parts): parts
        case .record(let members): members.map(\.value)
        case .ifThenElse(let guarded, let then, let otherwise): [guarded, then, otherwise]
        case .isType(let part, _, let ancestor): [part] + (ancestor.map { [$0] } ?? [])
        }
    }
}
