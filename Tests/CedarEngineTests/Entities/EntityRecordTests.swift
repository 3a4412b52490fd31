@testable import CedarEngine
import SeededNumbers
import CedarSyntax
import Testing

@Suite struct EntityRecordTests {
    private func record(_ entity: Entity) throws -> [UInt8] {
        var encoder = EntityEncoder()
        return try encoder.encode(entity)
    }

    private func isIntact(_ bytes: some Collection<UInt8>) -> Bool {
        let guarded = GuardedBytes(bytes)
        return EntityRecord.isIntact(guarded.flat, count: guarded.count)
    }

    @Test func noticesEveryChangedBit() throws {
        let bytes = try record(Scene.entities[0])
        #expect(isIntact(bytes))
        var changed = bytes
        for offset in bytes.indices {
            for bit in 0..<8 {
                changed[offset] = bytes[offset] ^ (1 << bit)
                #expect(!isIntact(changed), "bit \(bit) of byte \(offset)")
            }
            changed[offset] = bytes[offset]
        }
    }

    @Test func noticesEveryOtherLength() throws {
        let bytes = try record(Scene.entities[0])
        for count in 0..<bytes.count { #expect(!isIntact(bytes[..<count])) }
        #expect(!isIntact(bytes + [0]))
        #expect(!isIntact(bytes + bytes))
        #expect(!isIntact([UInt8](repeating: 0, count: 64)))
    }

    @Test func refusesWhatIsTooLarge() {
        let half = Text(validUTF8: Array(repeating: 97, count: FlatLimits.maximumBytes / 2))
        let entity = Entity(
            uid: uid("User", "a"), attributes: [("a", .string(half))],
            tags: [("b", .string(half))])
        #expect(throws: FlatEncoder.Failure.tooLarge) { try record(entity) }
    }

    @Test func holdsValidFlatValuesAndGivesTheEntityBack() throws {
        var generator = ValueGenerator(seed: 30)
        for _ in 0..<300 {
            let entity = Entity(
                uid: generator.uid(), attributes: generator.members(depth: 2),
                parents: (0..<generator.numbers.below(4)).map { _ in generator.uid() },
                tags: generator.members(depth: 1))
            let bytes = GuardedBytes(try record(entity))
            let view = EntityRecord(bytes.flat)
            #expect(view.size == bytes.count)
            #expect(view.uid.uid == entity.uid)
            for part in [view.attributes.flat, view.tags.flat] {
                #expect(refusal(of: part.copy(count: part.size), as: .record) == nil)
            }
            let parents = view.parents.flat
            #expect(refusal(of: parents.copy(count: parents.size), as: .set) == nil)
            #expect(view.parents.isAllEntities)
            #expect(view.entity.parents == Set(entity.parents).sorted())
            #expect(areEqual(.record(view.entity.attributes), .record(entity.attributes)))
            #expect(areEqual(.record(view.entity.tags), .record(entity.tags)))
        }
    }
}
