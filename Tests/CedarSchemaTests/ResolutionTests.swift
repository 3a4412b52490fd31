import CedarSchema
import CedarSyntax
import Testing

@Suite struct ResolutionTests {
    struct Row: Sendable, CustomTestStringConvertible {
        var source: String
        /// What the attribute `a` of the entity type `A` (of any namespace) is.
        var type: SchemaType

        var testDescription: String { source }
    }

    // Recorded from cedar-policy 4.12.0 by the values that such an attribute may have.
    static let rows: [Row] = [
        Row(source: "entity A {a: Long};", type: .long),
        Row(source: "entity A {a: __cedar::Long}; entity Long;", type: .long),
        Row(source: "entity Long; entity A {a: Long};", type: .entity("Long")),
        Row(source: "namespace N { entity Long; entity A {a: Long}; }", type: .entity("N::Long")),
        Row(source: "namespace N { type ipaddr = Long; entity A {a: ipaddr}; }", type: .long),
        Row(source: "type ipaddr = Long; namespace N { entity A {a: ipaddr}; }", type: .long),
        Row(
            source: "type ipaddr = Long; namespace N { entity A {a: __cedar::ipaddr}; }",
            type: .extension(.ipaddr)),
        Row(source: "entity X; type X = Long; entity A {a: X};", type: .long),
        Row(source: "entity X; namespace N { entity A {a: X}; }", type: .entity("X")),
        Row(source: "namespace N { entity X; entity A {a: X}; }", type: .entity("N::X")),
        Row(
            source: "action b; namespace N { entity A {a: Action}; action a; }",
            type: .entity("N::Action")),
        Row(source: "action b; namespace N { entity A {a: Action}; }", type: .entity("Action")),
        Row(source: "type Action = Long; action b; entity A {a: Action};", type: .long),
        Row(
            source: "type Action = Long; namespace N { action a; entity A {a: Action}; }",
            type: .entity("N::Action")),
        Row(source: "entity A {a: Long, a: String};", type: .string),
        Row(
            source: "namespace M { type T = X; entity X; } "
                + "namespace N { entity X; entity A {a: M::T}; }",
            type: .entity("M::X")),
        Row(
            source: "entity Bool; type decimal = Bool; entity A {a: Set<decimal>};",
            type: .set(.entity("Bool"))),
    ]

    @Test(arguments: rows)
    func findsTheNearest(_ row: Row) throws {
        let schema = try Schema.parse(row.source)
        let type = try #require(
            schema.entityTypes.values.first { $0.name == "A" || $0.name == "N::A" })
        guard case .standard(let attributes, _) = type.kind else {
            Issue.record("not a standard type")
            return
        }
        #expect(attributes["a"]?.type == row.type)
    }

    @Test func closesGroups() throws {
        let schema = try Schema.parse(
            """
            action g; action h in [g]; action v, w in ["h"];
            namespace N { action g2; action v2 in [g2, h]; }
            """)
        let v = EntityUID(type: "Action", id: "v")
        let g = EntityUID(type: "Action", id: "g")
        let h = EntityUID(type: "Action", id: "h")
        #expect(schema.actions[v]?.parents == [h])
        #expect(schema.actions[v]?.ancestors == [g, h])
        let v2 = EntityUID(type: "N::Action", id: "v2")
        #expect(
            schema.actions[v2]?.ancestors == [g, h, EntityUID(type: "N::Action", id: "g2")])
        #expect(schema.actionEntities.map(\.uid) == schema.actions.keys.sorted())
        #expect(schema.actionEntities.first { $0.uid == v }?.parents == [h])
    }

    @Test func knowsWhatMayBeBelow() throws {
        let schema = try Schema.parse(
            "entity A in [B]; entity B in [C, B]; entity C enum [\"x\"]; entity D;")
        #expect(!schema.canDescend("A", from: "A"))
        #expect(schema.canDescend("A", from: "B"))
        #expect(schema.canDescend("A", from: "C"))
        #expect(schema.canDescend("B", from: "B"))
        #expect(!schema.canDescend("C", from: "B"))
        #expect(!schema.canDescend("D", from: "A"))
        #expect(!schema.canDescend("Unknown", from: "A"))
    }

    @Test func findsAttributesByName() {
        let record = RecordType(attributes: [
            .init(name: "b", type: .long, isRequired: true),
            .init(name: "a", type: .bool, isRequired: false),
            .init(name: "b", type: .string, isRequired: false),
            .init(name: "\u{e9}", type: .long, isRequired: true),
        ])
        #expect(record.attributes.map(\.name) == ["a", "b", "\u{e9}"])
        #expect(record["b"]?.type == .string)
        #expect(record["c"] == nil)
        // The same letter in two scalars is another name.
        #expect(record["e\u{301}"] == nil)
    }
}
