import CedarSyntax
import Testing

/// Unusual JSON that the reference reads, and the policies that it is, in Cedar's syntax.
@Suite struct PolicyJSONAcceptanceTests {
    struct Row: Sendable, CustomTestStringConvertible {
        var json: String
        var cedar: String
        var testDescription: String { json }

        init(set json: String, _ cedar: String) {
            self.json = json
            self.cedar = cedar
        }

        init(policy: String, _ cedar: String) {
            self.init(set: PolicyJSONText.set(policy: policy), cedar)
        }

        init(when body: String, _ cedar: String) {
            self.init(policy: PolicyJSONText.policy(when: body), cedar)
        }
    }

    @Test(arguments: conditions + policies + sets)
    func isRead(_ row: Row) throws {
        let set = try PolicySet.parse(json: Array(row.json.utf8))
        #expect(try set.cedarText() == row.cedar)
    }

    @Test func onePolicyOrASet() throws {
        let policy = PolicyJSONText.policy(when: #"{"Value":true}"#)
        let one = try PolicySet.parse(jsonPolicyOrSet: Array(policy.utf8))
        #expect(one.members.map(\.id) == ["JSON policy"])
        let set = try PolicySet.parse(
            jsonPolicyOrSet: Array(PolicyJSONText.set(policy: policy).utf8))
        #expect(set.members.map(\.id) == ["p"])
        for (json, message) in [
            ("{}", "neither a policy nor a policy set: it has no member of either"),
            ("[]", "neither a policy nor a policy set: it has no member of either"),
            (
                #"{"effect":"permit","templates":{}}"#,
                "both a policy and a policy set: it has members of both"
            ),
        ] {
            #expect(throws: DataError(offset: 0, message: message)) {
                try PolicySet.parse(jsonPolicyOrSet: Array(json.utf8))
            }
        }
    }

    /// A template without slots decides nothing by itself.
    @Test func templateWithoutSlotsIsATemplate() throws {
        let json =
            #"{"templates":{"t":"# + PolicyJSONText.policy(when: #"{"Value":true}"#)
            + #"},"staticPolicies":{},"templateLinks":[]}"#
        var set = try PolicySet.parse(json: Array(json.utf8))
        #expect(set.applicablePolicies.isEmpty)
        try set.link(templateID: "t", newID: "l", values: SlotValues())
        #expect(set.applicablePolicies.map(\.id) == ["l"])
        let again = try PolicySet.parse(json: try set.json())
        #expect(again.members.map(\.isTemplate) == [true])
        #expect(again.links == set.links)
    }
}
