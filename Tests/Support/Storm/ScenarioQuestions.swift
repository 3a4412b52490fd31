import CedarEngine
import CedarSyntax
import DecisionPoint
import Glibc
import JSON
import WritClient

/// The scenario's questions with their expected answers, and the engine that knows all others.
struct ScenarioQuestions {
    /// A question of the scenario's tests.
    struct Known: Sendable {
        let name: String
        let tree: TreeRequest
        let encoded: EncodedRequest
        let isAllowed: Bool
        let reasons: Set<String>
    }

    let known: [Known]
    let engine: Engine

    init(_ folder: String) throws {
        let ruleset = try PolicySource(path: folder + "/policies.cedar").load()
        let entities = try Self.json(folder + "/entities.json")
        engine = Engine(
            ruleset: ruleset, entities: try EntityTable(entities.entities(entities.tape.root)))

        let json = try Self.json(folder + "/tests.json")
        known = try json.tape.elements(json.tape.root).map { node in
            guard let request = json.tape.member(node, "request"),
                let decision = json.tape.member(node, "decision"),
                let reasons = json.tape.member(node, "reason"),
                let name = json.tape.member(node, "name")
            else { throw Finding("a test needs name, request, decision and reason") }
            let tree = try json.request(request)
            return Known(
                name: json.text(name).string, tree: tree, encoded: try EncodedRequest(tree),
                isAllowed: json.tape.string(decision) == "allow",
                reasons: Set(json.tape.elements(reasons).compactMap { json.tape.string($0) }))
        }
        guard !known.isEmpty else { throw Finding("`\(folder)` has no tests") }
    }

    private static func json(_ path: String) throws -> ValueJSON {
        guard let file = unsafe fopen(path, "rb") else { throw Finding("cannot read `\(path)`") }
        defer { unsafe fclose(file) }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = unsafe fread(&buffer, 1, buffer.count, file)
            if count == 0 { break }
            bytes += buffer[..<count]
        }
        return ValueJSON(try JSONTape(parsing: bytes))
    }
}

extension ScenarioQuestions.Known {
    /// Whether an answer is the expected one.
    func isMet(by answer: Answer) -> Bool {
        answer.isAllowed == isAllowed && answer.cause == .decided && answer.errors.isEmpty
            && Set(answer.reasons) == reasons && answer.reasons.count == reasons.count
    }
}
