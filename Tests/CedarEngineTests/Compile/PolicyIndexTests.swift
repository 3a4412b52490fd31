@testable import CedarEngine
import SeededNumbers
import CedarSyntax
import Testing

@Suite struct PolicyIndexTests {
    private static let types = ["User", "Group", "Photo"]
    private static let names = ["a", "b", "c", "d"]

    private struct Generator {
        var numbers: SeededNumbers

        mutating func uid() -> EntityUID {
            EntityUID(
                type: Text(types[numbers.below(types.count)]),
                id: Text(names[numbers.below(names.count)]))
        }

        mutating func action() -> EntityUID {
            EntityUID(type: "Action", id: Text(names[numbers.below(names.count)]))
        }

        mutating func scope() -> ScopeConstraint {
            switch numbers.below(6) {
            case 0, 1: .any
            case 2: .equal(.entity(uid()))
            case 3: .in(.entity(uid()))
            case 4: .isType(Text(types[numbers.below(types.count)]))
            default: .isTypeIn(Text(types[numbers.below(types.count)]), .entity(uid()))
            }
        }

        mutating func actionScope() -> ActionConstraint {
            switch numbers.below(5) {
            case 0, 1: .any
            case 2: .equal(action())
            case 3: .in(action())
            default: .inSet((0..<numbers.below(3)).map { _ in action() })
            }
        }

        mutating func policy() -> Policy {
            let (principal, action, resource) = (scope(), actionScope(), scope())
            return Policy(
                effect: .permit, annotations: [], principal: principal, action: action,
                resource: resource, conditions: [], span: SourceSpan(0, 0))
        }

        /// Entities whose parents have larger numbers, so that there is no cycle.
        mutating func entities() -> [Entity] {
            var all: [EntityUID] = []
            for type in types {
                for name in names { all.append(EntityUID(type: Text(type), id: Text(name))) }
            }
            var entities: [Entity] = []
            for index in all.indices where numbers.below(4) > 0 {
                let parents = all[(index + 1)...].filter { _ in numbers.below(5) == 0 }
                entities.append(Entity(uid: all[index], parents: parents))
            }
            let actions = names.map { EntityUID(type: "Action", id: Text($0)) }
            for index in actions.indices {
                let parents = actions[(index + 1)...].filter { _ in numbers.below(3) == 0 }
                entities.append(Entity(uid: actions[index], parents: parents))
            }
            return entities
        }
    }

    /// Scopes as the language reference tells them, without index, program or closure.
    private struct PlainScopes {
        let parents: [EntityUID: [EntityUID]]

        func isIn(_ left: EntityUID, _ right: EntityUID) -> Bool {
            left == right || (parents[left] ?? []).contains { isIn($0, right) }
        }

        func matches(_ entity: EntityUID, _ scope: ScopeConstraint) -> Bool {
            switch scope {
            case .any: true
            case .equal(.entity(let other)): entity == other
            case .in(.entity(let other)): isIn(entity, other)
            case .isType(let type): entity.type == type
            case .isTypeIn(let type, .entity(let other)):
                entity.type == type && isIn(entity, other)
            case .equal(.slot), .in(.slot), .isTypeIn(_, .slot): false
            }
        }

        func matches(_ action: EntityUID, _ scope: ActionConstraint) -> Bool {
            switch scope {
            case .any: true
            case .equal(let other): action == other
            case .in(let other): isIn(action, other)
            case .inSet(let others): others.contains { isIn(action, $0) }
            }
        }
    }

    @Test func decidesLikePlainScopes() throws {
        var generator = Generator(numbers: SeededNumbers(seed: 60))
        var matched = 0
        for round in 0..<120 {
            let entities = generator.entities()
            let plain = PlainScopes(
                parents: Dictionary(uniqueKeysWithValues: entities.map { ($0.uid, $0.parents) }))
            let policies = (0..<generator.numbers.below(60)).map { _ in generator.policy() }
            let rules = try Ruleset(
                PolicySet(
                    members: policies.enumerated().map {
                        .init(id: Text("policy\($0)"), policy: $1)
                    }), version: 1)
            let table = try EntityTable(entities)
            var workspace = Workspace()
            for _ in 0..<30 {
                let request = TreeRequest(
                    principal: generator.uid(), action: generator.action(),
                    resource: generator.uid())
                let expected = policies.indices.filter {
                    plain.matches(request.principal, policies[$0].principal)
                        && plain.matches(request.action, policies[$0].action)
                        && plain.matches(request.resource, policies[$0].resource)
                }
                let decision = try decide(rules, request, table, .strict, &workspace)
                #expect(decision.reasons == expected.map { UInt32($0) }, "round \(round)")
                #expect(decision.verdict == (expected.isEmpty ? .deny(.policies) : .allow))
                matched += expected.count
            }
        }
        #expect(matched > 1_000)
    }

    @Test func findsOneOfAThousandPolicies() throws {
        let text = (0..<1_000).map { number in
            let scope =
                switch number % 3 {
                case 0: #"principal == User::"\#(number)", action, resource"#
                case 1: #"principal, action == Action::"\#(number)", resource"#
                default: #"principal, action, resource == Photo::"\#(number)""#
                }
            return "permit(\(scope));"
        }
        let rules = try ruleset(text.joined(separator: "\n"))
        #expect(rules.view.policyCount == 1_000)
        let table = try EntityTable([])
        var workspace = Workspace()
        for number in 0..<1_003 {
            let name = Text("\(number)")
            let request = TreeRequest(
                principal: uid("User", name), action: uid("Action", name),
                resource: uid("Photo", name))
            let decision = try decide(rules, request, table, .strict, &workspace)
            #expect(decision.reasons == (number < 1_000 ? [UInt32(number)] : []))
        }
        for number: UInt32 in [0, 1, 999] {
            #expect(rules.view.policyID(number).text == Text("policy\(number)"))
        }
    }

    /// Equal low bits, so that all keys want the same slot.
    @Test func tableHoldsEveryEntry() {
        for count in [0, 1, 2, 3, 100] {
            let entries = (0..<count).map { number in
                let key = UInt64(number / 2) << 32 | 0xFFF
                return (
                    key: key,
                    slot: PolicyIndex.Slot(
                        tag: PolicyIndex.tag(key), block: UInt32(number), count: 1, forbids: 0)
                )
            }
            let slots = PolicyIndex.table(entries)
            #expect(slots.count >= 2 * count)
            #expect(slots.count.nonzeroBitCount == 1)
            let held = slots.filter { $0.count > 0 }
            #expect(held.map(\.block).sorted() == (0..<UInt32(count)).map { $0 })
        }
    }

    /// A slot says nothing of its role but by its tag.
    @Test func tagsOfOneHashDifferInAllRoles() {
        let roles = PolicyIndex.Role.firstPath + PolicyIndex.Role.maximumPaths
        for hash: UInt64 in [0, 1, .max, 0x0123_4567_89AB_CDEF] {
            let tags = (0..<roles).map {
                PolicyIndex.tag(PolicyIndex.key(.init(rawValue: UInt8($0)), hash))
            }
            #expect(Set(tags).count == roles)
        }
        #expect(roles <= UInt64.bitWidth)
    }

    /// A policy stands where the fewest stand, whatever part of its scope that is.
    @Test func standsWhereFewStand() throws {
        let rules = try ruleset(
            (0..<50).map { number in
                """
                permit(principal in Group::"\(number)", action == Action::"view",
                    resource == Photo::"beach");
                permit(principal == User::"a", action in [Action::"view", Action::"\(number)"],
                    resource in Album::"\(number)");
                """
            }.joined())
        let places = rules.view
        let beach = try FlatConstant(.entity(uid("Photo", "beach")))
        #expect(places.run(.resource, FlatEntity(beach.flat)) == .none)
        #expect(places.ancestors(.principalAncestor).count == 50)
        #expect(places.ancestors(.resourceAncestor).count == 50)
        #expect(places.ancestors(.actionAncestor).count == 0)
        #expect(places.general.count == 0)
        withExtendedLifetime((rules, beach)) {}
    }

    /// Many groups on both sides: ancestors are sought among the policies, and each policy found
    /// over several ways counts once.
    @Test func findsPoliciesOfManyAncestorsOnce() throws {
        var text = ""
        for number in 0..<200 {
            text += """
                permit(principal in Group::"\(number)", action, resource);
                forbid(principal, action in [Action::"g\(number)", Action::"g\(number + 1)"], resource)
                when { resource.missing };
                """
        }
        let rules = try ruleset(text)
        let groups = (0..<40).map { uid("Group", Text("\($0 * 3)")) }
        let top = uid("Group", "199")
        let actions = (0..<20).map { uid("Action", Text("g\($0)")) }
        var entities = groups.map { Entity(uid: $0, parents: [top]) }
        entities.append(Entity(uid: uid("User", "ann"), parents: groups))
        entities.append(Entity(uid: uid("Action", "view"), parents: actions))
        let decision = try decide(
            rules,
            TreeRequest(
                principal: uid("User", "ann"), action: uid("Action", "view"),
                resource: uid("Photo", "beach")), try EntityTable(entities))
        #expect(decision.verdict == .allow)
        // Group n permits by policy 2n; the forbid of action group n, also reached as n + 1, errs.
        let permits: [UInt32] = (0..<40).map { UInt32($0) * 6 } + [398]
        let forbids: [UInt32] = (0..<20).map { UInt32($0) * 2 + 1 }
        #expect(decision.reasons == permits)
        #expect(decision.errors.map(\.policy) == forbids)
    }

    @Test func policiesOfUnreadableAncestorsAreNotSkipped() throws {
        struct Broken: EntitySource {
            let table: EntityTable
            func record(of uid: FlatEntity) -> EntityLookup { table.record(of: uid) }
            func ancestors(of uid: FlatEntity) -> AncestorLookup { .failed }
        }
        let rules = try ruleset(
            """
            permit(principal, action, resource);
            forbid(principal in Group::"bad", action, resource);
            """)
        let table = try EntityTable([
            Entity(uid: uid("User", "ann"), parents: [uid("Group", "good")])
        ])
        let decision = try decide(
            rules,
            TreeRequest(
                principal: uid("User", "ann"), action: uid("Action", "view"),
                resource: uid("Photo", "beach")), Broken(table: table))
        #expect(decision.verdict == .deny(.storeUnavailable))
    }
}
