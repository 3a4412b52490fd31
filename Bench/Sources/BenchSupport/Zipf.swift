import Glibc

/// Draws ranks as popularity is: rank k (from 0) with a probability proportional to 1/(k+1)^skew.
///
/// Source: Gray et al., "Quickly Generating Billion-Record Synthetic Databases", SIGMOD 1994, as
/// used by the Yahoo! Cloud Serving Benchmark.
package struct Zipf: Sendable {
    private let count: Int
    private let skew: Double
    private let total: Double
    private let alpha: Double
    private let eta: Double

    /// - Parameters:
    ///   - count: how many ranks there are; at least 1.
    ///   - skew: from 0, uniform, up to, not including, 1.
    package init(count: Int, skew: Double) {
        precondition(count > 0, "there is at least one rank")
        precondition(skew >= 0 && skew < 1, "the skew is in 0..<1")
        self.count = count
        self.skew = skew
        let two = Self.sum(min(count, 2), skew)
        total = Self.sum(count, skew)
        alpha = 1 / (1 - skew)
        eta = count == 1 ? 0 : (1 - pow(2 / Double(count), 1 - skew)) / (1 - two / total)
    }

    /// The sum of 1/k^skew for k from 1 to `count`; beyond a million terms by the integral, whose
    /// error is then below one in a million.
    private static func sum(_ count: Int, _ skew: Double) -> Double {
        let exact = min(count, 1_000_000)
        var sum = 0.0
        for rank in stride(from: exact, through: 1, by: -1) { sum += 1 / pow(Double(rank), skew) }
        guard count > exact else { return sum }
        let (from, to) = (Double(exact) + 0.5, Double(count) + 0.5)
        return sum + (pow(to, 1 - skew) - pow(from, 1 - skew)) / (1 - skew)
    }

    /// Draws a rank in `0..<count`.
    package func draw(_ random: inout SeededRandom) -> Int {
        let unit = random.unit()
        let scaled = unit * total
        if scaled < 1 || count == 1 { return 0 }
        if scaled < 1 + pow(0.5, skew) { return 1 }
        let rank = Int(Double(count) * pow(eta * unit - eta + 1, alpha))
        return min(max(rank, 0), count - 1)
    }

    /// The probability of a rank.
    package func probability(of rank: Int) -> Double {
        1 / pow(Double(rank + 1), skew) / total
    }
}
