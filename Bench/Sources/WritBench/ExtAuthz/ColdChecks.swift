import BenchSupport

extension CheckStages {
    /// Reads before each check: none, more than the first cache holds, the second, and all of them.
    private static let sweptKilobytes = [0, 256, 4 << 10, 64 << 10]

    /// What a check costs when the machine has done other things since the last one.
    ///
    /// A gateway that asks now and then finds the caches full of its own work, or of a neighbour's.
    /// Medians of single checks by the clock, about 30 ns of which are the clock's.
    mutating func coldReport(checks: Int) throws -> Report {
        var report = Report(
            "one ext_authz check in process, after reading other memory",
            columns: ["read before, KiB"] + CheckStage.allCases.map { "to \($0.rawValue), ns" })
        for kilobytes in Self.sweptKilobytes {
            let other = [UInt8](repeating: 1, count: kilobytes << 10)
            var row: [Report.Cell] = [.count(kilobytes)]
            for stage in CheckStage.allCases {
                row.append(.number(try median(of: checks, stage, after: other), decimals: 0))
            }
            report.add(row)
        }
        return report
    }

    private mutating func median(
        of checks: Int, _ stage: CheckStage, after other: [UInt8]
    ) throws -> Double {
        var times: [Double] = []
        var sum: UInt8 = 0
        for number in 0..<checks {
            for offset in stride(from: 0, to: other.count, by: 64) { sum &+= other[offset] }
            let start = MonotonicTime.now()
            // Messages that are not beside each other.
            try take(number * 1_237 % messages.count, through: stage)
            times.append(Double(MonotonicTime.now() - start))
        }
        // So that the reads are not left out.
        guard other.isEmpty || sum == UInt8(truncatingIfNeeded: other.count / 64 * checks) else {
            throw BenchError("the other memory was not read")
        }
        return times.median ?? 0
    }
}
