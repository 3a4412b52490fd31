package import CedarEngine
import CedarSchema
import CedarSyntax

/// A schema of a usual size and a request that conforms to it.
package struct TypicalSchema: Sendable {
    package let schema: CompiledSchema
    package let request: Request

    package init() throws {
        schema = try CompiledSchema(
            Schema.parse(
                """
                entity User; entity Color enum ["red", "blue"];
                action view appliesTo { principal: User, resource: User, context: {
                  amount: Long, note?: String, tags: Set<String>, color: Color,
                  device: { id: String, os?: { name: String } } } };
                """))
        let alice = EntityUID(type: "User", id: "alice")
        var encoder = FlatEncoder()
        request = Request(
            principal: FlatEntity(PinnedEntities.pin(try encoder.encode(alice))),
            action: FlatEntity(
                PinnedEntities.pin(try encoder.encode(EntityUID(type: "Action", id: "view")))),
            resource: FlatEntity(PinnedEntities.pin(try encoder.encode(alice))),
            context: FlatRecord(
                PinnedEntities.pin(
                    try encoder.encode(record: [
                        ("amount", .long(1)), ("tags", .set([.string("a"), .string("b")])),
                        ("color", .entity(EntityUID(type: "Color", id: "red"))),
                        (
                            "device",
                            .record([
                                ("id", .string("x")), ("os", .record([("name", .string("y"))])),
                            ])
                        ),
                    ]))))
    }
}
