import Testing

@testable import DecisionPoint

@Suite struct EvidenceMemoryTests {
    private func lend<Result>(
        _ bytes: [UInt8], _ body: (UntrustedBytes) throws -> Result
    ) rethrows -> Result {
        try unsafe bytes.withUnsafeBytes { try body(unsafe UntrustedBytes($0)) }
    }

    @Test func onlyTheSameBytesInTheSameFormAreKnown() {
        var memory = EvidenceMemory<Int>(capacity: 8)
        let evidence = (0..<3000).map { UInt8(truncatingIfNeeded: $0 &* 7) }
        lend(evidence) { known in
            memory.remember(1, 2, known, .none)
            let found = memory.recall(2, known, .none)
            #expect(found == 1)
            let otherForm = memory.recall(3, known, .none)
            #expect(otherForm == nil)
            let asIssuers = memory.recall(2, .none, known)
            #expect(asIssuers == nil)
        }
        // A byte that does not choose the place is compared as well.
        for offset in [0, 9, 1501, 2990, 2999] {
            var changed = evidence
            changed[offset] ^= 1
            let found = lend(changed) { memory.recall(2, $0, .none) }
            #expect(found == nil, "byte \(offset)")
        }
        let shorter = lend(Array(evidence.dropLast())) { memory.recall(2, $0, .none) }
        #expect(shorter == nil)
    }

    /// Moving the border between leaf and issuers makes other evidence.
    @Test func theBorderCounts() {
        var memory = EvidenceMemory<Int>(capacity: 8)
        let bytes = [UInt8](repeating: 65, count: 64)
        lend(Array(bytes[..<40])) { first in
            lend(Array(bytes[40...])) { second in memory.remember(1, 0, first, second) }
        }
        let moved = lend(Array(bytes[..<32])) { first in
            lend(Array(bytes[32...])) { second in memory.recall(0, first, second) }
        }
        #expect(moved == nil)
    }

    @Test func limits() {
        var memory = EvidenceMemory<Int>(capacity: 8)
        for (count, isKept) in [(16 << 10, true), ((16 << 10) + 1, false)] {
            let bytes = [UInt8](repeating: 1, count: count)
            let found = lend(bytes) {
                memory.remember(1, 0, $0, .none)
                return memory.recall(0, $0, .none)
            }
            #expect((found != nil) == isKept)
        }
    }

    /// Evidence that agrees wherever it is sampled crowds one place and no more.
    @Test func collisionsPushOutTheOldest() {
        var memory = EvidenceMemory<Int>(capacity: 4)
        var all: [[UInt8]] = []
        for number in 0..<6 {
            var bytes = [UInt8](repeating: 0, count: 64)
            bytes[20] = UInt8(number)
            all.append(bytes)
            lend(bytes) { memory.remember(number, 0, $0, .none) }
        }
        let found = all.map { bytes in lend(bytes) { memory.recall(0, $0, .none) } }
        #expect(found == [nil, nil, 2, 3, 4, 5])
    }
}
