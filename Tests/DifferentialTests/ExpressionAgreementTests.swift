import CedarEngine
import CedarSyntax
import CedarTestSupport
import Testing

@Suite("Lone expressions and the tree evaluator agree")
struct ExpressionAgreementTests {
    /// Conditions of generated policies, each evaluated alone on each request of its case.
    @Test(arguments: 5...6)
    func onGeneratedConditions(seed: Int) throws {
        var values = 0
        var faults = 0
        for index in 0..<150 {
            let policyCase = CaseGenerator.makeCase(seed: UInt64(seed), index: index)
            let conditions = try PolicySet.parse(policyCase.policies.utf8).members
                .flatMap { $0.policy.conditions.map(\.body) }
            let table = try EntityTable(policyCase.entities)
            for request in policyCase.requests {
                var evaluator = try ExpressionEvaluator(request, table)
                let tree = TreeEvaluator(
                    request: request, entities: PlainEntities(policyCase.entities))
                for condition in conditions {
                    let value = try? evaluator.value(of: condition)
                    let expected = try? tree.value(of: condition)
                    guard let value, let expected else {
                        #expect(value == nil && expected == nil, "\(policyCase.id)")
                        faults += 1
                        continue
                    }
                    values += 1
                    #expect(value.isEqual(to: expected), "\(policyCase.id)")
                    let printed = try evaluator.value(of: Expression.parse(Array(value.text.utf8)))
                    #expect(printed.isEqual(to: expected), "\(value.text)")
                }
            }
        }
        #expect(values > 0)
        #expect(faults > 0)
    }

    @Test("The place of a fault is an expression that faults when it is evaluated alone")
    func places() throws {
        var found = 0
        for index in 0..<150 {
            let policyCase = CaseGenerator.makeCase(seed: 7, index: index)
            let source = policyCase.policies.utf8
            let table = try EntityTable(policyCase.entities)
            for request in policyCase.requests.prefix(2) {
                var evaluator = try ExpressionEvaluator(request, table)
                for member in try PolicySet.parse(source).members {
                    for condition in member.policy.conditions {
                        do throws(EvaluationError) {
                            _ = try evaluator.value(of: condition.body)
                        } catch {
                            found += 1
                            #expect(error.span.start >= condition.body.span.start)
                            #expect(error.span.end <= condition.body.span.end)
                        }
                    }
                }
            }
        }
        #expect(found > 0)
    }
}
