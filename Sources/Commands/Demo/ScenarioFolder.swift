import CedarSyntax
import Foundation
import JSON

/// One expected decision, in the format of the Rust `cedar run-tests`.
struct PolicyTest {
    let name: String
    let request: TreeRequest
    let expectsAllow: Bool
    /// The ids of the policies that must determine the decision.
    let reasons: Set<Text>
    /// How many policies must error.
    let errorCount: Int
}

/// A folder with policies, entities and tests.
struct ScenarioFolder {
    let path: String

    var policies: String { path + "/policies.cedar" }
    var entities: String { path + "/entities.json" }

    init(path: String) {
        self.path = path
    }

    /// The open-banking scenario that comes with the program.
    static func openBanking() throws(Failure) -> ScenarioFolder {
        guard let path = Bundle.module.resourcePath else {
            throw Failure("the demo's files are not installed: build from a checkout")
        }
        return ScenarioFolder(path: path + "/open-banking")
    }

    /// Reads `tests.json`.
    func tests() throws(Failure) -> [PolicyTest] {
        let file = try InputFile(path + "/tests.json")
        let json = try file.json()
        do throws(DataError) {
            guard json.tape.kind(json.tape.root) == .array else {
                throw json.error(json.tape.root, "tests must be an array")
            }
            var tests: [PolicyTest] = []
            for node in json.tape.elements(json.tape.root) { tests.append(try test(node, json)) }
            return tests
        } catch {
            throw file.failure(error)
        }
    }

    private func test(_ node: JSONNode, _ json: ValueJSON) throws(DataError) -> PolicyTest {
        guard let name = json.tape.member(node, "name"),
            let request = json.tape.member(node, "request"),
            let decision = json.tape.member(node, "decision"),
            let reason = json.tape.member(node, "reason")
        else { throw json.error(node, "a test needs name, request, decision and reason") }
        let expected = json.text(decision)
        guard expected == "allow" || expected == "deny" else {
            throw json.error(decision, "the decision must be `allow` or `deny`")
        }
        let errors = json.tape.member(node, "num_errors").flatMap { json.tape.integer($0) }
        return PolicyTest(
            name: json.text(name).string, request: try json.request(request),
            expectsAllow: expected == "allow",
            reasons: Set(json.tape.elements(reason).map { json.text($0) }),
            errorCount: Int(errors ?? 0))
    }
}
