import SeededNumbers
import Testing

@testable import EntityStore

@Suite("RecordCache")
struct RecordCacheTests {
    private func made(_ capacityBytes: Int) throws -> RecordCache {
        guard let cache = RecordCache(capacityBytes: capacityBytes) else {
            throw StoreError(.failed, "make a cache", "there is no memory")
        }
        return cache
    }

    private func bytes(_ seed: UInt64, _ count: Int) -> [UInt8] {
        var generator = SeededNumbers(seed: seed)
        return (0..<count).map { _ in UInt8.random(in: 0...255, using: &generator) }
    }

    private func find(
        _ cache: borrowing RecordCache, _ kind: RecordCache.Kind, _ key: UInt64
    ) -> [UInt8]? {
        unsafe cache.find(kind, key).map { unsafe Array($0) }
    }

    private func insert(
        _ cache: borrowing RecordCache, _ kind: RecordCache.Kind, _ key: UInt64, _ chain: [UInt8]
    ) {
        unsafe chain.withUnsafeBytes { unsafe cache.insert(kind, key, $0) }
    }

    @Test func knowsNothingThenWhatItWasGiven() throws {
        let cache = try made(4096)
        #expect(find(cache, .entity, 0) == nil)
        insert(cache, .entity, 0, [])
        insert(cache, .closure, 0, bytes(1, 64))
        #expect(find(cache, .entity, 0) == [])
        #expect(find(cache, .closure, 0) == bytes(1, 64))
        #expect(find(cache, .ancestors, 0) == nil)
        cache.drop(.entity, 0)
        #expect(find(cache, .entity, 0) == nil)
        #expect(find(cache, .closure, 0) == bytes(1, 64))
        cache.dropAll()
        #expect(find(cache, .closure, 0) == nil)
        #expect(cache.statistics.usedBytes == 0)
    }

    @Test func takesTheLargestChainAndNoneLarger() throws {
        for capacity in [4 << 10, 64 << 10, 4 << 20] {
            let cache = try made(capacity)
            let largest = cache.maximumChainBytes
            insert(cache, .entity, 1, bytes(1, largest + 1))
            #expect(find(cache, .entity, 1) == nil)
            insert(cache, .entity, 1, bytes(1, largest))
            #expect(find(cache, .entity, 1) == bytes(1, largest))
            #expect(cache.statistics.usedBytes < UInt64(capacity))
        }
    }

    @Test func whatIsUsedOutlivesWhatIsNot() throws {
        let cache = try made(16 << 10)
        // Keys are hashes; numbers in a row could all share one bucket of eight.
        var numbers = SystemRandomNumberGenerator()
        let hot = (0..<8).map { _ in UInt64.random(in: 1 << 32 ... .max, using: &numbers) }
        for key in hot { insert(cache, .entity, key, bytes(key, 200)) }
        for cold in 1000..<UInt64(3000) {
            for key in hot { #expect(find(cache, .entity, key) == bytes(key, 200)) }
            insert(cache, .entity, cold, bytes(cold, 200))
        }
        #expect(cache.statistics.evictions > 1800)
    }

    /// The table grows with what it leads to, and loses next to nothing on the way.
    @Test func theTableGrowsBucketByBucket() throws {
        let cache = try made(32 << 20)
        var numbers = SeededNumbers(seed: 7)
        let keys = (0..<100_000).map { _ in numbers.next() }
        for (index, key) in keys.enumerated() {
            insert(cache, .entity, key, bytes(key, 40))
            // One that came early is found at every size.
            if index % 997 == 0 { #expect(find(cache, .entity, keys[0]) == bytes(keys[0], 40)) }
        }
        var lost = 0
        for key in keys {
            guard let chain = find(cache, .entity, key) else {
                lost += 1
                continue
            }
            #expect(chain == bytes(key, 40))
        }
        #expect(lost < keys.count / 50)
        #expect(UInt64(lost) == cache.statistics.evictions)
        cache.dropAll()
        for key in keys.prefix(1000) { #expect(find(cache, .entity, key) == nil) }
        insert(cache, .entity, keys[1], bytes(1, 40))
        #expect(find(cache, .entity, keys[1]) == bytes(1, 40))
    }

    /// Reading ahead changes nothing: not the figures, not what was used, at any place in the ring.
    @Test func touchingIsNoUse() throws {
        let cache = try made(6 << 20)
        var key: UInt64 = 0
        while !cache.isNearlyFull {
            insert(cache, .entity, key, bytes(key, 4000))
            key += 1
        }
        let before = cache.statistics
        for first in 0..<key + 10 { cache.touch(first, key + 10 - first) }
        #expect(cache.statistics == before)
        // Nothing counts as used, so a new chain takes the oldest one's place.
        for new in key..<key + 300 { insert(cache, .entity, new, bytes(new, 4000)) }
        #expect(find(cache, .entity, 0) == nil)
        #expect(find(cache, .entity, key + 299) == bytes(key + 299, 4000))
    }

    /// Every answer must be what was last put there, whatever the sizes, drops and evictions.
    @Test(arguments: [4 << 10, 6 << 10, 100 << 10], [1, 2, 3] as [UInt64])
    func randomUseAgrees(_ capacity: Int, _ seed: UInt64) throws {
        let cache = try made(capacity)
        var model: [[UInt64: (seed: UInt64, count: Int)]] = [[:], [:], [:]]
        let kinds: [RecordCache.Kind] = [.entity, .closure, .ancestors]
        var generator = SeededNumbers(seed: seed)
        var found = 0
        for step in 0..<20_000 as Range<UInt64> {
            let index = Int.random(in: 0..<3, using: &generator)
            let key = UInt64.random(in: 0..<(UInt64(capacity) / 60), using: &generator)
            switch Int.random(in: 0..<10_000, using: &generator) {
            case 0:
                cache.dropAll()
                model = [[:], [:], [:]]
            case 1..<600:
                cache.drop(kinds[index], key)
                model[index][key] = nil
            case 600..<5000:
                // One that is there stays: the cache is never given two for one revision.
                if find(cache, kinds[index], key) != nil { continue }
                let isLarge = Int.random(in: 0..<50, using: &generator) == 0
                let count = Int.random(
                    in: 0...(isLarge ? cache.maximumChainBytes : 120), using: &generator)
                insert(cache, kinds[index], key, bytes(step, count))
                #expect(find(cache, kinds[index], key)?.count == count)
                model[index][key] = (step, count)
            default:
                guard let chain = find(cache, kinds[index], key) else { continue }
                found += 1
                guard let expected = model[index][key] else {
                    Issue.record("key \(key) was dropped and is there")
                    continue
                }
                if chain != bytes(expected.seed, expected.count) {
                    Issue.record("key \(key) has another chain")
                }
            }
            #expect(cache.statistics.usedBytes < UInt64(capacity))
        }
        #expect(found > 300)
        #expect(cache.statistics.evictions > 500)
    }

    @Test func theGenerationsComeAroundWithoutGhosts() throws {
        let cache = try made(4096)
        insert(cache, .entity, 7, bytes(7, 40))
        for _ in 0..<(1 << 24) - 2 { cache.dropAll() }
        #expect(find(cache, .entity, 7) == nil)
        insert(cache, .entity, 8, bytes(8, 40))
        cache.dropAll()
        // The first generation again.
        #expect(find(cache, .entity, 7) == nil)
        #expect(find(cache, .entity, 8) == nil)
        insert(cache, .entity, 9, bytes(9, 40))
        #expect(find(cache, .entity, 9) == bytes(9, 40))
    }
}
