import CedarSyntax
import CedarTestSupport
import JSON
import Testing

/// Text → JSON → text keeps the tree, and so does text → tree → text.
@Suite struct PolicyJSONRoundTripTests {
    /// The policies of the recorded corpus; skipped without it: see `Corpus`.
    @Test(
        .enabled(if: Corpus.isPresent, "set WRIT_CORPUS to the directory of the corpus"),
        arguments: ["edges", "handwritten", "generated", "validator", "entities"])
    func corpus(file: String) throws {
        var count = 0
        for row in try Corpus.rows("cedar/\(file).jsonl") {
            guard let member = row.member(row.root, "policies"), let source = row.bytes(member),
                let set = try? PolicySet.parse(source)
            else { continue }
            try check(set)
            count += set.members.count
        }
        #expect(count > 0 || file == "entities")
    }

    @Test func generatedPolicies() throws {
        var count = 0
        for index in 0..<400 {
            let text = CaseGenerator.makeCase(seed: 3, index: index).policies
            let set = try PolicySet.parse(text.utf8)
            try check(set)
            count += set.members.count
        }
        #expect(count > 1_000)
    }

    @Test func idsLinksAndTemplatesAreKept() throws {
        var set = try PolicySet.parse(
            "permit(principal == ?principal, action, resource); forbid(principal, action, resource);"
        )
        try set.link(
            templateID: "policy0", newID: "é\"",
            values: SlotValues(principal: EntityUID(type: "A::B", id: "")))
        let read = try PolicySet.parse(json: try set.json(style: .pretty))
        #expect(read.members.map(\.id) == ["policy0", "policy1"])
        #expect(read.members.map(\.isTemplate) == [true, false])
        #expect(read.links == set.links)
    }

    private func check(_ set: PolicySet) throws {
        let printed = try PolicySet.parse(try set.cedarText())
        #expect(
            printed.members.map { $0.policy.shape() } == set.members.map { $0.policy.shape() })
        let read = try PolicySet.parse(json: try set.json())
        #expect(read.members.count == set.members.count)
        let expected = Dictionary(
            uniqueKeysWithValues: set.members.map { ($0.id, $0.policy.shape(desugars: true)) })
        for member in read.members {
            let text = try member.policy.cedarText()
            let again = try PolicySet.parse(text).members[0].policy
            #expect(again.shape(desugars: true) == expected[member.id], "\(text)")
            #expect(member.policy.shape() == again.shape(), "\(text)")
        }
    }
}
