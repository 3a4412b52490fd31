import CedarSyntax
import CedarTestSupport
import JSON
import Testing

@Suite struct CaseGeneratorTests {
    private static let sample = (0..<400).map { CaseGenerator.makeCase(seed: 7, index: $0) }

    private func line(_ policyCase: PolicyCase, answers: [TreeAnswer] = []) -> [UInt8] {
        var writer = JSONWriter()
        policyCase.write(to: &writer, answers: answers)
        return writer.bytes
    }

    @Test func sameSeedAndIndexGiveTheSameCase() {
        for index in 0..<50 {
            let first = line(CaseGenerator.makeCase(seed: 3, index: index))
            #expect(first == line(CaseGenerator.makeCase(seed: 3, index: index)))
        }
    }

    @Test func otherSeedsAndIndexesGiveOtherCases() {
        var seen: Set<Text> = []
        for seed in UInt64(0)..<10 {
            for index in 0..<10 {
                seen.insert(CaseGenerator.makeCase(seed: seed, index: index).policies)
            }
        }
        #expect(seen.count > 95)
    }

    @Test func casesParseAndKeepTheirBounds() throws {
        for policyCase in Self.sample {
            let policies = try PolicySet.parse(policyCase.policies.utf8)
            #expect((1...6).contains(policies.members.count))
            #expect((1...4).contains(policyCase.requests.count))
            #expect(Set(policyCase.entities.map(\.uid)).count == policyCase.entities.count)
        }
    }

    @Test func hierarchiesHaveNoCyclesAndActionsOnlyActionParents() {
        for policyCase in Self.sample {
            let entities = PlainEntities(policyCase.entities)
            for entity in policyCase.entities {
                #expect(!entities.ancestors(of: entity.uid).contains(entity.uid))
                guard entity.uid.type.string.hasSuffix("Action") else { continue }
                #expect(entity.parents.allSatisfy { $0.type.string.hasSuffix("Action") })
            }
        }
    }

    @Test func theJSONReadsBackTheSame() throws {
        for policyCase in Self.sample.prefix(100) {
            let policies = try PolicySet.parse(policyCase.policies.utf8)
            let entities = PlainEntities(policyCase.entities)
            let answers = policyCase.requests.map {
                TreeEvaluator.authorize(policies, $0, entities)
            }
            let written = line(policyCase, answers: answers)
            let read = try RecordedCase(line: written)
            #expect(read.answers == answers)
            #expect(line(read.policyCase, answers: read.answers) == written)
        }
    }

    /// The cases must stay worth running: they reach both outcomes and every fault.
    @Test func reachesWhatMatters() throws {
        var outcomes: [String: Int] = [:]
        var decisions: [Bool: Int] = [:]
        for policyCase in Self.sample {
            let policies = try PolicySet.parse(policyCase.policies.utf8)
            let entities = PlainEntities(policyCase.entities)
            for request in policyCase.requests {
                let answer = TreeEvaluator.authorize(policies, request, entities)
                decisions[answer.isAllowed, default: 0] += 1
                let evaluator = TreeEvaluator(request: request, entities: entities)
                for condition in policies.members.flatMap(\.policy.conditions) {
                    do throws(TreeFault) {
                        outcomes["\(try evaluator.bool(condition.body))", default: 0] += 1
                    } catch {
                        outcomes["\(error)", default: 0] += 1
                    }
                }
            }
        }
        let total = outcomes.values.reduce(0, +)
        #expect(outcomes["true", default: 0] * 100 > total * 20)
        #expect(outcomes["false", default: 0] * 100 > total * 20)
        for fault in [
            TreeFault.typeError, .missingAttribute, .missingTag, .missingEntity, .overflow,
            .badExtensionText, .wrongArgumentCount,
        ] {
            #expect(outcomes["\(fault)", default: 0] > 0, "no condition fails by \(fault)")
        }
        #expect(decisions[true, default: 0] * 100 > (decisions[false] ?? 0) * 15)
        #expect(decisions[false, default: 0] * 100 > (decisions[true] ?? 0) * 15)
    }

    @Test func everyOperatorOccurs() {
        var missing = Set(
            (BinaryOperator.allCases.map(\.rawValue) + ExtensionFunction.allCases.map(\.rawValue)
                + [
                    "&&", "||", "if", "has", "like", "is", "isEmpty", "unless", "when",
                    "?principal",
                ])
                .map { Text($0) })
        for policyCase in Self.sample {
            let text = policyCase.policies.string
            missing = missing.filter { !text.utf8.contains($0.utf8) }
        }
        #expect(missing.isEmpty, "never generated: \(missing.map(\.string))")
    }
}
