import CedarSchema
import CedarSyntax
import Testing

/// Where the permissive mode differs from the strict one.
@Suite struct PermissiveValidationTests {
    @Test(arguments: [
        #"principal.age == "3""#,
        #"principal.tries == [] && [].isEmpty()"#,
        #"principal.tries.contains("a")"#,
        #"principal.tries.containsAll(["a"])"#,
        #"[principal, resource].contains(1)"#,
        #"(if principal.age > 3 then principal else resource) has name"#,
        #"(if principal.age > 3 then principal else resource) is Photo"#,
        #"(if principal.age > 3 then {a: 1} else {a: 1, b: 2}).a == 1"#,
        #"(if principal.age > 3 then {a: 1} else {a: 1, b: 2}) has b"#,
        #"(if principal.age > 3 then {a: 1} else {a: 1, b: 2}) has c"#,
        #"ip(principal.name).isLoopback()"#,
        #"principal in [principal, resource]"#,
        #"principal in []"#,
        #"context.device == {id: "a"}"#,
    ])
    func acceptsWhatStrictRefuses(_ condition: String) throws {
        let policy = viewPolicy(when: condition)
        #expect(
            try findings(policy, mode: .permissive).filter { !$0.hasPrefix("warning") } == [])
        #expect(try !findings(policy).isEmpty || condition.contains(" is Photo"))
    }

    @Test(arguments: [
        #"principal.nmae == "a""#, #"principal.email == """#, #"1 + "a" == 2"#,
        #"principal.name > "a""#, #"[1, "a"].contains(1)"#,
        #"(if principal.age > 3 then 1 else "a") == 1"#, #"ip("300.0.0.1").isLoopback()"#,
        #"ip(1).isLoopback()"#, #"principal is Usr"#,
        #"(if principal.age > 3 then principal else resource).name == """#,
        #"(if principal.age > 3 then {a: 1} else {a: 1, b: 2}).b == 1"#,
        #"(if principal.age > 3 then {a: 1} else {b: 2}).a == 1"#,
    ])
    func refuses(_ condition: String) throws {
        #expect(try !findings(viewPolicy(when: condition), mode: .permissive).isEmpty)
    }

    @Test func emptySetOfActionsIsOfNoUse() throws {
        #expect(
            try findings("permit(principal, action in [], resource);", mode: .permissive)
                == ["1:19 the scope matches no request: no action satisfies it"])
    }
}
