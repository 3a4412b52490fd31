@testable import CedarEngine
import CedarSyntax
import Testing

@Suite struct EntityMemoTests {
    private func entities(_ count: Int) -> [Entity] {
        (0..<count).map {
            Entity(uid: uid("E", Text("\($0)")), attributes: [("n", .long(Int64($0)))])
        }
    }

    private func policy(_ numbers: some Sequence<Int>) -> String {
        let body = numbers.map { #"E::"\#($0)".n == \#($0)"# }.joined(separator: " && ")
        return "permit(principal, action, resource) when { \(body) };"
    }

    @Test func answersRightlyWhenItIsFull() throws {
        for count in [47, 48, 49, 64, 65, 300] {
            let source = CountingSource(try EntityTable(entities(count)))
            let rules = try ruleset(policy(0..<count) + policy((0..<count).reversed()))
            let decision = try decide(rules, Scene.request, source)
            #expect(decision.verdict == .allow)
            #expect(decision.reasons == [0, 1])
            // What fits is looked up once, what does not is looked up each time.
            #expect(source.records == count + max(0, count - 48))
        }
    }

    @Test func remembersAbsenceToo() throws {
        let source = CountingSource(try EntityTable([]))
        let body = Array(repeating: #"User::"nobody" has age"#, count: 10).joined(separator: " || ")
        let decision = try decide(
            try ruleset("forbid(principal, action, resource) when { \(body) };"),
            Scene.request, source)
        #expect(decision.verdict == .deny(.policies))
        #expect(decision.errors.isEmpty)
        #expect(source.records == 1)
    }

    /// A workspace must not bring what it saw to the next decision.
    @Test func forgetsBetweenDecisions() throws {
        let rules = try ruleset("permit(principal, action, resource) when { principal.on };")
        var workspace = Workspace()
        for on in [true, false, true] {
            let table = try EntityTable([
                Entity(uid: Scene.request.principal, attributes: [("on", .bool(on))])
            ])
            let decision = try decide(rules, Scene.request, table, .strict, &workspace)
            #expect((decision.verdict == .allow) == on)
        }
    }

    @Test func tellsEntitiesOfOneHashApart() throws {
        let (left, right) = (
            GuardedBytes(FlatBuilder.entity([97], [1], hash: 5)),
            GuardedBytes(FlatBuilder.entity([97], [2], hash: 5))
        )
        var encoder = EntityEncoder()
        let record = GuardedBytes(try encoder.encode(Entity(uid: uid("a", "\u{1}"))))
        let source = OneRecord(record: EntityRecord(record.flat), id: 1)
        var memo = EntityMemo()
        for _ in 0..<2 {
            #expect(try memo.record(of: FlatEntity(left.flat), in: source) != nil)
            #expect(try memo.record(of: FlatEntity(right.flat), in: source) == nil)
        }
    }

    /// Knows one record, by the first byte of the id.
    private struct OneRecord: EntitySource {
        let record: EntityRecord
        let id: UInt8

        func record(of uid: FlatEntity) -> EntityLookup {
            uid.uid.id.utf8 == [id] ? .found(record) : .absent
        }

        func ancestors(of uid: FlatEntity) -> AncestorLookup { .absent }
    }
}
