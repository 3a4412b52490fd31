import CedarEngine
import CedarSyntax
import JSON
import Testing
import Wire
import WritClient

@Suite("writ serve: odd requests")
struct OddRequestTests {
    /// A record in a record in a record: `depth` records inside of the outermost.
    private static func nested(_ depth: Int) throws -> [UInt8] {
        var bytes = try FlatEncoder.encoded(record: [("a", .record([]))])
        // Lengthening by hand goes deeper than the encoder would.
        let key = Array(bytes[32..<(bytes.count - 16)])
        let hash = Array(bytes[16..<24])
        for _ in 1..<depth {
            var outer = Array(bytes[0..<4])
            let valueOffset = 32 + key.count
            outer.append(half: valueOffset + bytes.count)
            outer.append(half: 1)
            outer.append(half: 0)
            outer += hash
            outer.append(half: 32)
            outer.append(half: valueOffset)
            bytes = outer + key + bytes
        }
        return bytes
    }

    private static func json(depth: Int) -> String {
        String(repeating: #"{"a": "#, count: depth) + "{}" + String(repeating: "}", count: depth)
    }

    @Test("Contexts nested to the limit are decided, deeper ones are malformed and denied")
    func depthOverSocket() throws {
        let server = try RunningServer()
        var connection = try server.connect()
        var question = try PhotoWorld.question(#"User::"alice""#)
        for (depth, isGood) in [(1, true), (128, true), (129, false), (200, false), (5000, false)] {
            question.context = try Self.nested(depth)
            let answer = try connection.decide(question)
            #expect(answer.isAllowed == isGood, "depth \(depth)")
            #expect(answer.cause == (isGood ? .decided : .malformedRequest), "depth \(depth)")
        }
        question.context = []
        #expect(try connection.decide(question).isAllowed, "the connection goes on")
    }

    @Test("The client refuses to send what the server would refuse")
    func depthInClient() throws {
        var context = CedarValue.record([:])
        for _ in 0..<200 { context = .record(["a": context]) }
        let request = AuthorizationRequest(
            principal: EntityID("User", "alice"), action: EntityID("Action", "view"),
            resource: EntityID("Photo", "beach"), context: ["deep": context])
        #expect {
            _ = try EncodedRequest(request)
        } throws: { error in
            guard case .invalidRequest(let text) = error as? ClientError else { return false }
            return text.contains("nests deeper than 128")
        }
    }

    @Test(
        "A context file 200 levels deep is refused with its place, offline and online",
        arguments: [200, 300, 100_000])
    func depthInFile(_ depth: Int) throws {
        let server = try RunningServer()
        try server.workplace.write("deep.json", Self.json(depth: depth))
        try server.workplace.write("near.json", Self.json(depth: 100))
        func run(_ file: String, _ arguments: [String]) throws -> WritProgram.Outcome {
            try WritProgram.run(
                arguments + PhotoWorld.flags("alice") + ["--context", file], in: server.workplace)
        }
        let commands = [
            ["query", "--socket", server.socket],
            ["authorize", "--policies", "policies/photos.cedar", "--entities", "entities.json"],
        ]
        for command in commands {
            let deep = try run("deep.json", command)
            #expect(deep.status == 1)
            #expect(deep.output.isEmpty)
            #expect(deep.errors.contains("deep.json:1:"), "\(deep.errors.prefix(200))")
            #expect(deep.errors.contains("deep"))
            #expect(try run("near.json", command).status == 0)
        }
    }

    /// Ids that have broken other programs.
    static let ids: [String] = [
        "", " ", "a\0b", "\0", "\"", "\\", "it's \"quoted\" \\\"", "line\nfeed\ttab\r",
        String(repeating: "x", count: 2000), String(repeating: "é", count: 1000),
        "\u{E9}", "e\u{301}", "\u{1F469}\u{200D}\u{1F4BB}", "\u{202E}evil", "\u{FEFF}bom",
        "\u{FFFD}", "\u{10FFFF}", "\u{7F}", "İ", "ﬃ", "User::\"alice\"", "$(id)", "%s%n", "../..",
    ]

    @Test("Odd ids go through import, get, serve and query, and stay apart from each other")
    func oddIDs() throws {
        let workplace = try Workplace()
        try PhotoWorld.write(to: workplace)
        try workplace.write(
            "policies/photos.cedar",
            """
            @id("mine") permit (principal, action, resource)
            when { principal.mark == context.mark && principal == context.self };
            """)
        var writer = JSONWriter()
        writer.beginArray()
        for (mark, id) in Self.ids.enumerated() {
            writer.write(
                Entity(
                    uid: EntityUID(type: "User", id: Text(id)),
                    attributes: [("mark", .long(Int64(mark)))], parents: [], tags: []))
        }
        writer.endArray()
        try workplace.write("odd.json", writer.bytes)
        let imported = try WritProgram.run(
            ["store", "import", "--store", "store", "odd.json"], in: workplace)
        #expect(imported.output == "imported \(Self.ids.count) entities, revision 2\n")

        let server = try RunningServer(workplace)
        var connection = try server.connect()
        for (mark, id) in Self.ids.enumerated() {
            let user = EntityID("User", id)
            for claimed in [mark, (mark + 1) % Self.ids.count] {
                let answer = try connection.authorize(
                    AuthorizationRequest(
                        principal: user, action: EntityID("Action", "view"), resource: user,
                        context: ["mark": .long(Int64(claimed)), "self": .entity(user)]))
                #expect(answer.isAllowed == (claimed == mark), "\(id.debugDescription)")
                #expect(answer.errors.isEmpty)
            }
            try expectFileAndStoreAgree(id, mark, server)
        }
    }

    /// The same by way of a request file, and the store gives the id back byte by byte.
    private func expectFileAndStoreAgree(
        _ id: String, _ mark: Int, _ server: RunningServer
    ) throws {
        let uid = EntityUID(type: "User", id: Text(id))
        var writer = JSONWriter()
        writer.beginObject()
        for key in ["principal", "action", "resource"] {
            writer.key(key)
            writer.write(key == "action" ? EntityUID(type: "Action", id: "view") : uid)
        }
        writer.key("context")
        writer.write(Value.record([("mark", .long(Int64(mark))), ("self", .entity(uid))]))
        writer.endObject()
        try server.workplace.write("request.json", writer.bytes)
        let query = try WritProgram.run(
            ["query", "--socket", server.socket, "--request-json", "request.json"],
            in: server.workplace)
        #expect(query.status == 0, "\(id.debugDescription): \(query.output) \(query.errors)")

        let get = try WritProgram.run(
            ["store", "get", "--store", "store", uid.description], in: server.workplace)
        #expect(get.status == 0, "\(get.errors)")
        guard get.status == 0 else { return }
        let json = ValueJSON(try JSONTape(parsing: Array(get.output.utf8)))
        #expect(try json.entity(json.tape.root).uid == uid)
    }

    @Test("A store that is written while it is served is seen by the next decision")
    func writtenWhileServing() throws {
        let server = try RunningServer()
        var connection = try server.connect()
        let bob = try PhotoWorld.question(#"User::"bob""#)
        let member = #"[{"type": "Group", "id": "friends"}]"#
        for round in 0..<10 {
            let isMember = round % 2 == 0
            try server.workplace.write(
                "bob.json",
                """
                {"uid": {"type": "User", "id": "bob"}, "attrs": {},
                 "parents": \(isMember ? member : "[]")}
                """)
            let put = try WritProgram.run(
                ["store", "put", "--store", "store", "bob.json"], in: server.workplace)
            #expect(put.output == "revision \(round + 2)\n")
            let answer = try connection.decide(bob)
            #expect(answer.isAllowed == isMember)
            #expect(answer.revision == UInt64(round + 2))
        }
        let delete = try WritProgram.run(
            ["store", "delete", "--store", "store", #"User::"bob""#], in: server.workplace)
        #expect(delete.status == 0)
        #expect(try !connection.decide(bob).isAllowed)
    }
}

extension FlatEncoder {
    fileprivate static func encoded(record: [(key: Text, value: Value)]) throws -> [UInt8] {
        var encoder = FlatEncoder()
        return try encoder.encode(record: record)
    }
}

extension [UInt8] {
    fileprivate mutating func append(half value: Int) {
        for shift in [0, 8, 16, 24] { append(UInt8(truncatingIfNeeded: value >> shift)) }
    }
}
