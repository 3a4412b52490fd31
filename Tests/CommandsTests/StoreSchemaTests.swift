import CedarSyntax
import EntityStore
import Testing

@Suite("writ store: with a schema")
struct StoreSchemaTests {
    private let workplace: Workplace

    init() throws {
        workplace = try PaymentWorld.make()
        try workplace.write("writ.yaml", PaymentWorld.configuration)
    }

    private func store(
        _ command: String, _ arguments: [String], input: String = ""
    ) throws -> WritProgram.Outcome {
        try WritProgram.run(
            ["store", command] + arguments, in: workplace, input: Array(input.utf8))
    }

    private static let bySchema = ["--store", "store", "--schema", "schema.cedarschema"]
    private static let byConfiguration = ["--config", "writ.yaml"]

    private func revision() throws -> UInt64 {
        try EntityStore.open(at: workplace.path("store"), StoreOptions(readOnly: true)).revision
    }

    private static let good = user("good", #"{"level": 1}"#)

    private static func user(
        _ id: String, _ attributes: String, parents: String = "", tags: String? = nil
    ) -> String {
        #"{"uid": {"type": "User", "id": "\#(id)"}, "attrs": \#(attributes), "#
            + #""parents": [\#(parents)]\#(tags.map { ", \"tags\": \($0)" } ?? "")}"#
    }

    struct Refused: CustomTestStringConvertible {
        var entity: String
        var parts: [String]
        var testDescription: String { parts.joined(separator: " … ") }

        init(_ entity: String, _ parts: String...) {
            self.entity = entity
            self.parts = parts
        }
    }

    static let refused = [
        Refused(
            user("x", #"{"level": "1"}"#), #"User::"x""#, "expected `Long`", "at `attrs.level`"),
        Refused(user("x", "{}"), #"User::"x""#, "`level` is required and missing"),
        Refused(
            user("x", #"{"level": 1, "levle": 2}"#), #"User::"x""#,
            "declares no attribute `levle`", "at `attrs.levle`"),
        Refused(
            user("x", #"{"level": 1}"#, tags: #"{"t": 1}"#), #"User::"x""#, "no tags",
            "at `tags.t`"),
        Refused(
            user("x", #"{"level": 1}"#, parents: #"{"type": "User", "id": "y"}"#), #"User::"x""#,
            "does not let the type `User` be below `User`"),
        Refused(
            #"{"uid": {"type": "Usr", "id": "x"}, "attrs": {}, "parents": []}"#,
            "declares no entity type `Usr`", "did you mean `User`"),
        Refused(
            #"{"uid": {"type": "Action", "id": "x"}, "attrs": {}, "parents": []}"#,
            #"declares no action `Action::"x"`"#),
        Refused(
            #"{"uid": {"type": "Action", "id": "pay"}, "attrs": {}, "parents": []}"#,
            #"member of `Action::"write"` also"#),
        Refused(
            #"{"uid": {"type": "Account", "id": "x"}, "#
                + #""attrs": {"owner": {"type": "Team", "id": "t"}}, "parents": []}"#,
            #"Account::"x""#, "expected an entity of type `User`", "at `attrs.owner`"),
    ]

    @Test("Entities that do not conform are refused with those beside them", arguments: refused)
    func refuses(_ row: Refused) throws {
        let before = try revision()
        let text = "[\(Self.good), \(row.entity)]"
        for (command, options) in [
            ("import", Self.bySchema), ("import", Self.byConfiguration),
            ("import", Self.bySchema + ["--batch", "1"]), ("put", Self.bySchema),
            ("put", Self.byConfiguration),
        ] {
            let run = try store(command, options + ["-"], input: text)
            #expect(run.status == 1)
            for part in row.parts { #expect(run.errors.contains(part), "\(run.errors)") }
        }
        #expect(try revision() == before)
        #expect(try store("get", ["--store", "store", #"User::"good""#]).status == 1)
    }

    @Test("Patches after which an entity does not conform are refused with those beside them")
    func refusesPatches() throws {
        let before = try revision()
        let good = #"{"uid": {"type": "User", "id": "bob"}, "attrs": {"level": 7}}"#
        for (patch, part) in [
            (
                #"{"uid": {"type": "User", "id": "alice"}, "attrs": {"level": "3"}}"#,
                "`level`: expected `Long`"
            ),
            (
                #"{"uid": {"type": "User", "id": "alice"}, "attrs": {"level": null}}"#,
                #"entity `User::"alice"`: the attribute `level` is required and missing"#
            ),
            (
                #"{"uid": {"type": "User", "id": "alice"}, "attrs": {"rank": 3}}"#,
                #"entity `User::"alice"`: the schema declares no attribute `rank`"#
            ),
            (
                #"{"uid": {"type": "User", "id": "alice"}, "parents": "#
                    + #"[{"type": "Account", "id": "a1"}]}"#,
                "does not let the type `User` be below `Account`"
            ),
        ] {
            let run = try store("patch", Self.bySchema + ["-"], input: "[\(good), \(patch)]")
            #expect(run.status == 1)
            #expect(run.errors.contains(part), "\(run.errors)")
        }
        #expect(try revision() == before)
    }

    @Test("Of an entity patched twice only what comes out must conform")
    func patchesTwice() throws {
        let patches = """
            [{"uid": {"type": "User", "id": "bob"}, "attrs": {"level": null}},
             {"uid": {"type": "User", "id": "bob"}, "attrs": {"level": 9}}]
            """
        #expect(try store("patch", Self.byConfiguration + ["-"], input: patches).status == 0)
        #expect(try store("check", Self.byConfiguration).status == 0)
    }

    @Test("What conforms is taken, with values read by their types")
    func takes() throws {
        try workplace.write(
            "schema.cedarschema",
            PaymentWorld.schema.replacing("level: Long", with: "level: Long, from?: ipaddr"))
        let text = Self.user("carol", #"{"level": 1, "from": "10.0.0.1"}"#)
        for command in ["import", "put"] {
            #expect(try store(command, Self.bySchema + ["-"], input: text).status == 0)
        }
        let patch = #"{"uid": {"type": "User", "id": "carol"}, "attrs": {"from": "10.0.0.2"}}"#
        #expect(try store("patch", Self.bySchema + ["-"], input: patch).status == 0)
        let got = try store("get", ["--store", "store", #"User::"carol""#])
        #expect(got.output.contains("__extn") && got.output.contains("10.0.0.2"))
        // The schema's actions may be stored as they are declared.
        let action =
            #"{"uid": {"type": "Action", "id": "pay"}, "attrs": {}, "#
            + #""parents": [{"type": "Action", "id": "write"}]}"#
        #expect(try store("put", Self.bySchema + ["-"], input: action).status == 0)
        #expect(try store("check", Self.bySchema).status == 0)
    }

    @Test("Ids of enumerations and actions inside of entities are looked at")
    func limitedIDs() throws {
        try workplace.write(
            "schema.cedarschema",
            """
            entity Color enum ["red"]; action go;
            entity Car { color: Color, does?: Set<Action> } tags { c?: Color };
            """)
        func car(_ attributes: String, tags: String = "{}") -> String {
            #"{"uid": {"type": "Car", "id": "x"}, "attrs": \#(attributes), "#
                + #""tags": \#(tags), "parents": []}"#
        }
        let red = #"{"type": "Color", "id": "red"}"#
        let green = red.replacing("red", with: "green")
        let stop = #"{"type": "Action", "id": "stop"}"#
        for (text, part) in [
            (car(#"{"color": \#(green)}"#), #""green" is no id of the enumerated type `Color`"#),
            (
                car(#"{"color": \#(red), "does": [\#(stop)]}"#),
                #"declares no action `Action::"stop"`"#
            ),
            (
                car(#"{"color": \#(red)}"#, tags: #"{"t": {"c": \#(green)}}"#),
                #""green" is no id"#
            ),
            (
                #"{"uid": \#(green), "attrs": {}, "parents": []}"#, #""green" is no id"#
            ),
        ] {
            for command in ["import", "put"] {
                let run = try store(command, Self.bySchema + ["-"], input: text)
                #expect(run.status == 1)
                #expect(run.errors.contains(part), "\(run.errors)")
            }
        }
        let good = car(#"{"color": \#(red)}"#, tags: #"{"t": {"c": \#(red)}}"#)
        #expect(try store("import", Self.bySchema + ["-"], input: good).status == 0)
    }

    @Test("check lists entities that do not conform, and without a schema none")
    func check() throws {
        let text = "[\(Self.user("odd", #"{"level": true}"#)), \(Self.user("bare", "{}"))]"
        #expect(try store("put", ["--store", "store", "-"], input: text).status == 0)
        #expect(try store("check", ["--store", "store"]).status == 0)
        for options in [Self.bySchema, Self.byConfiguration] {
            let run = try store("check", options)
            #expect(run.status == 1)
            #expect(run.errors.contains(#"does not conform: entity `User::"odd"`: attribute"#))
            #expect(run.errors.contains(#"entity `User::"bare"`: the attribute `level`"#))
            #expect(run.errors.contains("2 entities do not conform to the schema"))
        }
    }

    @Test("A store or a configuration must be named")
    func location() throws {
        let run = try store("put", ["-"], input: Self.good)
        #expect(run.status != 0)
        #expect(run.errors.contains("--store or --config is needed"))
    }
}
