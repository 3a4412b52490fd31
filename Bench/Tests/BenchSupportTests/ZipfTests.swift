import BenchSupport
import Testing

@Suite struct ZipfTests {
    @Test(arguments: [1, 2, 3, 10, 1000])
    func probabilitiesAddUpToOne(_ count: Int) {
        let zipf = Zipf(count: count, skew: 0.99)
        let sum = (0..<count).reduce(0) { $0 + zipf.probability(of: $1) }
        #expect(abs(sum - 1) < 1e-9)
    }

    @Test func manyRanksAreSummedByTheIntegral() {
        // The harmonic-like sum to 2,000,000 with skew 0.99, term by term.
        let zipf = Zipf(count: 2_000_000, skew: 0.99)
        let sum = (0..<2_000_000).reduce(0) { $0 + zipf.probability(of: $1) }
        #expect(abs(sum - 1) < 1e-6)
    }

    @Test func ranksAreDrawnAsOftenAsTheirProbability() {
        let (count, draws) = (100, 400_000)
        let zipf = Zipf(count: count, skew: 0.99)
        var random = SeededRandom(seed: 1)
        var seen = [Int](repeating: 0, count: count)
        for _ in 0..<draws { seen[zipf.draw(&random)] += 1 }
        // The first two are exact; the others come from an approximation of the sum.
        for rank in 0..<2 {
            let expected = zipf.probability(of: rank) * Double(draws)
            #expect(abs(Double(seen[rank]) - expected) < expected * 0.03)
        }
        let tail = Double(seen[10...].reduce(0, +))
        let expected = (10..<count).reduce(0) { $0 + zipf.probability(of: $1) } * Double(draws)
        #expect(abs(tail - expected) < expected * 0.1)
    }

    @Test func noSkewIsUniform() {
        let zipf = Zipf(count: 10, skew: 0)
        var random = SeededRandom(seed: 2)
        var seen = [Int](repeating: 0, count: 10)
        for _ in 0..<100_000 { seen[zipf.draw(&random)] += 1 }
        #expect(seen.allSatisfy { (9000...11000).contains($0) })
    }

    @Test func drawsStayInRange() {
        for count in [1, 2, 3] {
            let zipf = Zipf(count: count, skew: 0.99)
            var random = SeededRandom(seed: 3)
            var highest = 0
            for _ in 0..<10_000 { highest = max(highest, zipf.draw(&random)) }
            #expect(highest == count - 1)
        }
    }
}
