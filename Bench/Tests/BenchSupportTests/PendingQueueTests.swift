import BenchSupport
import Testing

@Suite struct PendingQueueTests {
    @Test func firstInFirstOutAlsoWhenItGrows() {
        var queue = PendingQueue()
        var (added, removed) = (0, 0)
        var random = SeededRandom(seed: 4)
        for _ in 0..<20_000 {
            if random.chance(0.55) {
                queue.append(PendingQueue.Entry(time: UInt64(added), frame: added % 7))
                added += 1
            } else if let entry = queue.removeFirst() {
                #expect(entry.time == UInt64(removed) && entry.frame == removed % 7)
                removed += 1
            }
        }
        #expect(queue.count == added - removed)
        while queue.removeFirst() != nil { removed += 1 }
        #expect(added == removed)
    }
}
