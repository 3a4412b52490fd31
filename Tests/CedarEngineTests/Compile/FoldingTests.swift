@testable import CedarEngine
import CedarSyntax
import Testing

@Suite struct FoldingTests {
    static let known = [
        "1 + 2 == 3", "!false", "-(3) == 0 - 3", #""abc" like "a*c""#, "[1, 2].contains(2)",
        "[1, 2].containsAll([1])", "[1, 2].containsAny([2, 3])", "[].isEmpty()",
        "{a: 1}.a == 1", "{a: {b: 1}} has a.b", "[1 + 1, 2].contains(2)",
        "{a: 1 + 1} == {a: 2}", #"User::"a" is User"#, #"User::"a" != User::"b""#,
        #"ip("10.0.0.1").isInRange(ip("10.0.0.0/8"))"#,
        #"decimal("1.5").lessThan(decimal("2.0"))"#,
        #"datetime("2024-01-01").offset(duration("1d")) == datetime("2024-01-02")"#,
        #"duration("90m").toHours() == 1"#, "if true then 1 < 2 else context.nothing",
        "true && true", "false || !false", "true || context.nothing", "!(false && context.nothing)",
        "2 * 3 >= 6", "(if 1 == 1 then 5 else 6) == 5",
    ]

    /// What is known beforehand takes one step.
    @Test(arguments: known)
    func foldsToOneConstant(_ expression: String) throws {
        let policy = "permit(principal, action, resource) when { \(expression) };"
        #expect(try operations(of: policy) == [[.constant, .end]])
        #expect(try decide(policy).verdict == .allow)
        let opposite = "permit(principal, action, resource) unless { \(expression) };"
        #expect(try decide(opposite).verdict == .deny(.policies))
        #expect(try decide(opposite).errors.isEmpty)
    }

    static let faulty: [(String, Fault)] = [
        (#"1 + "a" == 2"#, .typeError), ("9223372036854775807 + 1 == 0", .overflow),
        ("-(-9223372036854775808) == 0", .overflow), ("{a: 1}.b == 1", .missingAttribute),
        (#"ip("x").isIpv4()"#, .invalidExtensionValue), ("!1", .typeError),
        (#"1 < "a""#, .typeError), ("if 1 then true else true", .typeError),
        ("1 && context.flag", .typeError), ("1 || true", .typeError), ("1", .typeError),
        ("true && 1", .typeError), ("1.contains(1)", .typeError),
        (#"1 like "a""#, .typeError), ("1 is User", .typeError), ("1 has a", .typeError),
        ("context.flag && 1", .typeError), ("true && context.count", .typeError),
        ("context.count && true", .typeError), ("context.count || false", .typeError),
        ("!(true && context.count)", .typeError), ("[1, 1 + true].contains(1)", .typeError),
        ("{a: true, b: !2}.a", .typeError),
    ]

    @Test(arguments: faulty.map(\.0))
    func whatAlwaysFaultsKeepsFaulting(_ expression: String) throws {
        guard let row = Self.faulty.first(where: { $0.0 == expression }) else { return }
        for kind in ["when", "unless"] {
            let decision = try decide(
                "permit(principal, action, resource) \(kind) { \(expression) };")
            #expect(decision.verdict == .deny(.policies))
            #expect(decision.faults == [row.1])
        }
    }

    /// What is not reached does not fault, as before.
    @Test(arguments: [
        ("false && (1 + true == 2)", false), ("true || 1", true), ("context.flag || 1", true),
        ("!context.flag && 1", false), ("if false then 1 < true else true", true),
        ("context.flag && true", true), ("false || context.flag", true),
    ])
    func skipsWhatIsNotReached(_ expression: String, _ isAllowed: Bool) throws {
        let decision = try decide("permit(principal, action, resource) when { \(expression) };")
        #expect(decision.verdict == (isAllowed ? .allow : .deny(.policies)))
        #expect(decision.errors.isEmpty)
    }

    /// What the store says is not known beforehand.
    @Test(arguments: [
        #"User::"alice" in Group::"staff""#, #"User::"alice".age == 30"#, #"User::"alice" has age"#,
        #"User::"alice".hasTag("role")"#, #"User::"alice".getTag("level") == 3"#,
        #"User::"alice" is User in Group::"all""#, #"!(User::"nobody" has age)"#,
    ])
    func entitiesAreAskedForLater(_ expression: String) throws {
        let policy = "permit(principal, action, resource) when { \(expression) };"
        #expect(try decide(policy).verdict == .allow)
        #expect(try operations(of: policy) != [[.constant, .end]])
    }

    /// Each level is worked out once.
    @Test func foldsDeepAndWideLiterals() throws {
        let levels = SyntaxLimits.standard.maximumDepth / 2 - 10
        let sum =
            String(repeating: "1 + (", count: levels) + "0"
            + String(repeating: ")", count: levels)
        let set = String(repeating: "[", count: 100) + "1 + 1" + String(repeating: "]", count: 100)
        let wide = (0..<2000).map { "\($0) + 0" }.joined(separator: ", ")
        for expression in ["\(sum) == \(levels)", "\(set) == \(set)", "[\(wide)].contains(1999)"] {
            let policy = "permit(principal, action, resource) when { \(expression) };"
            #expect(try operations(of: policy) == [[.constant, .end]])
            #expect(try decide(policy).verdict == .allow)
        }
    }

    private func decide(_ policies: String) throws -> Decision {
        try CedarEngineTests.decide(try ruleset(policies), Scene.request, try Scene.table())
    }
}

/// The operations of each policy's program.
func operations(of policies: String) throws -> [[CedarEngine.Operation]] {
    var compiler = Compiler()
    let members = try PolicySet.parse(policies).applicablePolicies
    for member in members { try compiler.read(member.policy) }
    var programs: [[CedarEngine.Operation]] = []
    for (number, member) in members.enumerated() {
        let start = try compiler.compile(member.policy, number: number).start
        programs.append(compiler.code[Int(start)...].map(\.operation))
    }
    return programs
}
