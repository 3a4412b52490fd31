import Testing

@testable import Scenario

@Suite struct SplitMix64Tests {
    @Test func refusesAnEmptyRange() async {
        await #expect(processExitsWith: .failure) {
            var random = SplitMix64(seed: 1)
            _ = random.below(0)
        }
    }

    @Test func givesThePublishedSequence() {
        var random = SplitMix64(seed: 1_234_567)
        let drawn = (0..<5).map { _ in random.next() }
        #expect(
            drawn == [
                6_457_827_717_110_365_317, 3_203_168_211_198_807_973, 9_817_491_932_198_370_423,
                4_593_380_528_125_082_431, 16_408_922_859_458_223_821,
            ])
    }

    @Test func staysBelowTheBoundAndReachesAllOfIt() {
        var random = SplitMix64(seed: 7)
        #expect(Set((0..<1000).map { _ in random.below(10) }) == Set(0..<10))
        #expect(Set((0..<1000).map { _ in random.skewedBelow(10) }) == Set(0..<10))
        #expect((0..<100).allSatisfy { _ in random.below(1) == 0 })
    }

    @Test func chanceIsNeverAtZeroAndAlwaysAtHundred() {
        var random = SplitMix64(seed: 7)
        #expect((0..<1000).allSatisfy { _ in !random.chance(0) })
        #expect((0..<1000).allSatisfy { _ in random.chance(100) })
    }

    @Test func streamsOfDifferentThingsDiffer() {
        var first: Set<UInt64> = []
        for kind in UInt64(1)...9 {
            for index in -100..<100 {
                var random = SplitMix64(seed: 1, kind: kind, index: index)
                first.insert(random.next())
            }
        }
        #expect(first.count == 9 * 200)
    }
}
