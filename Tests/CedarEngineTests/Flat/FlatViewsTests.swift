@testable import CedarEngine
import SeededNumbers
import CedarSyntax
import Testing

@Suite struct FlatViewsTests {
    /// Longs under one hash, in the order of their bytes: what a forged collision would give.
    private func collidingSet(_ numbers: [UInt64]) -> [UInt8] {
        let elements = numbers.map { FlatBuilder.scalar(.long, $0) }.sorted {
            $0.lexicographicallyPrecedes($1)
        }
        return FlatBuilder.set(elements, hashes: elements.map { _ in 7 })
    }

    @Test func findsElementsAmongEqualHashes() {
        let bytes = GuardedBytes(collidingSet([1, 2, 3, 4, 5]))
        let set = FlatSet(bytes.flat)
        for number: UInt64 in 1...5 {
            #expect(set.contains(hash: 7) { Operand(.long, number).equals($0) })
        }
        #expect(!set.contains(hash: 7) { Operand(.long, 6).equals($0) })
        #expect(!set.contains(hash: 6) { _ in true })
        #expect(!set.contains(hash: 8) { _ in true })
    }

    @Test func comparesSetsAmongEqualHashes() {
        var numbers = SeededNumbers(seed: 20)
        for _ in 0..<2_000 {
            let left = Set((0..<numbers.below(8)).map { _ in UInt64(numbers.below(10)) })
            let right = Set((0..<numbers.below(8)).map { _ in UInt64(numbers.below(10)) })
            let leftBytes = GuardedBytes(collidingSet(Array(left)))
            let rightBytes = GuardedBytes(collidingSet(Array(right)))
            let (leftSet, rightSet) = (FlatSet(leftBytes.flat), FlatSet(rightBytes.flat))
            #expect(leftSet.isSuperset(of: rightSet) == left.isSuperset(of: right))
            #expect(leftSet.intersects(rightSet) == !left.isDisjoint(with: right))
        }
    }

    /// With every hash equal a search per element would make four hundred million comparisons.
    @Test func comparesLargeCollidingSetsInOneWalk() {
        let left = GuardedBytes(collidingSet(Array(0..<20_000)))
        let right = GuardedBytes(collidingSet(Array(0..<20_000)))
        let beyond = GuardedBytes(collidingSet(Array(20_000..<40_000)))
        let start = ContinuousClock.now
        #expect(FlatSet(left.flat).isSuperset(of: FlatSet(right.flat)))
        #expect(!FlatSet(left.flat).intersects(FlatSet(beyond.flat)))
        #expect(ContinuousClock.now - start < .seconds(5))
    }

    @Test func findsKeysAmongEqualHashes() {
        let names: [Text] = ["a", "b", "c", "dddddddddddd"]
        let keys = names.map { FlatBuilder.string($0, hash: 7) }.sorted {
            $0.lexicographicallyPrecedes($1)
        }
        let members = keys.enumerated().map {
            (key: $1, value: FlatBuilder.scalar(.long, UInt64($0)))
        }
        let bytes = GuardedBytes(
            FlatBuilder.record(members, hashes: keys.map { _ in 7 }))
        let record = FlatRecord(bytes.flat)
        for (index, key) in keys.enumerated() {
            let key = GuardedBytes(key)
            let value = record.find(FlatString(key.flat))
            #expect(value?.word(8) == UInt64(index))
        }
        for absent in [FlatBuilder.string("e", hash: 7), FlatBuilder.string("a", hash: 8)] {
            let key = GuardedBytes(absent)
            #expect(record.find(FlatString(key.flat)) == nil)
        }
    }

    @Test func findsEveryMemberOfGeneratedCollections() throws {
        var generator = ValueGenerator(seed: 21)
        for _ in 0..<500 {
            let members = generator.members(depth: 1)
            let record = try FlatConstant(.record(members))
            for member in members {
                let key = try FlatConstant(.string(member.key))
                let found = FlatRecord(record.flat).find(FlatString(key.flat))
                #expect(found.map { areEqual(Value($0), member.value) } == true)
            }
            let elements = members.map(\.value)
            let set = try FlatConstant(.set(elements))
            for element in elements {
                let operandMemory = try FlatConstant(element)
                let operand = Operand(operandMemory.flat)
                #expect(
                    FlatSet(set.flat).contains(hash: operand.hash) { operand.equals($0) })
            }
        }
    }

    @Test func tellsTypesApart() throws {
        let alice = try FlatConstant(.entity(uid("User", "alice")))
        let bob = try FlatConstant(.entity(uid("User", "bob")))
        let other = try FlatConstant(.entity(uid("Users", "alice")))
        let namespaced = try FlatConstant(.entity(uid("NS::User", "alice")))
        let entity = FlatEntity(alice.flat)
        #expect(entity.hasType(of: FlatEntity(bob.flat)))
        #expect(!entity.hasType(of: FlatEntity(other.flat)))
        #expect(!entity.hasType(of: FlatEntity(namespaced.flat)))
        #expect(entity.uid == uid("User", "alice"))
    }
}
