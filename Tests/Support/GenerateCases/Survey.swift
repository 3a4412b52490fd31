import CedarSyntax
import CedarTestSupport

/// Counts what generated cases reach, to see that they are worth running.
struct Survey {
    private var cases = 0
    private var unparsable = 0
    private var policies = 0
    private var requests = 0
    private var allowed = 0
    private var withErrors = 0
    private var policyTexts: [Int] = []
    /// Of conditions, by themselves: whether or not the scope around them matches.
    private var conditions: [String: Int] = [:]
    private var applied: [String: Int] = [:]

    mutating func add(_ policyCase: PolicyCase) {
        cases += 1
        policyTexts.append(policyCase.policies.utf8.count)
        let set: PolicySet
        do throws(Diagnostics) {
            set = try PolicySet.parse(policyCase.policies.utf8)
        } catch {
            unparsable += 1
            print("\(policyCase.id): \(error.all[0].message)\n\(policyCase.policies)")
            return
        }
        policies += set.members.count
        let entities = PlainEntities(policyCase.entities)
        for request in policyCase.requests {
            requests += 1
            let answer = TreeEvaluator.authorize(set, request, entities)
            if answer.isAllowed { allowed += 1 }
            if !answer.errors.isEmpty { withErrors += 1 }
            let evaluator = TreeEvaluator(request: request, entities: entities)
            for member in set.members where !member.policy.isTemplate {
                do throws(TreeFault) {
                    applied["\(try evaluator.isSatisfied(member.policy))", default: 0] += 1
                } catch {
                    applied["\(error)", default: 0] += 1
                }
                for condition in member.policy.conditions {
                    do throws(TreeFault) {
                        conditions["\(try evaluator.bool(condition.body))", default: 0] += 1
                    } catch {
                        conditions["\(error)", default: 0] += 1
                    }
                }
            }
        }
    }

    var text: String {
        let bytes = policyTexts.sorted()
        return """
            cases \(cases), of which \(unparsable) do not parse; policies \(policies)
            bytes of policies: median \(bytes[bytes.count / 2]), largest \(bytes[bytes.count - 1])
            requests \(requests): allowed \(percent(allowed, of: requests)), \
            with errors \(percent(withErrors, of: requests))
            conditions evaluated: \(shares(conditions))
            policies applied: \(shares(applied))
            """
    }

    private func shares(_ counts: [String: Int]) -> String {
        let total = counts.values.reduce(0, +)
        return counts.sorted { $0.value > $1.value }
            .map { "\($0.key) \(percent($0.value, of: total))" }.joined(separator: ", ")
    }

    private func percent(_ part: Int, of whole: Int) -> String {
        let tenths = whole == 0 ? 0 : part * 1_000 / whole
        return "\(tenths / 10).\(tenths % 10) %"
    }
}
