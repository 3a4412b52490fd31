import CedarSyntax
import EntityStore
import Glibc
import JSON
import LMDB
import Testing

@Suite("writ store")
struct StoreCommandTests {
    private let workplace: Workplace

    init() throws {
        workplace = try Workplace()
        try PhotoWorld.write(to: workplace)
    }

    private func store(_ arguments: [String], input: String = "") throws -> WritProgram.Outcome {
        let command = arguments[0]
        return try WritProgram.run(
            ["store", command, "--store", "store"] + arguments.dropFirst(), in: workplace,
            input: Array(input.utf8))
    }

    /// Every entity and the revision.
    private func content() throws -> [String] {
        let store = try EntityStore.open(
            at: workplace.path("store"), StoreOptions(readOnly: true))
        let statistics = try store.statistics()
        var content = ["\(statistics.revision) \(statistics.entities) \(statistics.edges)"]
        for uid in ["Group::\"friends\"", "User::\"alice\"", "User::\"bob\"", "User::\"mallory\""] {
            content.append("\(String(describing: try store.get(EntityUID.parse(uid))))")
        }
        return content
    }

    private static func entity(_ id: String, parents: String = "", level: Int = 0) -> String {
        let list = parents.isEmpty ? "" : #"{"type": "User", "id": "\#(parents)"}"#
        return #"{"uid": {"type": "User", "id": "\#(id)"}, "attrs": {"level": \#(level)}, "#
            + #""parents": [\#(list)]}"#
    }

    @Test("A stream answers every line in its turn, and refused lines leave the others")
    func streams() throws {
        let before = try content()[0].split(separator: " ")
        let revision = try #require(Int(before[0]))
        let put = try store(
            ["put", "--stream"],
            input: [
                Self.entity("s1", level: 1), "", "nonsense", Self.entity("s2", parents: "s1"),
                Self.entity("s1", parents: "s2"), #"{"uid": 7}"#, Self.entity("s3"),
            ].joined(separator: "\n"))
        #expect(put.status == 1)
        let lines = put.output.split(separator: "\n", omittingEmptySubsequences: false)
        try #require(lines.count == 7)
        for (line, start) in zip(
            lines,
            [
                "revision ", "line 3: byte 2: ", "revision ", "line 5: cannot change entities: ",
                "line 6: ", "revision ", "",
            ])
        {
            #expect(line.hasPrefix(start), "\(line)")
        }
        #expect(lines[3].contains("cycle"))
        let patch = try store(
            ["patch", "--stream", "--json"],
            input: """
                {"uid": {"type": "User", "id": "s1"}, "attrs": {"level": 5}}
                {"uid": {"type": "User", "id": "no"}, "attrs": {"level": 5}}
                {"uid": {"type": "User", "id": "s2"}, "attributes": {}}

                """)
        #expect(patch.status == 1)
        let answers = patch.output.split(separator: "\n")
        try #require(answers.count == 3)
        #expect(answers[0].hasPrefix(#"{"line":1,"revision":"#))
        #expect(answers[1].hasPrefix(#"{"line":2,"error":"cannot"#))
        #expect(answers[2].hasPrefix(#"{"line":3,"error":"byte"#))
        let removed = try store(
            ["delete", "--stream"],
            input: #"{"type": "User", "id": "s1"}"# + "\r\n" + #"{"type": "User", "id": "s3"}"#)
        #expect(removed.status == 0)
        #expect(removed.output.split(separator: "\n").count == 2)
        let opened = try EntityStore.open(
            at: workplace.path("store"), StoreOptions(readOnly: true))
        #expect(try opened.get(EntityUID.parse("User::\"s1\"")) == nil)
        #expect(try opened.get(EntityUID.parse("User::\"s2\"")) != nil)
        #expect(try opened.revision > UInt64(revision))
        #expect(try opened.check().isClean)
    }

    @Test("A stream is refused beside names, and names are asked for without one")
    func refusesHalfAStream() throws {
        for arguments in [
            ["put", "--stream", "entities.json"], ["put"], ["patch", "--stream", "entities.json"],
            ["patch"], ["delete", "--stream", #"User::"alice""#],
            ["put", "--json", "entities.json"],
        ] {
            let run = try store(arguments)
            #expect(run.status == 1 && run.output == "")
            #expect(run.errors.contains("--stream"), "\(run.errors)")
        }
        let refused = try store(["put", "--stream", "--schema", "none"], input: "")
        #expect(refused.status == 1)
    }

    struct Refused: CustomTestStringConvertible {
        let command: String
        let text: String
        let part: String
        var testDescription: String { "\(command): \(part)" }
    }

    @Test(
        "A refused change leaves the store as it was",
        arguments: ["import", "put"].flatMap { command in
            [
                Refused(command: command, text: "", part: command == "put" ? "1:1" : "line 1"),
                Refused(
                    command: command, text: "[\(entity("x")), {]",
                    part: command == "put" ? "1:79" : "column 79"),
                Refused(command: command, text: "[\(entity("x")), 7]", part: "entity"),
                Refused(
                    command: command, text: "[\(entity("x")), {\"uid\": {\"type\": \"U\"}}]",
                    part: "`id`"),
                Refused(
                    command: command,
                    text: "[\(entity("x", parents: "y")), \(entity("y", parents: "x"))]",
                    part: "cycle"),
                Refused(
                    command: command, text: "[\(entity("x", parents: "x"))]", part: "cycle"),
                Refused(
                    command: command, text: "[\(entity("x")), \(entity("x", level: 1))]",
                    part: #"User::"x""#),
            ]
        })
    func refusedChange(_ row: Refused) throws {
        let before = try content()
        try workplace.write("bad.json", row.text)
        let run = try store([row.command, "bad.json"])
        #expect(run.status == 1)
        #expect(run.output.isEmpty)
        #expect(run.errors.contains(row.part), "\(run.errors)")
        #expect(try content() == before)
    }

    @Test(
        "A refused patch leaves the store as it was",
        arguments: [
            ("", "1:1"), ("[{]", "1:3"), ("7", "1:1"), ("{}", "`uid`"),
            (#"{"uid": {"type": "User", "id": "nobody"}, "attrs": {"a": 1}}"#, "nobody"),
            (#"{"uid": {"type": "User", "id": "alice"}, "attrs": {"a": 1.5}}"#, "integer"),
            (
                #"""
                [{"uid": {"type": "User", "id": "alice"}, "attrs": {"level": 9}},
                 {"uid": {"type": "Group", "id": "friends"},
                  "parents": {"add": [{"type": "User", "id": "alice"}]}}]
                """#, "cycle"
            ),
        ])
    func refusedPatch(_ text: String, _ part: String) throws {
        let before = try content()
        let run = try store(["patch", "-"], input: text)
        #expect(run.status == 1)
        #expect(run.output.isEmpty)
        #expect(run.errors.contains(part), "\(run.errors)")
        #expect(try content() == before)
    }

    @Test("Refused deletions, bad identities, missing files and stores are refused")
    func refusedOther() throws {
        let before = try content()
        let runs: [(WritProgram.Outcome, String)] = [
            (try store(["delete", #"User::"alice""#, #"User::"nobody""#]), "nobody"),
            (try store(["delete", "alice"]), "`alice` is no entity"),
            (try store(["delete"]), "missing"),
            (try store(["get", "User::alice"]), "is no entity"),
            (try store(["get", #"User::"nobody""#]), "is not in the store"),
            (try store(["put", "none.json"]), "none.json"),
            (try store(["import", "none.json"]), "none.json"),
            (try store(["import", "--batch", "0", "entities.json"]), "--batch must be at least 1"),
            (
                try WritProgram.run(
                    ["store", "get", "--store", "nowhere", #"User::"alice""#], in: workplace),
                "there is no store here"
            ),
            (
                try WritProgram.run(
                    ["store", "put", "--store", "nowhere", "entities.json"], in: workplace),
                "there is no store here"
            ),
            (
                try WritProgram.run(
                    ["store", "get", "--store", "entities.json", #"User::"alice""#], in: workplace),
                "a store is a directory"
            ),
        ]
        for (run, part) in runs {
            #expect(run.status == 1)
            #expect(run.errors.contains(part), "\(run.errors)")
        }
        #expect(!workplace.exists("nowhere"))
        #expect(try content() == before)
    }

    @Test("A store of a newer format is refused and named")
    func newerFormat() throws {
        try workplace.makeStoreNewer()
        for arguments in [["get", #"User::"alice""#], ["put", "entities.json"]] {
            let run = try store(arguments)
            #expect(run.status == 1)
            #expect(run.errors.contains("the store has format 999"), "\(run.errors)")
        }
    }

    @Test("A second writer is refused at once and told who writes")
    func secondWriter() throws {
        let environment = try Environment(path: workplace.path("store"))
        let lock = try WriterLock(environment)
        let run = try store(["put", "entities.json"])
        #expect(run.status == 1)
        #expect(run.errors.contains("process \(getpid())"), "\(run.errors)")
        _ = consume lock
    }

    @Test("get prints an entity that put takes again")
    func getAndPut() throws {
        let get = try store(["get", #"User::"alice""#])
        #expect(get.status == 0)
        let json = ValueJSON(try JSONTape(parsing: Array(get.output.utf8)))
        let alice = try json.entity(json.tape.root)
        #expect(alice.uid == (try EntityUID.parse(#"User::"alice""#)))
        #expect(alice.parents == [try EntityUID.parse(#"Group::"friends""#)])
        // What changes nothing makes no new revision.
        #expect(try store(["put", "-"], input: get.output).output == "revision 1\n")
        let changed = get.output.replacing(#""level": 3"#, with: #""level": 4"#)
        #expect(try store(["put", "-"], input: changed).output == "revision 2\n")
    }

    @Test("patch changes what it names and nothing else")
    func patch() throws {
        let patch = #"""
            {"uid": {"type": "User", "id": "alice"}, "attrs": {"level": null, "team": "red"},
             "parents": {"remove": [{"type": "Group", "id": "friends"}]}}
            """#
        #expect(try store(["patch", "-"], input: patch).output == "revision 2\n")
        let get = try store(["get", #"User::"alice""#]).output
        #expect(
            get.contains("team") && !get.contains("level") && !get.contains("friends"), "\(get)")
    }

    @Test("export can be imported again and gives the same export", arguments: [false, true])
    func export(_ asLines: Bool) throws {
        let arguments = ["export", "--sorted"] + (asLines ? ["--lines"] : [])
        let first = try store(arguments)
        #expect(first.status == 0)
        #expect(first.output.contains("mallory"))
        try workplace.write("export.json", first.output)
        let imported = try WritProgram.run(
            ["store", "import", "--store", "copy", "export.json"], in: workplace)
        #expect(imported.output == "imported 5 entities, revision 1\n")
        let copy = try WritProgram.run(
            ["store", "export", "--store", "copy"] + arguments.dropFirst(), in: workplace)
        #expect(copy.output == first.output)
    }

    @Test("stat counts, check verifies, and a damaged record is found")
    func statAndCheck() throws {
        let stat = try store(["stat", "--json"])
        let tape = try JSONTape(parsing: Array(stat.output.utf8))
        func figure(_ key: StaticString) -> Int64? {
            tape.member(tape.root, key).flatMap { tape.integer($0) }
        }
        #expect(figure("revision") == 1)
        #expect(figure("entities") == 5)
        #expect(figure("format") == 3)
        #expect(try store(["stat"]).output.contains("entities"))
        #expect(try store(["check"]).output == "sound: 5 entities, revision 1\n")

        try workplace.damageARecord()
        let check = try store(["check"])
        #expect(check.status == 1)
        #expect(check.output.isEmpty)
        #expect(check.errors.contains("damaged: "), "\(check.errors)")
        #expect(check.errors.contains("the store is damaged"))
    }

    @Test(
        "check tells programs what is damaged as its result, and what it cannot check as a failure")
    func checkJSON() throws {
        func member(_ output: String, _ key: StaticString) throws -> (JSONTape, JSONNode?) {
            let tape = try JSONTape(parsing: Array(output.utf8))
            return (tape, tape.member(tape.root, key))
        }
        let absent = try WritProgram.run(
            ["store", "check", "--store", "nowhere", "--json"], in: workplace)
        #expect(absent.status == 1 && absent.output.isEmpty)
        #expect(absent.errors.hasPrefix(#"{"message":"#), "\(absent.errors)")
        #expect(absent.errors.contains("there is no store here"))

        let sound = try store(["check", "--json"])
        #expect(sound.status == 0 && sound.errors.isEmpty)
        #expect(
            sound.output
                == #"{"sound":true,"revision":1,"entities":5,"parents":1,"absentParents":0,"#
                + #""closures":0,"problemCount":0,"problems":[]}"# + "\n")

        try workplace.damageARecord()
        let damaged = try store(["check", "--json"])
        #expect(damaged.status == 1 && damaged.errors.isEmpty, "\(damaged.errors)")
        let (tape, problems) = try member(damaged.output, "problems")
        #expect(tape.member(tape.root, "sound").flatMap { tape.boolean($0) } == false)
        let count = try #require(
            tape.member(tape.root, "problemCount").flatMap { tape.integer($0) })
        #expect(count > 0)
        #expect(try tape.count(#require(problems)) == Int(count))
        #expect(try member(damaged.output, "nonconforming").1 == nil)
    }

    @Test("get and export with --json tell failures as JSON, and entities as ever")
    func entitiesAsJSON() throws {
        for arguments in [
            ["get", #"User::"nobody""#, "--json"], ["get", "alice", "--json"],
        ] {
            let run = try store(arguments)
            #expect(run.status == 1 && run.output.isEmpty)
            #expect(run.errors.hasPrefix(#"{"message":"#), "\(run.errors)")
        }
        let line = try store(["get", #"User::"alice""#, "--json"])
        #expect(line.status == 0 && line.errors.isEmpty)
        #expect(line.output.split(separator: "\n").count == 1)
        let pretty = try store(["get", #"User::"alice""#])
        // The same text but for what stands between its parts; no name or value has a blank.
        #expect(
            line.output.filter { !$0.isWhitespace } == pretty.output.filter { !$0.isWhitespace })
        for options in [["--sorted"], ["--sorted", "--lines"]] {
            let plain = try store(["export"] + options)
            let json = try store(["export", "--json"] + options)
            #expect(json.status == 0 && json.output == plain.output && json.errors.isEmpty)
        }
    }

    @Test("put takes one entity or many, and delete removes them, each with a new revision")
    func putAndDelete() throws {
        #expect(try store(["put", "-"], input: Self.entity("x")).output == "revision 2\n")
        let many = "[\(Self.entity("y")), \(Self.entity("z", parents: "x"))]"
        #expect(try store(["put", "-"], input: many).output == "revision 3\n")
        #expect(try store(["get", #"User::"z""#]).status == 0)
        let delete = try store(["delete", #"User::"y""#, #"User::"z""#])
        #expect(delete.output == "revision 4\n")
        #expect(try store(["get", #"User::"z""#]).status == 1)
        let absent = try store(["delete", "--ignore-absent", #"User::"z""#])
        #expect(absent.status == 0)
    }

    @Test("import takes an array and JSON Lines, from a file and from standard input")
    func importForms() throws {
        let array = try store(["import", "--json", "-"], input: "[\(Self.entity("x"))]")
        let tape = try JSONTape(parsing: Array(array.output.utf8))
        #expect(tape.member(tape.root, "entities").flatMap { tape.integer($0) } == 1)
        #expect(tape.member(tape.root, "revision").flatMap { tape.integer($0) } == 2)
        let lines = (0..<25).map { Self.entity("n\($0)") }.joined(separator: "\n")
        let batched = try store(["import", "--batch", "10", "-"], input: lines)
        #expect(batched.status == 0)
        #expect(batched.output == "imported 25 entities, revision 5\n")
    }
}

extension Workplace {
    /// Flips a bit in one entity's record, as a failing disk would.
    func damageARecord() throws {
        let environment = try Environment(path: path("store"))
        let lock = try WriterLock(environment)
        let database = try #require(try environment.openDatabase(named: "entities", keys: .numbers))
        var transaction = try lock.beginWrite()
        var (key, record): ([UInt8], [UInt8]) = ([], [])
        try transaction.withCursor(in: database) { (cursor) throws(LMDBError) in
            guard try cursor.first() else { return }
            cursor.withEntry { itsKey, value in
                key = (0..<itsKey.count).map { itsKey[$0] }
                record = (0..<value.count).map { value[$0] }
            }
        }
        try #require(!record.isEmpty)
        record[record.count - 1] ^= 0x10
        try transaction.put(key.span, record.span, in: database)
        try transaction.commit()
    }

    /// Makes the store at `store` look as if a newer version had written it.
    func makeStoreNewer() throws {
        let environment = try Environment(path: path("store"))
        let lock = try WriterLock(environment)
        let database = try #require(try environment.openDatabase(named: "meta"))
        var transaction = try lock.beginWrite()
        let key = Array("store".utf8)
        var record = try #require(
            try transaction.get(key.span, in: database) { span in
                (0..<span.count).map { span[$0] }
            })
        // Bytes 8 to 11 are the format.
        (record[8], record[9]) = (0xE7, 0x03)
        try transaction.put(key.span, record.span, in: database)
        try transaction.commit()
    }
}
