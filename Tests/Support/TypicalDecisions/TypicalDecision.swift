package import CedarEngine
import CedarSyntax

/// A policy set and a request of a usual kind, ready to be decided.
package struct TypicalDecision: Sendable, CustomStringConvertible {
    package let description: String
    package let ruleset: Ruleset
    package let request: Request
    package let entities: PinnedEntities
    /// The verdict that the policies give.
    package let expected: Verdict

    private init(_ description: String, _ policies: String, _ expected: Verdict) throws {
        self.description = description
        self.expected = expected
        ruleset = try Ruleset(try PolicySet.parse(policies), version: 1)
        entities = try PinnedEntities(
            Self.entities,
            ancestors: [
                (EntityUID(type: "Group", id: "staff"), [EntityUID(type: "Group", id: "all")])
            ])
        var encoder = FlatEncoder()
        request = Request(
            principal: FlatEntity(PinnedEntities.pin(try encoder.encode(Self.alice))),
            action: FlatEntity(PinnedEntities.pin(try encoder.encode(Self.view))),
            resource: FlatEntity(PinnedEntities.pin(try encoder.encode(Self.account))),
            context: FlatRecord(PinnedEntities.pin(try encoder.encode(record: Self.context))))
    }

    package static func all() throws -> [TypicalDecision] {
        try [
            TypicalDecision(
                "roles",
                #"permit(principal in Group::"all", action == Action::"view", resource);"#, .allow),
            TypicalDecision(
                "attributes",
                """
                permit(principal, action == Action::"view", resource is Account)
                when {
                    principal.department == resource.department &&
                    principal.level >= resource.minimumLevel && context.multiFactor
                };
                forbid(principal, action, resource) when { resource.frozen };
                """, .allow),
            TypicalDecision(
                "posture",
                """
                permit(principal, action, resource)
                when {
                    context.scopes.contains("accounts:read") &&
                    context.address.isInRange(ip("10.0.0.0/8")) &&
                    context.now.durationSince(context.lastSeen) < duration("15m")
                };
                forbid(principal, action, resource)
                unless { context has device.encrypted && context.device.encrypted };
                """, .allow),
            TypicalDecision(
                "made values",
                """
                permit(principal, action, resource)
                when {
                    [resource.owner, principal].contains(principal) &&
                    resource.path like "/accounts/*/balance" &&
                    {department: principal.department} == {department: resource.department} &&
                    decimal(context.amount).lessThan(decimal("1000.00")) &&
                    ip(context.peer).isLoopback()
                };
                """, .allow),
            TypicalDecision(
                "faults",
                """
                permit(principal, action, resource) when { context.absent };
                permit(principal, action, resource) when { 1 + context.now == 1 };
                forbid(principal, action, resource) when { principal.absent.path };
                """, .deny(.policyError)),
            TypicalDecision(
                "a hundred policies",
                (0..<100).map {
                    #"permit(principal == User::"u\#($0)", action, resource) when { context.multiFactor };"#
                }.joined() + #"permit(principal == User::"alice", action, resource);"#, .allow),
        ]
    }

    private static let alice = EntityUID(type: "User", id: "alice")
    private static let view = EntityUID(type: "Action", id: "view")
    private static let account = EntityUID(type: "Account", id: "CH93-0076-2011")

    private static let context: [(key: Text, value: Value)] = [
        ("multiFactor", .bool(true)), ("amount", .string("99.95")), ("peer", .string("127.0.0.1")),
        ("scopes", .set([.string("accounts:read"), .string("payments:write")])),
        ("address", .ip(IPAddress(ipv4: 0x0A01_0203))),
        ("now", .datetime(DateTime(milliseconds: 1_700_000_000_000))),
        ("lastSeen", .datetime(DateTime(milliseconds: 1_699_999_500_000))),
        ("device", .record([("encrypted", .bool(true)), ("patched", .bool(true))])),
    ]

    private static let entities = [
        Entity(
            uid: alice,
            attributes: [
                ("department", .string("retail")), ("level", .long(3)), ("name", .string("Alice")),
            ],
            parents: [EntityUID(type: "Group", id: "staff")]),
        Entity(
            uid: account,
            attributes: [
                ("department", .string("retail")), ("minimumLevel", .long(2)),
                ("frozen", .bool(false)), ("owner", .entity(alice)),
                ("path", .string("/accounts/CH93/balance")),
            ]),
        Entity(uid: view),
    ]
}
