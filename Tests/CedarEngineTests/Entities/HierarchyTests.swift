@testable import CedarEngine
import CedarSyntax
import Testing

@Suite struct HierarchyTests {
    private func group(_ number: Int) -> EntityUID { uid("Group", Text("\(number)")) }

    private func ancestors(
        of name: Int, _ parents: [Int: [Int]]
    ) throws -> Set<EntityUID> {
        var hierarchy = Hierarchy { uid in
            (Int(uid.id.string).flatMap { parents[$0] } ?? []).map { group($0) }
        }
        return try hierarchy.ancestors(of: group(name))
    }

    @Test func refusesCycles() {
        let cycles: [[Int: [Int]]] = [
            [1: [1]], [1: [2], 2: [1]], [1: [2], 2: [3], 3: [2]],
            [1: [2, 3], 2: [4], 3: [4], 4: [5], 5: [3]],
        ]
        for cycle in cycles {
            #expect(throws: Hierarchy.Failure.self) { try ancestors(of: 1, cycle) }
        }
    }

    @Test func namesTheCycle() {
        #expect(throws: Hierarchy.Failure.cycle(.init(path: [group(2), group(3)]))) {
            try ancestors(of: 1, [1: [2], 2: [3], 3: [2]])
        }
        let cycle = Hierarchy.Cycle(path: [group(2), group(3)])
        #expect(
            cycle.message
                == #"the hierarchy has a cycle: `Group::"2"` in `Group::"3"` in `Group::"2"`"#)
    }

    @Test func keepsTheBoundOnAncestors() throws {
        let most = Hierarchy.maximumAncestors
        #expect(try ancestors(of: 0, [0: Array(1...most)]).count == most)
        #expect(throws: Hierarchy.Failure.tooManyAncestors(group(0))) {
            try ancestors(of: 0, [0: Array(1...most + 1)])
        }
        let chain = Dictionary(uniqueKeysWithValues: (0...most).map { ($0, [$0 + 1]) })
        #expect(try ancestors(of: 1, chain).count == most)
        #expect(throws: Hierarchy.Failure.tooManyAncestors(group(0))) {
            try ancestors(of: 0, chain)
        }
    }

    @Test func refusesALongChainSoon() {
        let length = 100_000
        let chain = Dictionary(uniqueKeysWithValues: (0..<length).map { ($0, [$0 + 1]) })
        let start = ContinuousClock.now
        #expect(throws: Hierarchy.Failure.self) { try ancestors(of: 0, chain) }
        #expect(ContinuousClock.now - start < .seconds(20))
    }

    @Test func joinsAllWaysUp() throws {
        #expect(try ancestors(of: 1, [:]).isEmpty)
        #expect(try ancestors(of: 1, [1: [2]]) == [group(2)])
        let diamond = [1: [2, 3], 2: [4], 3: [4], 4: [5]]
        #expect(try ancestors(of: 1, diamond) == [group(2), group(3), group(4), group(5)])
        #expect(try ancestors(of: 1, [1: [2, 2]]) == [group(2)])
    }

    /// Forty diamonds in a row have a million million ways up.
    @Test func walksEachEntityOnce() throws {
        var parents: [Int: [Int]] = [:]
        for level in 0..<40 {
            parents[level * 3] = [level * 3 + 1, level * 3 + 2]
            parents[level * 3 + 1] = [level * 3 + 3]
            parents[level * 3 + 2] = [level * 3 + 3]
        }
        #expect(try ancestors(of: 0, parents).count == 120)
    }
}
