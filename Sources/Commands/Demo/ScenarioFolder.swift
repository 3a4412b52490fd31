import CedarSyntax
import Foundation
import JSON

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
            for node in json.tape.elements(json.tape.root) {
                tests.append(try PolicyTest(node, json))
            }
            return tests
        } catch {
            throw file.failure(error)
        }
    }
}
