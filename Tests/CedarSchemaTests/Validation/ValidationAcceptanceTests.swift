import CedarSchema
import CedarSyntax
import Testing

/// Policies that strict validation accepts, as the reference does (recorded from cedar-policy 4.12.0).
@Suite struct ValidationAcceptanceTests {
    @Test(arguments: [
        // Capabilities.
        #"principal has email && principal.email == """#,
        #"principal has email && principal["email"] == """#,
        #"principal has manager.email && principal.manager.email == """#,
        #"principal has manager && principal.manager has email && principal.manager.email == """#,
        #"(principal has email || principal has email) && principal.email == """#,
        #"((principal has email && principal.age > 3) || principal has email) && principal.email == """#,
        #"if principal has email then principal.email == "" else false"#,
        #"(if principal has email then principal.age > 3 else principal has email) && principal.email == """#,
        #"(if true then principal has email else false) && principal.email == """#,
        #"(false || principal has email) && principal.email == """#,
        #"(principal has email || false) && principal.email == """#,
        #"context.device has os && context.device.os.name == "x""#,
        #"{a: principal}.a has email && {a: principal}.a.email == """#,
        #"{b: 1, a: context}.a has reason && {a: context, b: 1}.a.reason == """#,
        #"principal.hasTag("a") && principal.getTag("a").contains("b")"#,
        #"principal.hasTag(principal.name) && principal.getTag(principal.name).isEmpty()"#,
        #"principal.hasTag("a" ) && principal.hasTag("a") && principal.getTag("\u{61}").isEmpty()"#,
        #"(if principal.age > 3 then principal else principal) has email && (if principal.age > 3 then principal else principal).email == """#,
        // What is never evaluated is not checked.
        #"false && principal.nmae"#,
        #"true || principal.nmae"#,
        #"if false then principal.nmae else true"#,
        #"if true then true else principal.nmae"#,
        #"principal is User || principal.nmae"#,
        #"principal is Guest && principal.nmae"#,
        #"principal is Guest in 1"#,
        #"principal has nmae && principal.nmae.foo"#,
        #"resource.hasTag("a") && resource.getTag("a")"#,
        #"action == Action::"list" && resource.nope"#,
        #"action in Action::"group" && resource.nope"#,
        #"action in [Action::"group", Action::"read"] || resource.nope"#,
        #"principal in resource && resource.nope"#,
        #"resource in principal && resource.nope"#,
        #"principal == resource && resource.nope"#,
        #"principal != resource || resource.nope"#,
        #"(1 == 1 && "a" == "a") || resource.nope"#,
        #"((true && false) != true) || resource.nope"#,
        // Types.
        #""a" == 1"#,
        #"principal == resource"#,
        #"principal.tries == [1]"#,
        #"principal.tries.contains(1) && [true, false].contains(principal.age > 3)"#,
        #"[[1], principal.tries].contains([2])"#,
        #"[{a: true}, {a: false}].contains({a: principal.age > 3})"#,
        #"principal.tries.containsAll([1]) && principal.tries.containsAny(principal.tries)"#,
        #"principal in Group::"a" && principal in [Group::"a", Group::"b"]"#,
        #"resource in Album::"a" && resource.owner in Group::"g""#,
        #"resource.taken < datetime("2024-01-01").offset(duration("1d"))"#,
        #"resource.taken.durationSince(resource.taken.toDate()) >= resource.taken.toTime()"#,
        #"resource.taken.toTime().toHours() + 1 * 2 - -(3) > -9223372036854775808"#,
        #"principal.score.greaterThanOrEqual(decimal("0.5"))"#,
        #"context.ip.isInRange(ip("10.0.0.0/8")) || context.ip.isLoopback()"#,
        #"(if principal.age > 3 then 1 else 2) == 1"#,
        #"principal.name like "a*" && principal.tries.isEmpty()"#,
        #"resource.color == Color::"red" && resource.color in Color::"blue""#,
        #"principal is Foo::Action || action is Action"#,
    ])
    func accepts(_ condition: String) throws {
        let errors = try findings(viewPolicy(when: condition)).filter { !$0.hasPrefix("warning") }
        #expect(errors == [])
    }

    @Test(arguments: [
        "permit(principal, action, resource);",
        "permit(principal == ?principal, action, resource in ?resource);",
        "permit(principal is User in ?principal, action, resource == ?resource);",
        "permit(principal in Group::\"g\", action in Action::\"read\", resource in Album::\"a\");",
        "permit(principal in User::\"g\", action, resource is Album in Album::\"a\");",
        "permit(principal, action in [Action::\"view\", Action::\"list\"], resource);",
        "permit(principal, action == Shop::Action::\"buy\", resource is Shop::Item);",
        "forbid(principal is Guest, action, resource) when { principal.name > 3 };",
        "forbid(principal, action, resource) when { principal has address.zip } "
            + "when { principal.address.zip == \"1\" };",
    ])
    func acceptsScopes(_ policy: String) throws {
        #expect(try findings(policy) == [])
    }

    /// As deep as the parser lets trees grow.
    @Test(arguments: [
        (String(repeating: "if principal.age > 3 then ", count: 498), "true", " else false"),
        (String(repeating: "(principal.age > 3 && ", count: 498), "true", ")"),
        (String(repeating: "!(principal.age > 3 || ", count: 248), "true", ")"),
    ])
    func acceptsDeepTrees(_ parts: (String, String, String)) throws {
        let levels = parts.0.split(separator: "3").count - 1
        let condition = parts.0 + parts.1 + String(repeating: parts.2, count: levels)
        let errors = try findings(viewPolicy(when: condition)).filter { !$0.hasPrefix("warning") }
        #expect(errors == [])
    }

    /// Records that differ only in their depths cost no more than others.
    @Test func refusesDeepRecords() throws {
        let opening = String(repeating: "{a: ", count: 498)
        let closing = String(repeating: "}", count: 498)
        let condition = "\(opening)1\(closing) == \(opening)\"a\"\(closing)"
        let found = try findings(viewPolicy(when: condition))
        #expect(found.count == 1)
        #expect(
            found[0].hasSuffix(
                "the attribute `a` is `Long` in one record and `String` in the other"))
    }

    @Test func nothingHasNoFindings() throws {
        #expect(try findings("") == [])
    }

    @Test func findingsGoByThePolicyThatHasThem() throws {
        let policies = try PolicySet.parse(
            """
            permit(principal, action, resource);
            permit(principal is Usr, action, resource);
            permit(principal in ?principal, action, resource) when { false };
            """)
        let findings = Validator(try Schema.parse(validationSchema)).validate(policies)
        #expect(findings.map(\.policy) == ["policy1", "policy2"])
        #expect(findings.map(\.diagnostic.severity) == [.error, .warning])
    }
}

@Suite struct ImpossiblePolicyTests {
    private static let warning =
        "warning 1:1 the policy never applies: its scope and conditions are false for every "
        + "request that the schema allows"

    @Test(arguments: [
        "false", "principal is Guest", "principal is User && false", "principal in resource",
        "resource has nope", "!true", "action == Action::\"list\"", "1 == 2",
        "if principal.age > 3 then false else 1 == 2",
    ])
    func warns(_ condition: String) throws {
        #expect(try findings(viewPolicy(when: condition)) == [Self.warning])
    }

    @Test func warnsOfUnless() throws {
        let policy = "permit(principal, action, resource) unless { true };"
        #expect(try findings(policy) == [Self.warning])
    }

    @Test(arguments: ["principal has email", "true", "principal.age > 3 && true"])
    func doesNotWarn(_ condition: String) throws {
        #expect(try findings(viewPolicy(when: condition)) == [])
    }

    @Test func oneKindOfRequestIsEnough() throws {
        #expect(
            try findings("permit(principal, action, resource) when { principal is Guest };") == [])
    }
}
