import Cedar
import Testing

private let schemaText = """
    entity Group;
    entity User in [Group] { level: Long, address?: ipaddr };
    entity Photo { owner: User } tags String;
    action view, edit appliesTo { principal: User, resource: Photo, context: { mfa: Bool } };
    """

private let policyText = """
    @note("owners see")
    permit(principal, action == Action::"view", resource)
    when { resource.owner == principal };
    permit(principal in Group::"staff", action, resource) when { context.mfa };
    forbid(principal, action == Action::"edit", resource)
    unless { principal.address.isInRange(ip("10.0.0.0/8")) };
    """

private let alice = EntityID("User", "alice")
private let bob = EntityID("User", "bob")
private let beach = EntityID("Photo", "beach")

private func entities(_ schema: Schema? = nil) throws -> Entities {
    try Entities(
        [
            Entity(alice, attributes: ["level": 3, "address": .ip("10.1.2.3")]),
            Entity(bob, attributes: ["level": 1], parents: [EntityID("Group", "staff")]),
            Entity(EntityID("Group", "staff")),
            Entity(beach, attributes: ["owner": .entity(alice)], tags: ["place": "sea"]),
        ], schema: schema)
}

private func request(
    _ principal: EntityID, _ action: String, mfa: Bool = false, schema: Schema? = nil
) throws -> Request {
    try Request(
        principal: principal, action: EntityID("Action", action), resource: beach,
        context: ["mfa": .bool(mfa)], schema: schema)
}

@Suite("The library Cedar") struct CedarTests {
    @Test func refusesWithPlaceAndSource() throws {
        #expect {
            try PolicySet("permit(principal, action, resource)\nwhen { principal = 1 };", name: "p")
        } throws: { error in
            let error = error as? CedarError
            let place = error?.diagnostics.first?.place
            return place?.line == 2 && place?.column == 18
                && error?.description.contains("p:2:18") == true
        }
        #expect { try Schema("entity User in Nobody;") } throws: { error in
            "\(error)".contains("schema:1:16") && "\(error)".contains("Nobody")
        }
        #expect { try PolicySet(json: #"{"staticPolicies": 1}"#) } throws: { error in
            (error as? CedarError)?.diagnostics.first?.place?.line == 1
        }
        #expect { try Entities(json: "[\n{}]") } throws: { error in
            (error as? CedarError)?.diagnostics.first?.place?.line == 2
        }
        #expect(throws: CedarError.self) { try Entities(json: "[") }
        #expect(throws: CedarError.self) { try Request(json: "{}") }
    }

    @Test func refusesBadValues() throws {
        #expect {
            try Request(principal: EntityID("a b", "x"), action: alice, resource: beach)
        } throws: { "\($0)".contains("`a b` is no entity type") }
        #expect {
            try Request(
                principal: alice, action: alice, resource: beach,
                context: ["from": ["at": .ip("300.0.0.1")]])
        } throws: {
            "\($0)".contains("`context.from.at`: `300.0.0.1` is no valid ip")
        }
        var deep: CedarValue = 1
        for _ in 0..<20_000 { deep = .set([deep]) }
        #expect(throws: CedarError.self) {
            try Request(
                principal: alice, action: alice, resource: beach, context: ["deep": deep])
        }
        // Taken apart step by step: a value as deep as this cannot be released at once.
        while case .set(let elements) = deep, let first = elements.first { deep = first }
    }

    @Test func refusesBadEntities() throws {
        let first = EntityID("Group", "a")
        let second = EntityID("Group", "b")
        #expect {
            try Entities([Entity(first, parents: [second]), Entity(second, parents: [first])])
        } throws: { "\($0)".contains("cycle") }
        #expect {
            try Entities([Entity(alice, attributes: ["level": 1]), Entity(alice)])
        } throws: { "\($0)".contains("twice") }
        let schema = try Schema(schemaText)
        #expect {
            try Entities([Entity(alice, attributes: ["level": "high"])], schema: schema)
        } throws: { "\($0)".contains("level") }
    }

    @Test func refusesRequestsThatDoNotConform() throws {
        let schema = try Schema(schemaText)
        #expect {
            try Request(
                principal: alice, action: EntityID("Action", "view"), resource: beach,
                context: [:], schema: schema)
        } throws: { "\($0)".contains("mfa") }
        #expect { try request(beach, "view", schema: schema) } throws: {
            "\($0)".contains("principal")
        }
        #expect(throws: CedarError.self) { try request(alice, "drop", schema: schema) }
    }

    @Test func decides() throws {
        let schema = try Schema(schemaText)
        let authorizer = try Authorizer(PolicySet(policyText))
        let entities = try entities(schema)
        #expect(entities.count == 6)
        let seen = authorizer.decide(try request(alice, "view", schema: schema), entities)
        #expect(seen.verdict == .allow)
        #expect(seen.reasons == ["policy0"] && seen.errors.isEmpty)
        let hidden = authorizer.decide(try request(bob, "view"), entities)
        #expect(hidden.verdict == .deny(.policies))
        #expect(hidden.reasons.isEmpty && hidden.errors.isEmpty)
        #expect(
            authorizer.decide(try request(bob, "view", mfa: true), entities).reasons == ["policy1"])
    }

    @Test func aForbidThatErrorsDeniesUnlessCedarsRuleIsChosen() throws {
        let entities = try entities()
        let edit = try request(bob, "edit", mfa: true)
        let strict = try Authorizer(PolicySet(policyText)).decide(edit, entities)
        #expect(strict.verdict == .deny(.policyError))
        #expect(strict.errors.map(\.policyID) == ["policy2"])
        let lenient = try Authorizer(PolicySet(policyText), errors: .cedar).decide(edit, entities)
        #expect(lenient.verdict == .allow)
        #expect(lenient.errors == strict.errors)
    }

    @Test func validates() throws {
        let schema = try Schema(schemaText)
        let findings = schema.validate(try PolicySet(policyText, name: "photos.cedar"))
        #expect(findings.map(\.policyID) == ["policy2"])
        #expect(findings.first?.isError == true)
        #expect(findings.first?.diagnostic.place?.line == 6)
        #expect(findings.first?.diagnostic.description.contains("photos.cedar:6") == true)
        let json = try PolicySet(json: try PolicySet(policyText).json())
        let placeless = schema.validate(json)
        #expect(placeless.map(\.diagnostic.message) == findings.map(\.diagnostic.message))
        #expect(placeless.first?.diagnostic.place == nil)
    }

    @Test func linksTemplates() throws {
        var policies = try PolicySet("permit(principal == ?principal, action, resource);")
        #expect { try policies.link("policy1", as: "x", principal: alice) } throws: {
            "\($0)".contains("no template")
        }
        #expect { try policies.link("policy0", as: "x") } throws: {
            "\($0)".contains("`?principal`")
        }
        #expect(throws: CedarError.self) {
            try policies.link("policy0", as: "x", principal: alice, resource: beach)
        }
        #expect(policies.policies.map(\.id) == ["policy0"])
        try policies.link("policy0", as: "alice may", principal: alice)
        #expect(throws: CedarError.self) {
            try policies.link("policy0", as: "alice may", principal: bob)
        }
        #expect(policies.policies.map(\.isTemplate) == [true, false])
        let authorizer = try Authorizer(policies)
        let entities = try entities()
        #expect(authorizer.decide(try request(alice, "view"), entities).reasons == ["alice may"])
        #expect(authorizer.decide(try request(bob, "view"), entities).verdict == .deny(.policies))
    }

    @Test func tellsOfPolicies() throws {
        let policies = try PolicySet(policyText).policies
        #expect(policies.map(\.effect) == [.permit, .permit, .forbid])
        #expect(policies[0].annotations == ["note": "owners see"])
    }

    @Test func threadsShareAnAuthorizer() async throws {
        let authorizer = try Authorizer(PolicySet(policyText))
        let entities = try entities()
        let view = try request(alice, "view")
        let edit = try request(bob, "view")
        await withTaskGroup(of: Bool.self) { group in
            for number in 0..<8 {
                group.addTask {
                    (0..<500).allSatisfy { _ in
                        let decision = authorizer.decide(number % 2 == 0 ? view : edit, entities)
                        return decision.verdict == (number % 2 == 0 ? .allow : .deny(.policies))
                    }
                }
            }
            for await isRight in group { #expect(isRight) }
        }
    }

    @Test func comparesIdentitiesByBytes() {
        #expect(EntityID("User", "\u{E9}") != EntityID("User", "e\u{301}"))
        #expect(EntityID("User", "a\"b").description == #"User::"a\"b""#)
    }
}
