import JSON
import Testing
import Wire
import WritClient

@Suite("writ query")
struct QueryCommandTests {
    private let server: RunningServer

    init() throws { server = try RunningServer() }

    private func query(
        _ arguments: [String], socket: String? = nil
    ) throws -> WritProgram.Outcome {
        try WritProgram.run(
            ["query", "--socket", socket ?? server.socket] + arguments, in: server.workplace)
    }

    @Test("Without an answer the exit code is 1, no decision is printed, and it says deny")
    func noAnswer() throws {
        let none = try query(PhotoWorld.flags("alice"), socket: "run/none.sock")
        #expect(none.status == 1)
        #expect(none.output.isEmpty)
        #expect(none.errors.contains("no decision, so deny: no server answers at"))

        let file = try query(PhotoWorld.flags("alice"), socket: "entities.json")
        #expect(file.status == 1)
        #expect(file.errors.contains("no decision, so deny"), "\(file.errors)")

        let long = try query(
            PhotoWorld.flags("alice"), socket: "/tmp/" + String(repeating: "s", count: 200))
        #expect(long.status == 1)
        #expect(long.errors.contains("cannot be a socket path"), "\(long.errors)")

        #expect(server.stop() == 0)
        let stopped = try query(PhotoWorld.flags("alice"))
        #expect(stopped.status == 1)
        #expect(stopped.errors.contains("no server answers at"))
    }

    @Test("Wrong usage and bad input end with 1")
    func usage() throws {
        try server.workplace.write("bad.json", "{\n \"principal\": 7}")
        let runs: [(WritProgram.Outcome, String)] = [
            (try query([]), "a request needs"),
            (
                try query(PhotoWorld.flags("alice") + ["--deadline", "0"]),
                "--deadline must be from 1"
            ),
            (try query(PhotoWorld.flags("alice") + ["--deadline", "3600001"]), "--deadline"),
            (try query(PhotoWorld.flags("alice") + ["--at-least", "-1"]), "--at-least"),
            (try query(["--request-json", "bad.json"]), "bad.json:2:15"),
            (
                try query(PhotoWorld.flags("a") + ["--request-json", "bad.json"]),
                "cannot be combined"
            ),
        ]
        for (run, part) in runs {
            #expect(run.status == 1)
            #expect(run.output.isEmpty)
            #expect(run.errors.contains(part), "\(run.errors)")
        }
    }

    @Test(
        "Exit code 0 is allow with its policy, 2 is deny with its policy",
        arguments: [
            ("alice", Int32(0), "ALLOW\npolicy: friends-view\n"), ("bob", 2, "DENY\npolicies "),
            ("mallory", 2, "DENY\npolicy: blocked-never\n"), ("nobody", 2, "DENY\n"),
        ])
    func decision(_ user: String, _ status: Int32, _ prefix: String) throws {
        let run = try query(PhotoWorld.flags(user))
        #expect(run.status == status)
        #expect(run.output.hasPrefix(prefix), "\(run.output)")
        #expect(run.output.contains("revision 1, decision "))
        #expect(run.errors.isEmpty)
    }

    @Test("A relative socket path is relative to the working directory")
    func relativeSocket() throws {
        #expect(try query(PhotoWorld.flags("alice"), socket: "run/writ.sock").status == 0)
    }

    @Test("--at-least a revision that is not reached is a stale deny; the reached one is not")
    func atLeast() throws {
        let stale = try query(PhotoWorld.flags("alice") + ["--at-least", "2"])
        #expect(stale.status == 2)
        #expect(stale.output.contains("cause: staleRevision"))
        #expect(try query(PhotoWorld.flags("alice") + ["--at-least", "1"]).status == 0)
        try server.workplace.write(
            "new.json", #"{"uid": {"type": "User", "id": "new"}, "attrs": {}, "parents": []}"#)
        let put = try WritProgram.run(
            ["store", "put", "--store", "store", "new.json"], in: server.workplace)
        #expect(put.output == "revision 2\n")
        #expect(try query(PhotoWorld.flags("alice") + ["--at-least", "2"]).status == 0)
    }

    @Test("--deadline reaches the server")
    func deadline() throws {
        #expect(try query(PhotoWorld.flags("alice") + ["--deadline", "3600000"]).status == 0)
        // A batch whose last item must come after one microsecond has passed.
        var connection = try server.connect()
        let item = try PhotoWorld.question(#"User::"alice""#)
        let answers = try connection.decideBatch(
            Array(repeating: item, count: 2000), deadline: .microseconds(1))
        let last = try #require(answers.last)
        #expect(!last.isAllowed)
        #expect(last.cause == .deadlineExceeded)
        let unhurried = try connection.decideBatch(
            Array(repeating: item, count: 2000), deadline: .seconds(60))
        #expect(unhurried.allSatisfy { $0.isAllowed })
    }

    @Test("What the determining policies ask for is shown")
    func obligations() throws {
        try server.workplace.write(
            "policies/photos.cedar",
            PhotoWorld.policies + """
                @id("asks") @header("x-level: 3") @obligation("mask:iban")
                permit (principal, action == Action::"mask", resource);

                @id("slow") @status("429") @reason("Later.")
                forbid (principal, action == Action::"burst", resource);

                """)
        // Nobody is known to fulfil `mask`.
        #expect(eventually { server.log.contains("POLICIES NOT RELOADED") })
        try server.workplace.write(
            "policies/photos.cedar",
            server.workplace.text("policies/photos.cedar").replacing(
                #" @obligation("mask:iban")"#, with: ""))
        #expect(eventually { server.log.contains("policies reloaded") })
        let run = try query(PhotoWorld.flags("bob", "mask"))
        #expect(run.output.hasPrefix("ALLOW\npolicy: asks\nheader: x-level: 3\n"), "\(run.output)")
        let slow = try query(PhotoWorld.flags("alice", "burst"))
        #expect(
            slow.output.hasPrefix("DENY\npolicy: slow\nreason: Later.\nstatus: 429\n"),
            "\(slow.output)")
        let json = try query(PhotoWorld.flags("bob", "mask") + ["--json"])
        #expect(
            json.output.contains(
                #""obligations":[{"kind":"header","name":"x-level","value":"3"}]"#),
            "\(json.output)")
    }

    @Test("An obligation that is known reaches the client, whatever else the answer leaves out")
    func knownObligations() throws {
        let workplace = try Workplace()
        try PhotoWorld.write(to: workplace)
        try workplace.write(
            "policies/photos.cedar",
            """
            @id("first") permit (principal, action, resource);
            @id("asks") @obligation("mask:iban") permit (principal, action, resource);
            """)
        let other = try RunningServer(
            workplace,
            configuration: RunningServer.configuration
                + "  diagnostics: none\nobligations: [mask]\n")
        let answer = try other.ask(#"User::"bob""#, #"Action::"view""#, #"Photo::"beach""#)
        #expect(answer.isAllowed)
        #expect(
            answer.obligations
                == [Answer.Obligation(kind: .obligation, name: "mask", value: "iban")])
    }

    @Test("--json is one JSON object")
    func json() throws {
        let run = try query(PhotoWorld.flags("mallory") + ["--json"])
        #expect(run.status == 2)
        let tape = try JSONTape(parsing: Array(run.output.utf8))
        let root = tape.root
        func text(_ key: StaticString) -> String? {
            tape.member(root, key).flatMap { tape.string($0) }
        }
        #expect(text("decision") == "deny")
        #expect(text("cause") == "decided")
        #expect(text("policyVersion")?.count == 16)
        #expect(text("decisionId")?.count == 16)
        #expect(tape.member(root, "revision").flatMap { tape.integer($0) } == 1)
        #expect(run.output.contains(#""obligations":[]"#))
        let reasons = tape.elements(try #require(tape.member(root, "reason")))
        #expect(reasons.map { tape.string($0) } == ["blocked-never"])
    }
}
