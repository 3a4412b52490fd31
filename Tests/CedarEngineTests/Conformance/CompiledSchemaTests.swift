import CedarSchema
import CedarSyntax
import Testing

@testable import CedarEngine

/// Asks the compiled schema about a request made of trees.
func allows(_ schema: CompiledSchema, _ request: TreeRequest) throws -> Bool {
    let parts = [
        try encoded(.entity(request.principal)), try encoded(.entity(request.action)),
        try encoded(.entity(request.resource)), try encoded(.record(request.context)),
    ].map { FlatConstant(bytes: $0) }
    defer { withExtendedLifetime(parts) {} }
    return schema.view.allows(
        Request(
            principal: FlatEntity(parts[0].flat), action: FlatEntity(parts[1].flat),
            resource: FlatEntity(parts[2].flat), context: FlatRecord(parts[3].flat)))
}

@Suite struct CompiledSchemaTests {
    static let text = """
        entity Team; entity User in [Team]; entity Robot; entity Doc;
        entity Color enum ["red", "blue"];
        action group;
        action none;
        action view in [group] appliesTo {
          principal: [User, Robot], resource: [Doc, Color],
          context: {
            amount: Long, ok: Bool, note?: String, price?: decimal, from?: ipaddr, at?: datetime,
            span?: duration, who?: User, color?: Color, act?: Action, tags?: Set<String>,
            nested?: { a: Long, b?: Set<Set<Color>> }, "two words"?: Long,
          },
        };
        action bare in [view] appliesTo { principal: User, resource: Doc };
        """

    static let least: [(key: Text, value: Value)] = [("amount", .long(1)), ("ok", .bool(true))]

    static func request(
        _ members: [(key: Text, value: Value)] = least,
        principal: EntityUID = uid("User", "a"), action: Text = "view",
        resource: EntityUID = uid("Doc", "d")
    ) -> TreeRequest {
        TreeRequest(
            principal: principal, action: uid("Action", action), resource: resource,
            context: members)
    }

    struct Row: Sendable, CustomTestStringConvertible {
        var request: TreeRequest
        /// What is said of the request; nil when it is allowed.
        var problem: String?
        var testDescription: String { problem ?? "\(request)" }

        init(_ request: TreeRequest, _ problem: String?) {
            self.request = request
            self.problem = problem
        }

        init(with key: Text, _ value: Value, _ problem: String?) {
            self.init(CompiledSchemaTests.request(least + [(key, value)]), problem)
        }
    }

    static let refused = [
        Row(request(action: "edit"), #"action: the schema declares no action `Action::"edit"`"#),
        Row(
            request(action: "group"),
            #"action: the action `Action::"group"` does not apply to the principal "#
                + #"`User::"a"`, it is only a group"#),
        Row(
            request(action: "none"),
            #"action: the action `Action::"none"` does not apply to the principal "#
                + #"`User::"a"`, it is only a group"#),
        Row(
            request(principal: uid("Team", "a")),
            #"principal: the action `Action::"view"` does not apply to the principal "#
                + #"`Team::"a"`, only to `Robot`, `User`"#),
        Row(
            request(principal: uid("Nobody", "a")),
            "principal: the principal's type `Nobody` is not declared in the schema"),
        Row(
            request(resource: uid("User", "a")),
            #"resource: the action `Action::"view"` does not apply to the resource "#
                + #"`User::"a"`, only to `Color`, `Doc`"#),
        Row(
            request(resource: uid("Color", "green")),
            #"resource: "green" is no id of the enumerated type `Color`"#),
        Row(request([("ok", .bool(true))]), "context.amount: required and missing"),
        Row(request([("amount", .long(1))]), "context.ok: required and missing"),
        Row(request([]), "context.amount: required and missing"),
        Row(
            request([("amount", .string("1")), ("ok", .bool(true))]),
            "context.amount: expected `Long`, found a `String`"),
        Row(
            request([("amount", .long(1)), ("ok", .long(1))]),
            "context.ok: expected `Bool`, found a `Long`"),
        Row(
            request([("amount", .long(1))], action: "bare", resource: uid("Doc", "d")),
            "context.amount: the schema declares no such attribute"),
        Row(with: "extra", .long(1), "context.extra: the schema declares no such attribute"),
        Row(with: "note", .long(1), "context.note: expected `String`, found a `Long`"),
        Row(with: "price", .long(1), "context.price: expected `decimal`, found a `Long`"),
        Row(
            with: "from", .string("1.2.3.4"),
            "context.from: expected `ipaddr`, found a `String`"),
        Row(
            with: "at", .duration(Duration(milliseconds: 1)),
            "context.at: expected `datetime`, found a `duration`"),
        Row(
            with: "span", .datetime(DateTime(milliseconds: 1)),
            "context.span: expected `duration`, found a `datetime`"),
        Row(
            with: "who", .entity(uid("Robot", "a")),
            #"context.who: expected `User`, found the entity `Robot::"a"`"#),
        Row(
            with: "color", .entity(uid("Color", "reb")),
            #"context.color: "reb" is no id of the enumerated type `Color`; "#
                + #"did you mean "red"?"#),
        Row(
            with: "act", .entity(uid("Action", "edit")),
            #"context.act: the schema declares no action `Action::"edit"`"#),
        Row(
            with: "tags", .set([.string("a"), .long(1)]),
            "context.tags: expected `String`, found a `Long`"),
        Row(with: "tags", .record([]), "context.tags: expected `Set<String>`, found a record"),
        Row(with: "nested", .record([]), "context.nested.a: required and missing"),
        Row(
            with: "nested", .record([("a", .bool(true))]),
            "context.nested.a: expected `Long`, found a `Bool`"),
        Row(
            with: "nested", .record([("a", .long(1)), ("c", .long(1))]),
            "context.nested.c: the schema declares no such attribute"),
        Row(
            with: "nested",
            .record([
                ("a", .long(1)),
                ("b", .set([.set([]), .set([.entity(uid("Color", "green"))])])),
            ]), #"context.nested.b: "green" is no id of the enumerated type `Color`"#),
        Row(
            with: "two words", .bool(true),
            #"context["two words"]: expected `Long`, found a `Bool`"#),
    ]

    static let allowed = [
        Row(request(), nil), Row(request(principal: uid("Robot", "")), nil),
        Row(request(resource: uid("Color", "red")), nil), Row(request([], action: "bare"), nil),
        Row(with: "note", .string(""), nil), Row(with: "price", .decimal(Decimal(scaled: 1)), nil),
        Row(with: "from", .ip(IPAddress(ipv4: 1)), nil),
        Row(with: "at", .datetime(DateTime(milliseconds: 1)), nil),
        Row(with: "span", .duration(Duration(milliseconds: 1)), nil),
        Row(with: "who", .entity(uid("User", "nobody")), nil),
        Row(with: "color", .entity(uid("Color", "blue")), nil),
        Row(with: "act", .entity(uid("Action", "group")), nil),
        Row(with: "tags", .set([]), nil), Row(with: "tags", .set([.string("a")]), nil),
        Row(
            with: "nested",
            .record([
                ("b", .set([.set([.entity(uid("Color", "red"))]), .set([])])), ("a", .long(1)),
            ]), nil),
        Row(with: "two words", .long(1), nil),
    ]

    @Test(arguments: refused + allowed)
    func judgesRequests(_ row: Row) throws {
        let schema = try Schema.parse(Self.text)
        #expect(RequestConformance(schema).problem(in: row.request) == row.problem)
        #expect(try allows(CompiledSchema(schema), row.request) == (row.problem == nil))
    }

    /// A schema of many names: some of their hashes must share low bits, and the walk over sorted
    /// attributes must find each.
    @Test func findsEachOfManyAttributes() throws {
        let names = (0..<500).map { "a\($0)" }
        let schema = try CompiledSchema(
            Schema.parse(
                "entity E; action x appliesTo { principal: E, resource: E, context: {"
                    + names.map { "\($0)?: Long" }.joined(separator: ",") + "} };"))
        for name in names {
            for (value, isExpected) in [(Value.long(1), true), (.bool(true), false)] {
                let request = TreeRequest(
                    principal: uid("E", "1"), action: uid("Action", "x"), resource: uid("E", "2"),
                    context: [(Text(name), value)])
                #expect(try allows(schema, request) == isExpected)
            }
        }
    }

    @Test func knowsActionsAsEntities() throws {
        let compiled = try CompiledSchema(Schema.parse(Self.text))
        let view = compiled.view
        func lookUp(_ uid: EntityUID) throws -> (Entity?, [EntityUID]?) {
            try encoded(.entity(uid)).withFlat { flat in
                var entity: Entity?
                var ancestors: [EntityUID]?
                if case .found(let record) = view.record(of: FlatEntity(flat)) {
                    entity = record.entity
                }
                if case .found(let set) = view.ancestors(of: FlatEntity(flat)) {
                    ancestors = set.uids
                }
                return (entity, ancestors)
            }
        }
        let (bare, above) = try lookUp(uid("Action", "bare"))
        #expect(bare?.uid == uid("Action", "bare") && bare?.parents == [uid("Action", "view")])
        #expect(above == [uid("Action", "group"), uid("Action", "view")])
        let (group, none) = try lookUp(uid("Action", "group"))
        #expect(group?.parents == [] && none == nil)
        for unknown in [uid("Action", "x"), uid("User", "bare"), uid("NS::Action", "bare")] {
            let (entity, ancestors) = try lookUp(unknown)
            #expect(entity == nil && ancestors == nil)
        }
        withExtendedLifetime(compiled) {}
    }
}
