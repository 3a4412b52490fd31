import CedarSchema
import CedarSyntax
import JSON
import Testing

@Suite struct EntityTests {
    static func read(_ text: String, _ schema: String) throws -> Result<[Entity], DataError> {
        let schema = try Schema.parse(schema)
        let values = ValueJSON(try JSONTape(parsing: Array(text.utf8)))
        do throws(DataError) {
            return .success(try values.entities(values.tape.root, schema: schema))
        } catch {
            return .failure(error)
        }
    }

    @Test(arguments: EntityTexts.invalid)
    func refuses(_ refusal: SchemaRefusal) throws {
        guard case .failure(let error) = try Self.read(refusal.source, EntityTexts.schema) else {
            Issue.record("accepted")
            return
        }
        #expect([error.message] == refusal.errors)
        #expect((0...refusal.source.utf8.count).contains(error.offset))
    }

    @Test(arguments: EntityTexts.valid)
    func acceptsAndAddsActions(_ text: String) throws {
        let entities = try Self.read(text, EntityTexts.schema).get()
        let actions = entities.map(\.uid).filter(\.isAction)
        #expect(actions.sorted() == ["g", "h", "v"].map { EntityUID(type: "Action", id: $0) })
    }

    @Test func pointsAtTheValue() throws {
        let text = #"[{"uid": {"type": "U", "id": "a"}, "attrs": {"r": {"a": 5}}, "parents": []}]"#
        guard case .failure(let error) = try Self.read(text, EntityTexts.schema) else {
            Issue.record("accepted")
            return
        }
        #expect(Array(text.utf8)[error.offset] == UInt8(ascii: "5"))
    }

    /// Conformance does not rely on reading by types.
    @Test func checksValuesMadeOtherwise() throws {
        let conformance = EntityConformance(try Schema.parse(EntityTexts.schema))
        let uid = EntityUID(type: "U", id: "a")
        let group = EntityUID(type: "G", id: "x")
        let refused: [Entity] = [
            Entity(uid: EntityUID(type: "X", id: "a")),
            Entity(uid: EntityUID(type: "E", id: "y")),
            Entity(uid: EntityUID(type: "E", id: "x"), attributes: [("a", .long(1))]),
            Entity(uid: EntityUID(type: "E", id: "x"), tags: [("a", .long(1))]),
            Entity(uid: uid, attributes: [("zz", .long(1))]),
            Entity(uid: uid, attributes: [("l", .string("1"))]),
            Entity(uid: uid, attributes: [("e", .entity(uid))]),
            Entity(uid: uid, attributes: [("s", .set([.long(1)]))]),
            Entity(uid: uid, attributes: [("r", .record([]))]),
            Entity(uid: uid, attributes: [("en", .entity(EntityUID(type: "E", id: "y")))]),
            Entity(uid: uid, attributes: [("ac", .entity(EntityUID(type: "Action", id: "y")))]),
            Entity(uid: uid, parents: [uid]),
            Entity(uid: uid, tags: [("t", .string("1.0"))]),
            Entity(uid: EntityUID(type: "Action", id: "g"), tags: [("t", .long(1))]),
            Entity(uid: EntityUID(type: "Action", id: "nope")),
            Entity(
                uid: EntityUID(type: "Action", id: "v"),
                parents: [EntityUID(type: "Action", id: "h")]),
        ]
        for entity in refused {
            #expect(throws: DataError.self, "\(entity)") { try conformance.check(entity) }
        }
        try conformance.check(Entity(uid: uid, attributes: [("l", .long(1))], parents: [group]))
        #expect(throws: DataError.self) {
            try conformance.check(
                Entity(uid: uid, parents: [group]), ancestors: [EntityUID(type: "T", id: "t")])
        }
    }

    @Test func boundsTheDepthOfValues() throws {
        // Sets of sets: each level of the type is one of the value.
        func result(_ levels: Int) throws -> Result<[Entity], DataError> {
            let type =
                String(repeating: "Set<", count: levels) + "Long"
                + String(repeating: ">", count: levels)
            let value =
                String(repeating: "[", count: levels) + String(repeating: "]", count: levels)
            let text = """
                [{"uid": {"type": "A", "id": ""}, "attrs": {"a": \(value)}, "parents": []}]
                """
            return try Self.read(text, "entity A {a: \(type)};")
        }
        #expect(throws: Never.self) { try result(100).get() }
        #expect(throws: Diagnostics.self) { try result(TypeTree.maximumDepth) }
    }
}

@Suite struct RequestTests {
    struct Row: Sendable, CustomTestStringConvertible {
        var request: String
        /// Part of the error; nil when the request conforms.
        var error: String?

        init(_ request: String, _ error: String?) {
            self.request = request
            self.error = error
        }

        var testDescription: String { request }
    }

    static let schema = """
        entity G; entity U in [G]; entity E enum ["x"]; entity T;
        type C = {d?: decimal, l: Long, e?: E, a?: Action, r?: {i: ipaddr}};
        action g;
        action v in [g] appliesTo {principal: [U, E], resource: [U, T], context: C};
        action w appliesTo {principal: G, resource: T};
        """

    static func row(
        _ principal: String, _ action: String, _ resource: String, _ context: String,
        _ error: String?
    ) -> Row {
        Row(
            #"{"principal": "\#(principal)", "action": "\#(action)", "resource": "\#(resource)", "#
                + #""context": \#(context)}"#, error)
    }

    static let v = #"Action::\"v\""#
    static let u = #"U::\"a\""#

    static let rows: [Row] = [
        row(u, #"Action::\"nope\""#, u, "{}", "declares no action"),
        row(u, #"Action::\"g\""#, u, "{}", "only a group"),
        row(#"X::\"a\""#, v, u, #"{"l": 1}"#, "`X` is not declared"),
        row(#"G::\"a\""#, v, u, #"{"l": 1}"#, "does not apply to the principal"),
        row(u, v, #"G::\"a\""#, #"{"l": 1}"#, "does not apply to the resource"),
        row(#"E::\"y\""#, v, u, #"{"l": 1}"#, "no id of the enumerated type"),
        row(u, v, u, "{}", "`l` is required and missing"),
        row(u, v, u, #"{"l": "1"}"#, "expected `Long`"),
        row(u, v, u, #"{"l": 1, "x": 1}"#, "no attribute `x`"),
        row(u, v, u, #"{"l": 1, "e": {"type": "E", "id": "y"}}"#, "no id of the enumerated type"),
        row(u, v, u, #"{"l": 1, "a": {"type": "Action", "id": "y"}}"#, "declares no action"),
        row(u, v, u, #"{"l": 1, "r": {"i": "x"}}"#, "no valid `ipaddr`"),
        row(#"G::\"a\""#, #"Action::\"w\""#, #"T::\"a\""#, #"{"l": 1}"#, "no attribute `l`"),
        row(u, v, u, "[]", "expected a record"),
        row(u, v, u, #"{"l": 1}"#, nil),
        row(#"E::\"x\""#, v, #"T::\"a\""#, #"{"l": 1, "d": "1.0", "r": {"i": "::1"}}"#, nil),
        row(u, v, u, #"{"l": 1, "a": {"type": "Action", "id": "g"}}"#, nil),
        row(#"G::\"a\""#, #"Action::\"w\""#, #"T::\"a\""#, "{}", nil),
    ]

    @Test(arguments: rows)
    func checks(_ row: Row) throws {
        let schema = try Schema.parse(Self.schema)
        let values = ValueJSON(try JSONTape(parsing: Array(row.request.utf8)))
        var found: DataError?
        do throws(DataError) {
            let request = try values.request(values.tape.root, schema: schema)
            try RequestConformance(schema).check(request)
        } catch {
            found = error
        }
        guard let expected = row.error else {
            #expect(found == nil)
            return
        }
        #expect(found?.message.contains(expected) == true, "\(found?.message ?? "accepted")")
    }

    @Test func readsValuesByTheirTypes() throws {
        let schema = try Schema.parse(Self.schema)
        let text = #"{"l": 1, "d": {"fn": "decimal", "arg": "1.5"}, "e": {"type": "E", "id": "x"}}"#
        let values = ValueJSON(try JSONTape(parsing: Array(text.utf8)))
        let context = try values.context(
            values.tape.root, of: EntityUID(type: "Action", id: "v"), schema: schema)
        guard case .decimal(let decimal) = context.first(where: { $0.key == "d" })?.value,
            case .entity(let uid) = context.first(where: { $0.key == "e" })?.value
        else {
            Issue.record("the values have other types")
            return
        }
        #expect(decimal.scaled == 15_000)
        #expect(uid == EntityUID(type: "E", id: "x"))
    }
}
