import Foundation
import Testing
import WritClient

@Suite("writ serve: reloading")
struct ReloadTests {
    private static let open = "@id(\"open\") permit (principal, action, resource);\n"

    private func isAllowed(_ server: RunningServer, _ user: String = "bob") throws -> Bool {
        try server.ask("User::\"\(user)\"", "Action::\"view\"", "Photo::\"beach\"").isAllowed
    }

    /// How often the log has a text.
    private func count(_ text: String, _ server: RunningServer) -> Int {
        server.log.components(separatedBy: text).count - 1
    }

    @Test("A changed file takes effect without a signal")
    func fileChange() throws {
        let server = try RunningServer()
        #expect(try !isAllowed(server))
        try server.workplace.write("policies/open.cedar", Self.open)
        #expect(try eventually { try isAllowed(server) })
        // Decided with before it is told.
        #expect(eventually { server.log.contains("policies reloaded") })
        try server.workplace.remove("policies/open.cedar")
        #expect(try eventually { try !isAllowed(server) })
        #expect(try isAllowed(server, "alice"))
        #expect(server.stop() == 0)
    }

    @Test("With `reload: signal` files are read on SIGHUP only")
    func signal() throws {
        let workplace = try Workplace()
        try PhotoWorld.write(to: workplace)
        let server = try RunningServer(
            workplace, configuration: RunningServer.configuration + "reload: signal\n")
        try workplace.write("policies/open.cedar", Self.open)
        usleep(1_500_000)
        #expect(try !isAllowed(server))
        server.process.signal(SIGHUP)
        #expect(try eventually { try isAllowed(server) })
        server.process.signal(SIGHUP)
        #expect(eventually { server.log.contains("policies are unchanged") })
        #expect(server.stop() == 0)
    }

    static let bad: [(String, String)] = [
        ("permit (principal, action, resource) when { principal.level >> 3 };", "bad.cedar:1:62"),
        ("@id(\"friends-view\") permit (principal, action, resource);", "is used twice"),
        ("permit (", "bad.cedar:1:9"),
    ]

    @Test(
        "Bad files leave the last good set in force and say so; good ones are taken after that",
        arguments: bad)
    func badFile(_ text: String, _ place: String) throws {
        let server = try RunningServer()
        let version = try server.ask("User::\"a\"", "Action::\"b\"", "Photo::\"c\"").policyVersion
        try server.workplace.write("policies/bad.cedar", text)
        server.process.signal(SIGHUP)
        #expect(eventually { count("POLICIES NOT RELOADED", server) >= 1 })
        #expect(server.log.contains("the last good set stays in force"))
        #expect(server.log.contains(place), "\(server.log)")
        #expect(server.log.contains("^"), "the place is underlined")
        #expect(try isAllowed(server, "alice"))
        #expect(try !isAllowed(server, "bob"))
        let after = try server.ask("User::\"a\"", "Action::\"b\"", "Photo::\"c\"").policyVersion
        #expect(after == version)

        try server.workplace.write("policies/bad.cedar", Self.open)
        #expect(try eventually { try isAllowed(server, "bob") })
        #expect(server.process.isRunning)
        #expect(server.stop() == 0)
    }

    @Test("A policy folder that is emptied, and one that is removed, keep the last good set")
    func noPolicies() throws {
        let server = try RunningServer()
        try server.workplace.remove("policies/photos.cedar")
        server.process.signal(SIGHUP)
        #expect(eventually { server.log.contains("has no `*.cedar` file") })
        #expect(try isAllowed(server, "alice"))
        try server.workplace.remove("policies")
        server.process.signal(SIGHUP)
        #expect(eventually { server.log.contains("No such file or directory") })
        #expect(try isAllowed(server, "alice"))
        #expect(server.stop() == 0)
    }

    @Test("Decisions go on right while policies are replaced over and over")
    func churn() throws {
        let server = try RunningServer()
        var connection = try server.connect()
        let alice = try PhotoWorld.question(#"User::"alice""#)
        let bob = try PhotoWorld.question(#"User::"bob""#)
        var versions: Set<UInt64> = []
        for round in 0..<20 {
            let isOpen = round % 2 == 0
            try server.workplace.write(
                "policies/open.cedar", isOpen ? Self.open : "// closed \(round)\n")
            server.process.signal(SIGHUP)
            for _ in 0..<200 {
                let answers = try connection.decideBatch([alice, bob])
                #expect(answers[0].isAllowed)
                #expect(answers[0].policyVersion == answers[1].policyVersion)
                #expect(answers[1].reasons == (answers[1].isAllowed ? ["open"] : []))
                versions.insert(answers[0].policyVersion)
            }
        }
        #expect(versions.count > 1)
        #expect(server.stop() == 0)
    }

    @Test("With a schema, policies that are not valid are refused, at the start and later")
    func schema() throws {
        let workplace = try Workplace()
        try PhotoWorld.write(to: workplace)
        try workplace.write(
            "world.cedarschema",
            """
            entity Group;
            entity User in [Group] { level?: Long, blocked?: Bool };
            entity Photo;
            action view, edit appliesTo { principal: User, resource: Photo };
            """)
        try workplace.write(
            "policies/friends.cedar",
            "@id(\"alice\") permit (principal == User::\"alice\", action, resource);\n")
        let server = try RunningServer(
            workplace,
            configuration: RunningServer.configuration + "schema: world.cedarschema\n")
        #expect(try isAllowed(server, "alice"))
        try workplace.write(
            "policies/open.cedar",
            "@id(\"open\") permit (principal, action, resource) when { principal.levl == 1 };\n")
        #expect(eventually { server.log.contains("POLICIES NOT RELOADED") })
        #expect(server.log.contains("open.cedar:1:"), "\(server.log)")
        #expect(try !isAllowed(server))
        try workplace.write("policies/open.cedar", Self.open)
        #expect(try eventually { try isAllowed(server) })
        // A schema under which the policies are no longer valid changes nothing either.
        try workplace.write("world.cedarschema", "entity Robot;")
        #expect(eventually { count("POLICIES NOT RELOADED", server) == 2 })
        #expect(try isAllowed(server))
        #expect(server.stop() == 0)
        let late = try WritProgram.run(
            ["serve", "--config", "writ.yaml"], in: workplace, input: [])
        #expect(late.status == 1)
        #expect(late.errors.contains("the schema declares no"), "\(late.errors)")
    }
}
