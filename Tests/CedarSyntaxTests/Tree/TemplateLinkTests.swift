import CedarSyntax
import Testing

@Suite struct TemplateLinkTests {
    private let user = EntityUID(type: "User", id: "alice")
    private let file = EntityUID(type: "File", id: "f")

    private func set() throws -> PolicySet {
        try PolicySet.parse(
            """
            permit(principal == ?principal, action, resource);
            @n("x") forbid(principal in ?principal, action, resource is File in ?resource)
              when { true };
            permit(principal, action, resource);
            """)
    }

    private func refusal(
        _ template: Text, _ id: Text, _ values: SlotValues
    ) throws -> LinkError? {
        var set = try set()
        try set.link(templateID: "policy0", newID: "first", values: SlotValues(principal: user))
        do {
            try set.link(templateID: template, newID: id, values: values)
            return nil
        } catch {
            #expect(set.links.count == 1)
            #expect(!error.message.isEmpty)
            return error
        }
    }

    @Test func refusals() throws {
        let both = SlotValues(principal: user, resource: file)
        let one = SlotValues(principal: user)
        #expect(try refusal("no", "l", one) == .unknownTemplate("no"))
        #expect(try refusal("policy2", "l", SlotValues()) == .notATemplate("policy2"))
        #expect(try refusal("first", "l", one) == .notATemplate("first"))
        #expect(
            try refusal("policy0", "l", SlotValues())
                == .missingValue(.principal, template: "policy0"))
        #expect(try refusal("policy0", "l", both) == .extraValue(.resource, template: "policy0"))
        #expect(
            try refusal("policy0", "l", SlotValues(resource: file))
                == .missingValue(.principal, template: "policy0"))
        #expect(
            try refusal("policy1", "l", one) == .missingValue(.resource, template: "policy1"))
        for id in ["policy0", "policy1", "policy2", "first"] as [Text] {
            #expect(try refusal("policy0", id, one) == .idInUse(id))
        }
    }

    /// One bad link among several leaves the set as it was.
    @Test func severalLinksAreAddedTogetherOrNotAtAll() throws {
        var set = try set()
        let good = TemplateLink(
            templateID: "policy0", newID: "l", values: SlotValues(principal: user))
        #expect(throws: PolicySet.FailedLink(index: 1, reason: .idInUse("l"))) {
            try set.link([good, good])
        }
        #expect(set.links.isEmpty)
        try set.link([good])
        #expect(set.links == [good])
    }

    @Test func slotsAreFilled() throws {
        var set = try set()
        try set.link(
            templateID: "policy1", newID: "l",
            values: SlotValues(principal: user, resource: file))
        #expect(set.applicablePolicies.map(\.id) == ["policy2", "l"])
        let policy = set.applicablePolicies[1].policy
        #expect(
            try policy.cedarText() == """
                @n("x")
                forbid (principal in User::"alice", action, resource is File in File::"f")
                when { true };
                """)
        #expect(set.members.map(\.isTemplate) == [true, true, false])
    }
}
