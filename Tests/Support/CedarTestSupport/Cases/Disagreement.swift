package import CedarSyntax

/// A request that the tree evaluator answers otherwise than the record says.
package struct Disagreement: CustomStringConvertible, Sendable {
    package var caseID: String
    /// The request's place in its case.
    package var request: Int
    package var expected: TreeAnswer
    package var actual: TreeAnswer

    package init(caseID: String, request: Int, expected: TreeAnswer, actual: TreeAnswer) {
        self.caseID = caseID
        self.request = request
        self.expected = expected
        self.actual = actual
    }

    package var description: String {
        "case \(caseID), request \(request): expected \(expected.words), got \(actual.words)"
    }
}

extension RecordedCase {
    /// Returns the requests on which the tree evaluator disagrees with the record.
    package func disagreements() throws(Diagnostics) -> [Disagreement] {
        let policies = try PolicySet.parse(policyCase.policies.utf8)
        let entities = PlainEntities(policyCase.entities)
        var result: [Disagreement] = []
        for (index, request) in policyCase.requests.enumerated() {
            let actual = TreeEvaluator.authorize(policies, request, entities)
            guard actual != answers[index] else { continue }
            result.append(
                Disagreement(
                    caseID: policyCase.id, request: index, expected: answers[index], actual: actual)
            )
        }
        return result
    }
}

extension TreeAnswer {
    fileprivate var words: String {
        let lists = [reasons, errors].map {
            "[\($0.sorted().map(\.string).joined(separator: ", "))]"
        }
        return "\(isAllowed ? "allow" : "deny") by \(lists[0]) with errors in \(lists[1])"
    }
}
