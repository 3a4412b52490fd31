import CAllocationCount
import Testing
import Wire

@testable import HTTP2

@Suite struct HeaderMemoryTests {
    /// What was decoded once costs no memory again.
    @Test func allocatesNothingForAKnownLength() {
        var decoder = HeaderDecoder(maximumListBytes: 1 << 16)
        // Remembers four fields, in Huffman code, and so evicts four each time.
        let block = AppendixCTests.examples.last?.blocks.first?.bytes ?? []
        var lent = 0
        let allocations = withRegion(block) { region in
            for _ in 0..<2 { _ = try? decoder.decode(region) { lent += $0.count + $1.count } }
            let before = allocation_count()
            for _ in 0..<1000 { _ = try? decoder.decode(region) { lent += $0.count + $1.count } }
            return allocation_count() - before
        }
        #expect(allocations == 0)
        #expect(lent > 90_000)
    }
}
