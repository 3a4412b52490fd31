@testable import CedarEngine
import CedarSyntax
import Testing

@Suite struct EntityTableTests {
    private func failure(_ entities: [Entity]) -> EntityTable.Failure? {
        do throws(EntityTable.Failure) {
            _ = try EntityTable(entities)
            return nil
        } catch {
            return error
        }
    }

    private func lookUp(_ name: EntityUID, in table: EntityTable) throws -> Entity? {
        let key = try FlatConstant(.entity(name))
        guard case .found(let record) = table.record(of: FlatEntity(key.flat)) else { return nil }
        return record.entity
    }

    private func ancestors(of name: EntityUID, in table: EntityTable) throws -> [EntityUID]? {
        let key = try FlatConstant(.entity(name))
        guard case .found(let set) = table.ancestors(of: FlatEntity(key.flat)) else { return nil }
        return set.uids
    }

    @Test func refusesDifferentEntitiesOfOneIdentity() {
        let alice = uid("User", "alice")
        let others = [
            Entity(uid: alice, attributes: [("age", .long(1))]),
            Entity(uid: alice, parents: [uid("Group", "staff")]),
            Entity(uid: alice, tags: [("age", .long(1))]),
        ]
        for other in others {
            guard
                case .duplicate(alice, index: 2) = failure([
                    Entity(uid: uid("User", "bob")), Entity(uid: alice), other,
                ])
            else {
                Issue.record("a different entity is not refused")
                continue
            }
        }
    }

    @Test func takesEqualEntitiesAsOne() throws {
        let alice = uid("User", "alice")
        let groups = [uid("Group", "a"), uid("Group", "b")]
        let first = Entity(
            uid: alice, attributes: [("s", .set([.long(1), .long(2)])), ("t", .long(3))],
            parents: groups)
        let second = Entity(
            uid: alice,
            attributes: [("t", .long(3)), ("s", .set([.long(2), .long(1), .long(2)]))],
            parents: groups.reversed() + groups)
        #expect(try EntityTable([first, second, first]).count == 1)
    }

    @Test func refusesCycles() {
        let (a, b) = (uid("Group", "a"), uid("Group", "b"))
        let cycles = [
            [Entity(uid: a, parents: [a])],
            [Entity(uid: a, parents: [b]), Entity(uid: b, parents: [a])],
            [Entity(uid: uid("User", "u"), parents: [a]), Entity(uid: a, parents: [a])],
        ]
        for cycle in cycles {
            guard case .cycle = failure(cycle) else {
                Issue.record("a cycle is not refused")
                continue
            }
        }
    }

    @Test func refusesActionsBelowOtherEntities() {
        let action = uid("NS::Action", "view")
        let parent = uid("Group", "staff")
        guard
            case .actionParent(action, parent: parent, index: 1) = failure([
                Entity(uid: uid("User", "bob"), parents: [parent]),
                Entity(uid: action, parents: [uid("Action", "read"), parent]),
            ])
        else {
            Issue.record("an action with a parent that is no action is not refused")
            return
        }
        #expect(failure([Entity(uid: action, parents: [uid("Other::Action", "x")])]) == nil)
        // The last component counts, not the last letters.
        #expect(failure([Entity(uid: uid("Reaction", "x"), parents: [parent])]) == nil)
        #expect(failure([Entity(uid: uid("Action::NS", "x"), parents: [parent])]) == nil)
    }

    @Test func refusesValuesBeyondTheBounds() {
        let deep = (0...FlatLimits.maximumDepth).reduce(Value.long(1)) { value, _ in .set([value]) }
        guard
            case .value(.tooDeep, uid("User", "a"), index: 0) = failure([
                Entity(uid: uid("User", "a"), attributes: [("deep", deep)])
            ])
        else {
            Issue.record("a deep value is not refused")
            return
        }
    }

    @Test func refusesALongChain() {
        let chain = (0..<20_000).map { number in
            Entity(
                uid: uid("Group", Text("\(number)")), parents: [uid("Group", Text("\(number + 1)"))]
            )
        }
        guard case .tooManyAncestors = failure(chain) else {
            Issue.record("the chain is not refused")
            return
        }
    }

    @Test func findsEntitiesAndAncestors() throws {
        let table = try EntityTable(Scene.entities)
        #expect(table.count == Scene.entities.count)
        for entity in Scene.entities {
            #expect(try lookUp(entity.uid, in: table)?.uid == entity.uid)
        }
        #expect(try lookUp(uid("User", "nobody"), in: table) == nil)
        #expect(try lookUp(uid("Group", "absentRoot"), in: table) == nil)
        #expect(
            try ancestors(of: uid("Group", "staff"), in: table)
                == [uid("Group", "absentRoot"), uid("Group", "all")])
        #expect(
            try ancestors(of: uid("Group", "all"), in: table) == [uid("Group", "absentRoot")])
        #expect(try ancestors(of: uid("Group", "absentRoot"), in: table) == nil)
        // Not a parent: its direct parents and their ancestors are enough.
        #expect(try ancestors(of: uid("User", "alice"), in: table) == nil)
    }

    @Test func holdsNothing() throws {
        let table = try EntityTable([])
        #expect(table.count == 0)
        #expect(try lookUp(uid("User", "alice"), in: table) == nil)
        #expect(try ancestors(of: uid("User", "alice"), in: table) == nil)
    }
}
