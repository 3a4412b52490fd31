@testable import CedarEngine
import Testing

@Suite struct ArenaTests {
    @Test func refusesWhatGoesBeyondTheBound() {
        var arena = Arena(maximumBytes: 1024)
        #expect(arena.allocate(1025) == nil)
        #expect(arena.allocate(1024) != nil)
        #expect(arena.allocate(1) == nil)
        #expect(arena.allocate(0) != nil)
        arena.reset()
        #expect(arena.allocate(1024) != nil)
    }

    /// What can be handed out depends on the bound only, not on what was asked for before.
    @Test func forgetsEarlierUse() {
        var arena = Arena(maximumBytes: 8 << 20)
        for _ in 0..<3 {
            while arena.allocate(16 << 10) != nil {}
            arena.reset()
            #expect(arena.allocate(8 << 20) != nil)
            arena.reset()
            #expect(arena.allocate(4 << 20) != nil)
            #expect(arena.allocate(4 << 20) != nil)
            #expect(arena.allocate(8) == nil)
            arena.reset()
        }
    }

    @Test func handsOutZeroedAlignedMemory() {
        var arena = Arena()
        for _ in 0..<3 {
            for count in [1, 8, 13, 16_000, 40_000, 3] {
                guard let region = arena.allocate(count) else {
                    Issue.record("no memory")
                    return
                }
                #expect(region.count == FlatLayout.padded(count))
                #expect(region.flat.address % 8 == 0)
                for offset in stride(from: 0, to: region.count, by: 8) {
                    #expect(region.load(offset) == 0)
                    region.store(UInt64.max, at: offset)
                }
            }
            arena.reset()
        }
    }

    @Test func regionsDoNotOverlap() {
        var arena = Arena()
        var regions: [ArenaRegion] = []
        for index in 0..<500 {
            guard let region = arena.allocate(8 * (index % 200 + 1)) else { continue }
            for offset in stride(from: 0, to: region.count, by: 8) {
                region.store(UInt64(index), at: offset)
            }
            regions.append(region)
        }
        #expect(regions.count == 500)
        for (index, region) in regions.enumerated() {
            for offset in stride(from: 0, to: region.count, by: 8) {
                #expect(region.load(offset) == UInt64(index))
            }
        }
    }
}
