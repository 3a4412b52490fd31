import CedarSchema
import CedarSyntax
import Testing

/// How far from the request policies read entities.
@Suite struct LevelTests {
    private func levelErrors(_ policy: String, _ level: Int) throws -> [String] {
        let validator = Validator(
            try Schema.parse(validationSchema), maximumLevel: level)
        return validator.validate(try PolicySet.parse(policy)).map(\.diagnostic.message)
    }

    @Test(arguments: [
        ("context.device.id == \"a\"", 0),
        ("principal == resource.owner || principal.age > 3", 1),
        ("principal is User", 0),
        ("principal in Group::\"g\"", 1),
        ("principal has email && principal.email == \"\"", 1),
        ("principal.address.city == \"\"", 1),
        ("principal.hasTag(\"a\") && principal.getTag(\"a\").isEmpty()", 1),
        ("resource.owner.age > 3", 2),
        ("resource.owner in Group::\"g\"", 2),
        ("resource.owner has manager.email", 3),
        ("resource.owner has manager && resource.owner.manager.address.city == \"\"", 3),
        ("principal.hasTag(resource.owner.name)", 2),
        ("(if principal.age > 3 then principal else resource.owner).age > 3", 2),
        ("{a: principal, b: resource.owner}.a.age > 3", 1),
        ("{a: principal, b: resource.owner}.b.age > 3", 2),
        ("(if principal.age > 3 then {a: principal} else {a: resource.owner}).a.age > 3", 2),
        ("true || resource.owner.age > 3", 0),
    ])
    func needsItsLevel(_ condition: String, _ level: Int) throws {
        let policy = viewPolicy(when: condition)
        #expect(try levelErrors(policy, level) == [])
        guard level > 0 else { return }
        let errors = try levelErrors(policy, level - 1)
        #expect(
            errors.contains("this reads entities of level \(level), the limit is \(level - 1)"))
    }

    @Test(arguments: [
        "User::\"a\".age > 3", "User::\"a\" in Group::\"g\"", "User::\"a\".hasTag(\"a\")",
        "(if principal.age > 3 then principal else User::\"a\").age > 3",
    ])
    func literalsCannotBeRead(_ condition: String) throws {
        #expect(
            try levelErrors(viewPolicy(when: condition), 9)
                == ["an entity named in the policy is read, which no level allows"])
        #expect(try findings(viewPolicy(when: condition)) == [])
    }

    @Test func scopesReadAncestors() throws {
        let policy = "permit(principal in ?principal, action in [Action::\"view\"], resource);"
        #expect(try levelErrors(policy, 1) == [])
        #expect(try levelErrors(policy, 0).count == 2)
    }

    @Test func invalidPoliciesHaveNoLevel() throws {
        #expect(
            try levelErrors(viewPolicy(when: "resource.owner.agee > 3"), 0)
                == ["`User` has no attribute `agee`"])
    }
}
