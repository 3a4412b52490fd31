import CedarSchema
import CedarSyntax
import Testing

/// The errors of a text as `line:column message | help`; empty when it is a schema.
func errors(in source: String) -> [String] {
    do {
        _ = try Schema.parse(source)
        return []
    } catch {
        let map = SourceMap(Array(source.utf8))
        return error.all.map { diagnostic in
            let place = map.position(at: Int(diagnostic.span.start))
            return "\(place.line):\(place.column) \(diagnostic.message)"
                + (diagnostic.help.map { " | \($0)" } ?? "")
        }
    }
}

@Suite struct SchemaTextTests {
    @Test(arguments: SchemaTexts.invalid)
    func refuses(_ refusal: SchemaRefusal) {
        #expect(errors(in: refusal.source) == refusal.errors)
    }

    @Test(arguments: SchemaTexts.valid)
    func accepts(_ source: String) {
        #expect(errors(in: source) == [])
    }

    @Test func goesOnAfterErrors() {
        let source = String(repeating: "entity A { a Long };\n", count: 30)
        #expect(errors(in: source).count == SyntaxLimits.standard.maximumDiagnostics)
    }

    @Test func refusesWhatIsNotUTF8() {
        #expect(throws: Diagnostics.self) { try Schema.parse([0x65, 0xFF, 0x20]) }
    }

    @Test func refusesTextsBeyondTheLimit() throws {
        let text = Array("entity A;".utf8)
        #expect(throws: Diagnostics.self) {
            try Schema.parse(text, limits: SyntaxLimits(maximumBytes: text.count - 1))
        }
        _ = try Schema.parse(text, limits: SyntaxLimits(maximumBytes: text.count))
    }
}

@Suite struct SchemaDepthTests {
    /// A tag type of this many levels below its own.
    private static func text(_ levels: Int, _ opening: String, _ closing: String) -> String {
        "entity A tags " + String(repeating: opening, count: levels) + "Long"
            + String(repeating: closing, count: levels) + ";"
    }

    @Test(arguments: [("Set<", ">"), ("{a: ", "}")])
    func boundsNesting(_ brackets: (String, String)) {
        let limit = TypeTree.maximumDepth
        let deepest = Self.text(limit - 1, brackets.0, brackets.1)
        #expect(errors(in: deepest) == [])
        let tooDeep = Self.text(limit, brackets.0, brackets.1)
        #expect(errors(in: tooDeep).first?.contains("nested more than \(limit) levels") == true)
        let absurd = Self.text(100_000, brackets.0, brackets.1)
        #expect(errors(in: absurd).first?.contains("nested more than \(limit) levels") == true)
    }

    /// Every type holds the next one; the last is a primitive.
    private static func chain(_ levels: Int, ascending: Bool) -> String {
        (1...levels).reduce("type T\(1000 + (ascending ? 0 : levels)) = Long;\n") { text, level in
            let (this, last) = ascending ? (level, level - 1) : (levels - level, levels - level + 1)
            return text + "type T\(1000 + this) = {a: T\(1000 + last)};\n"
        }
    }

    @Test(arguments: [true, false])
    func boundsNestingThroughCommonTypes(ascending: Bool) {
        let limit = TypeTree.maximumDepth
        #expect(errors(in: Self.chain(limit - 1, ascending: ascending)) == [])
        let tooDeep = errors(in: Self.chain(limit + 1, ascending: ascending))
        #expect(tooDeep.first?.contains("nested more than \(limit) levels") == true)
        #expect(!errors(in: Self.chain(20_000, ascending: ascending)).isEmpty)
    }

    @Test func boundsTheSizeOfInlinedTypes() {
        let text = (0..<40).reduce("type T40 = Long;\n") { text, level in
            text + "type T\(level) = {a: T\(level + 1), b: T\(level + 1)};\n"
        }
        #expect(errors(in: text).first?.contains("consists of more than 100000 types") == true)
    }

    @Test func closesLongChainsOfGroups() throws {
        let text = (1..<600).reduce("action a0;\n") { text, index in
            text + "action a\(index) in a\(index - 1);\n"
        }
        let schema = try Schema.parse(text)
        let last = EntityUID(type: "Action", id: "a599")
        #expect(schema.actions[last]?.ancestors.count == 599)
        let longer = (600..<800).reduce(text) { text, index in
            text + "action a\(index) in a\(index - 1);\n"
        }
        #expect(errors(in: longer).first?.contains("groups in all") == true)
    }
}

@Suite struct SchemaJSONTests {
    @Test(arguments: SchemaJSONTexts.invalid)
    func refuses(_ refusal: SchemaRefusal) {
        #expect(errors(in: refusal.source) == refusal.errors)
    }

    @Test(arguments: SchemaJSONTexts.valid)
    func accepts(_ source: String) {
        #expect(errors(in: source) == [])
    }

    @Test func resolvesToTheSameSchemaAsText() throws {
        let text = """
            namespace N {
              type Name = { first: String, last?: String };
              entity Group in [Group];
              entity User in [Group] { name: Name, boss?: User, seen: datetime } tags Set<String>;
              entity Color enum ["red", "green"];
              action change;
              action rename, "re move" in [change] appliesTo {
                principal: User, resource: [User, Group], context: { from: ipaddr, ok: Bool }
              };
            }
            """
        let json = """
             {"N": {
               "commonTypes": {"Name": {"type": "Record", "attributes": {
                 "first": {"type": "String"}, "last": {"type": "String", "required": false}}}},
               "entityTypes": {
                 "Group": {"memberOfTypes": ["Group"]},
                 "User": {"memberOfTypes": ["N::Group"], "tags": {"type": "Set", "element":
                   {"type": "EntityOrCommon", "name": "__cedar::String"}},
                   "shape": {"type": "Record", "attributes": {
                     "name": {"type": "Name"},
                     "boss": {"type": "Entity", "name": "User", "required": false},
                     "seen": {"type": "Extension", "name": "datetime"}}}},
                 "Color": {"enum": ["green", "red"]}},
               "actions": {
                 "change": {},
                 "rename": {"memberOf": [{"id": "change"}], "appliesTo": {
                   "principalTypes": ["User"], "resourceTypes": ["Group", "User"],
                   "context": {"type": "Record", "attributes": {
                     "from": {"type": "ipaddr"}, "ok": {"type": "Boolean"}}}}},
                 "re move": {"memberOf": [{"id": "change", "type": "N::Action"}], "appliesTo": {
                   "principalTypes": ["User"], "resourceTypes": ["N::User", "Group"],
                   "context": {"type": "Record", "attributes": {
                     "from": {"type": "EntityOrCommon", "name": "ipaddr"},
                     "ok": {"type": "Bool"}}}}}}}}
            """
        #expect(try Schema.parse(text) == Schema.parse(json))
    }
}
