import CedarSchema
import CedarSyntax
import JSON

/// One expected decision, in the format of the reference's `cedar run-tests`.
struct PolicyTest {
    let name: String
    let request: TreeRequest
    let expectsAllow: Bool
    /// The ids of the policies that must determine the decision.
    let reasons: Set<Text>
    /// How many policies must error.
    let errorCount: Int
    /// What stands for the entities: a file beside the tests, or themselves.
    let entities: Entities

    enum Entities {
        /// A path relative to the tests' folder.
        case file(String)
        case inline([Entity])
    }

    /// Reads one test; with a schema, request and entities are read with its types and must conform.
    init(_ node: JSONNode, _ json: ValueJSON, schema: Schema? = nil) throws(DataError) {
        name = Self.name(of: node, json)
        guard json.tape.kind(node) == .object else {
            throw json.error(node, "a test must be an object")
        }
        let decision = json.text(try Self.member("decision", of: node, json))
        guard decision == "allow" || decision == "deny" else {
            throw json.error(node, "the decision must be `allow` or `deny`")
        }
        expectsAllow = decision == "allow"
        let list = try Self.member("reason", of: node, json)
        guard json.tape.kind(list) == .array else {
            throw json.error(list, "the reason must be an array of policy ids")
        }
        reasons = Set(json.tape.elements(list).map { json.text($0) })
        let errors = try Self.member("num_errors", of: node, json)
        guard let count = json.tape.integer(errors), count >= 0 else {
            throw json.error(errors, "`num_errors` must be a number from 0")
        }
        errorCount = Int(count)
        let requestNode = try Self.member("request", of: node, json)
        try json.requireContext(requestNode)
        if let schema {
            request = try json.request(requestNode, schema: schema)
            try RequestConformance(schema).check(
                request, places: RequestPlaces(requestNode, in: json))
        } else {
            request = try json.request(requestNode)
        }
        let entityNode = try Self.member("entities", of: node, json)
        if let path = json.tape.string(entityNode) {
            entities = .file(path)
        } else if let schema {
            entities = .inline(try json.entities(entityNode, schema: schema))
        } else {
            entities = .inline(try json.entities(entityNode))
        }
    }

    /// The name of a test that may be broken otherwise.
    static func name(of node: JSONNode, _ json: ValueJSON) -> String {
        json.tape.member(node, "name").flatMap { json.tape.string($0) } ?? "(unnamed)"
    }

    private static func member(
        _ name: StaticString, of node: JSONNode, _ json: ValueJSON
    ) throws(DataError) -> JSONNode {
        guard let member = json.tape.member(node, name) else {
            throw json.error(node, "the test has no `\(name)`")
        }
        return member
    }
}
