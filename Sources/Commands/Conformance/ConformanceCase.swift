import CedarEngine
import CedarSchema
import CedarSyntax
import JSON

/// What one check of a case came to.
enum CheckResult {
    case passed
    /// Not as recorded, or not supported yet.
    case failed(String)
}

/// One line of a conformance file, replayed.
///
/// A line is known by its members: `kind` (edges, differential), `entitiesText` (entities), `expected`
/// (validator), else it is a policy set with recorded decisions.
struct ConformanceCase {
    let json: ValueJSON
    let root: JSONNode

    init(_ line: [UInt8]) throws(DataError) {
        do throws(JSONError) {
            json = ValueJSON(try JSONTape(parsing: line))
        } catch {
            throw DataError(error)
        }
        root = json.tape.root
    }

    var id: String { string("id") ?? "?" }

    /// What the line records: `parse`, `evaluate`, `validate`, `entities`, `validator`,
    /// `decisions` or `differential`.
    var kind: String {
        if let kind = string("kind") { return kind }
        if json.tape.member(root, "entitiesText") != nil { return "entities" }
        if json.tape.member(root, "expected") != nil { return "validator" }
        return "decisions"
    }

    func run() -> [CheckResult] {
        switch kind {
        case "parse": [parse()]
        case "evaluate": [evaluate()]
        case "decisions": decisions() + policyVerdicts()
        case "validate": validate()
        case "validator": validator()
        case "entities": entityFile()
        case "differential": differential()
        default: [.failed("`\(kind)` is no kind of case")]
        }
    }

    private func parse() -> CheckResult {
        let policies = json.tape.member(root, "policies").flatMap { json.tape.bytes($0) } ?? []
        let expected = json.tape.member(root, "parses").flatMap { json.tape.boolean($0) }
        do throws(Diagnostics) {
            _ = try PolicySet.parse(policies)
            return expected == true ? .passed : .failed("parses, but must be refused")
        } catch {
            return expected == false
                ? .passed : .failed("must parse, but: \(error.all[0].message)")
        }
    }

    private func evaluate() -> CheckResult {
        switch prepare() {
        case .failure(let message):
            return .failed(message.text)
        case .success(let prepared):
            do throws(DataError) {
                let report = try decide(prepared, root)
                guard let errors = json.tape.member(root, "errors") else {
                    return .failed("the case records no `errors`")
                }
                let expected = json.tape.integer(errors).map(Int.init)
                guard report.errors.count == expected else {
                    return .failed("\(report.errors.count) errors instead of \(expected ?? -1)")
                }
                return compare(decision: report, root)
            } catch {
                return .failed(error.message)
            }
        }
    }

    private func decisions() -> [CheckResult] {
        guard let requests = json.tape.member(root, "requests") else {
            return [.failed("the case has no `requests`")]
        }
        switch prepare() {
        case .failure(let message):
            return json.tape.elements(requests).map { _ in .failed(message.text) }
        case .success(let prepared):
            return json.tape.elements(requests).map { request in
                do throws(DataError) {
                    let report = try decide(prepared, request)
                    return compare(report, request)
                } catch {
                    return .failed(error.message)
                }
            }
        }
    }

    private struct Message: Error {
        let text: String
    }

    /// Policies and entities of a case, and the schema that types them, if it has one.
    private struct Prepared {
        let decision: OfflineDecision
        let schema: Schema?
    }

    private func prepare() -> Result<Prepared, Message> {
        let policies = json.tape.member(root, "policies").flatMap { json.tape.bytes($0) } ?? []
        do {
            let policySet = try PolicySet.parse(policies)
            var schema: Schema?
            if let text = json.tape.member(root, "schema").flatMap({ json.tape.bytes($0) }) {
                schema = try Schema.parse(text)
            }
            var entities: [Entity] = []
            if let node = json.tape.member(root, "entities") {
                if let schema {
                    entities = try json.entities(node, schema: schema)
                } else {
                    entities = try json.entities(node)
                }
            }
            return .success(
                Prepared(
                    decision: OfflineDecision(
                        try Ruleset(policySet, version: 0), try EntityTable(entities)),
                    schema: schema))
        } catch let error as Diagnostics {
            return .failure(Message(text: "policies or schema: \(error.all[0].message)"))
        } catch let error as DataError {
            return .failure(Message(text: "entities: \(error.message)"))
        } catch let error as EntityTable.Failure {
            return .failure(Message(text: "entities: \(error.message)"))
        } catch {
            return .failure(Message(text: "\(error)"))
        }
    }

    private func decide(
        _ prepared: Prepared, _ node: JSONNode
    ) throws(DataError) -> DecisionReport {
        let request: TreeRequest
        if let schema = prepared.schema {
            request = try json.request(node, schema: schema)
        } else {
            request = try json.request(node)
        }
        do throws(Failure) {
            return try prepared.decision.decide(request, .cedar)
        } catch {
            throw DataError(offset: 0, message: error.description)
        }
    }

    private func compare(decision report: DecisionReport, _ node: JSONNode) -> CheckResult {
        let decision = report.verdict == .allow ? "allow" : "deny"
        let expected = json.tape.member(node, "decision").flatMap { json.tape.string($0) }
        guard decision == expected?.lowercased() else {
            return .failed("\(decision) instead of \(expected ?? "nothing")")
        }
        return .passed
    }

    func compare(_ report: DecisionReport, _ node: JSONNode) -> CheckResult {
        if case .failed(let message) = compare(decision: report, node) {
            return .failed(message)
        }
        let reasons = Set(report.reasons.map(\.id))
        guard reasons == texts("reason", node) else {
            return .failed("reasons \(list(reasons)) instead of \(list(texts("reason", node)))")
        }
        let errors = Set(report.errors.map(\.policy.id))
        guard errors == texts("errors", node) else {
            return .failed("errors \(list(errors)) instead of \(list(texts("errors", node)))")
        }
        return .passed
    }

    private func list(_ texts: Set<Text>) -> String {
        "[" + texts.sorted().map(\.string).joined(separator: ", ") + "]"
    }

    private func texts(_ name: StaticString, _ node: JSONNode) -> Set<Text> {
        guard let list = json.tape.member(node, name) else { return [] }
        return Set(json.tape.elements(list).map { json.text($0) })
    }

    private func string(_ name: StaticString) -> String? {
        json.tape.member(root, name).flatMap { json.tape.string($0) }
    }
}
