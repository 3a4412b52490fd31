import CedarTestSupport
import Testing

@Suite("The machine and the tree evaluator agree")
struct MachineAgreementTests {
    /// A small part of what `compare-evaluators` runs on demand.
    @Test(arguments: 1...4)
    func onGeneratedCases(seed: Int) throws {
        var machine = MachineEvaluator()
        var requests = 0
        var allowed = 0
        var erroring = 0
        for index in 0..<250 {
            let policyCase = CaseGenerator.makeCase(seed: UInt64(seed), index: index)
            let (differences, answers) = try policyCase.compared(&machine)
            #expect(differences.isEmpty, "\(differences)")
            requests += answers.count
            allowed += answers.count { $0.isAllowed }
            erroring += answers.count { !$0.errors.isEmpty }
        }
        // The cases must reach every kind of outcome, or agreement proves nothing.
        #expect(allowed > 0)
        #expect(allowed < requests)
        #expect(erroring > 0)
    }
}
