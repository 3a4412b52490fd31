import Foundation
import Testing

@Suite("writ compile")
struct CompileCommandTests {
    private let workplace: Workplace

    init() throws {
        workplace = try Workplace()
        try workplace.write(
            "p.cedar",
            """
            @id("views")
            permit(principal is User, action == Action::"view", resource)
            when { 1 + 1 == 2 && context.level > 3 };
            @id("beach")
            forbid(principal, action, resource == Photo::"beach");
            @id("template")
            permit(principal == ?principal, action, resource);
            """)
        try workplace.write(
            "s.cedarschema",
            """
            entity User; entity Guest; entity Photo;
            action view appliesTo { principal: [User, Guest], resource: Photo, context: {level: Long} };
            action edit appliesTo { principal: User, resource: Photo };
            """)
    }

    private func compile(_ arguments: String...) throws -> WritProgram.Outcome {
        try WritProgram.run(["compile"] + arguments, in: workplace)
    }

    // MARK: Refusals

    @Test("What cannot be read, parsed or found is refused")
    func refusals() throws {
        try workplace.write("bad.cedar", "permit(principal, action);")
        for (arguments, message) in [
            (["-p", "absent.cedar"], "absent.cedar"), (["-p", "bad.cedar"], "bad.cedar:1"),
            (["-p", "p.cedar", "--policy", "none"], "there is no policy `none` in `p.cedar`"),
            (["-p", "p.cedar", "--policy", "template"], "`template` is a template"),
            (["-p", "p.cedar", "-s", "absent.cedarschema"], "absent.cedarschema"),
        ] {
            let run = try WritProgram.run(["compile"] + arguments, in: workplace)
            #expect(run.status == 1)
            #expect(run.output.isEmpty)
            #expect(run.errors.contains(message), "\(run.errors)")
        }
        #expect(try compile("-p", "p.cedar", "--nothing").status == 2)
    }

    @Test("Policies that a schema refuses are not explained")
    func invalid() throws {
        try workplace.write(
            "wrong.cedar", "permit(principal, action, resource) when { principal.nothing };")
        let run = try compile("-p", "wrong.cedar", "-s", "s.cedarschema", "--explain")
        #expect(run.status == 3)
        #expect(run.errors.contains("nothing"))
        #expect(!run.output.contains("program"))
    }

    // MARK: Output

    @Test("Without --explain it says how large the policies are")
    func summary() throws {
        let run = try compile("-p", "p.cedar")
        #expect(run.status == 0)
        #expect(run.output.hasPrefix("2 policies compiled: "))
        #expect(run.output.contains("0 of them run for every request\n"))
        #expect(!run.output.contains("program"))
    }

    @Test("A policy that runs for every request of its action says so, and what to do")
    func explained() throws {
        let run = try compile("-p", "p.cedar", "--policy", "views", "-s", "s.cedarschema")
        #expect(run.status == 0)
        for line in [
            "permit `views`, p.cedar:1",
            "  runs for  every request of action `Action::\"view\"` where `principal is User`, alone",
            "  schema    1 of 3 kinds of requests: User Action::\"view\" Photo",
            "  folded    `1 + 1 == 2` is true", "              4  > 3",
        ] {
            #expect(run.output.contains(line + "\n"), "\(run.output)")
        }
        #expect(run.output.contains("  hint      no index key of its own; add a resource"))
        #expect(!run.output.contains("beach"))
    }

    @Test("JSON has every policy with its key, kinds of requests and program")
    func json() throws {
        let run = try compile("-p", "p.cedar", "--explain", "--json", "-s", "s.cedarschema")
        let report = try #require(
            try JSONSerialization.jsonObject(with: Data(run.output.utf8)) as? [String: Any])
        #expect(report["policies"] as? Int == 2)
        let policies = try #require(report["explanations"] as? [[String: Any]])
        #expect(policies.map { $0["id"] as? String } == ["views", "beach"])
        let key = try #require(policies[1]["key"] as? [String: String])
        #expect(key == ["part": "resource", "equals": "Photo::\"beach\""])
        #expect(policies[1]["program"] as? [String] == ["true", "end"])
        #expect(policies[1]["hint"] == nil)
        #expect((policies[1]["requestKinds"] as? [Any])?.count == 3)
        #expect((policies[0]["requestKinds"] as? [Any])?.count == 1)
        #expect(policies[0]["line"] as? Int == 1)
    }

    @Test("Policies written as JSON have no lines")
    func policiesAsJSON() throws {
        let translated = try WritProgram.run(
            ["translate-policy", "--direction", "cedar-to-json", "-p", "p.cedar"], in: workplace)
        try workplace.write("p.json", translated.output)
        let run = try compile("-p", "p.json", "--policy-format", "json", "--explain")
        #expect(run.status == 0, "\(run.errors)")
        #expect(run.output.contains("every request of action"))
        #expect(!run.output.contains("p.json:"))
    }

    @Test("The help has examples")
    func help() throws {
        let run = try compile("--help")
        #expect(run.status == 0)
        #expect(run.output.contains("writ compile -p policies.cedar --explain"))
    }
}
