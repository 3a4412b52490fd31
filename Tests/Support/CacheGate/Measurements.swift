import CAllocationCount
import CedarEngine
import CedarSyntax
import EntityStore
import Glibc
import Synchronization

/// The figures, one line each.
struct Measurements {
    private let store: EntityStore
    private let cacheBytes: Int
    private let all: FlatList
    private let few: FlatList
    private let groups: FlatList
    private(set) var hasFailed = false

    init(_ store: EntityStore, _ count: Int, cacheBytes: Int) throws {
        self.store = store
        self.cacheBytes = cacheBytes
        var random = SystemRandomNumberGenerator()
        all = try FlatList(
            (0..<min(count, 200_000)).map { _ in
                Population.uid(Int.random(in: 0..<count, using: &random))
            })
        few = try FlatList((0..<min(count, 1_000)).map(Population.uid))
        groups = try FlatList((0..<Population.groups).map(Population.group))
    }

    mutating func run() throws {
        var plain = try store.makeReader()
        try measure("records of 1,000 entities, LMDB", few, 1_000_000, &plain)
        try measure("records of all entities, LMDB", all, 400_000, &plain)
        try measure("ancestors of groups, LMDB", groups, 1_000_000, &plain, isAncestors: true)
        var cached = try store.makeReader(cacheBytes: cacheBytes)
        try measure(
            "records of all entities, cache, first time", all, all.count, &cached, isOnce: true)
        try measure("records of all entities, cache", all, 1_000_000, &cached)
        try measure("records of 1,000 entities, cache", few, 5_000_000, &cached)
        try measure("ancestors of groups, cache", groups, 5_000_000, &cached, isAncestors: true)
        try measureUnions(&cached)
        try measureBesideWrites(&cached)
        print("\(cached.cacheStatistics)")
    }

    private mutating func measure(
        _ name: String, _ list: FlatList, _ count: Int, _ reader: inout EntityReader,
        isAncestors: Bool = false, isOnce: Bool = false
    ) throws {
        // Once to warm up what is not what is measured.
        if list.count < 10_000 { _ = try look(list, list.count, &reader, isAncestors) }
        let before = allocation_count()
        var found = 0
        var best = Double.infinity
        // The best of some runs in the thread's own time: others use the machine too.
        for _ in 0..<(isOnce ? 1 : 5) {
            let start = threadNanoseconds()
            found = try look(list, count, &reader, isAncestors)
            best = min(best, Double(threadNanoseconds() - start))
        }
        let allocations = allocation_count() - before
        let nanoseconds = (best / Double(count) * 10).rounded() / 10
        print("\(name): \(nanoseconds) ns, \(allocations) allocations, \(found) of \(count) found")
        let isRight = isAncestors ? found > 0 : found == count
        hasFailed = hasFailed || allocations > 0 || !isRight
    }

    private func threadNanoseconds() -> UInt64 {
        var time = timespec()
        unsafe clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
        return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
    }

    /// Looks entities up in snapshots of 64 lookups; how many were found.
    private func look(
        _ list: FlatList, _ count: Int, _ reader: inout EntityReader, _ isAncestors: Bool
    ) throws -> Int {
        var found = 0
        var index = 0
        var done = 0
        while done < count {
            try reader.begin()
            for _ in 0..<min(64, count - done) {
                if isAncestors {
                    if case .found = reader.ancestors(of: list[index]) { found += 1 }
                } else if case .found = reader.record(of: list[index]) {
                    found += 1
                }
                index += 1
                if index == list.count { index = 0 }
            }
            done += 64
            reader.end()
        }
        return found
    }

    /// The question `in` asks: the parents' ancestors one by one, and all in one set.
    private mutating func measureUnions(_ reader: inout EntityReader) throws {
        let (target, count) = (groups[Population.groups - 1], 2_000_000)
        for isUnion in [false, true] {
            _ = try ask(target, few.count * 40, isUnion, &reader)
            let before = allocation_count()
            var best = Double.infinity
            var found = 0
            for _ in 0..<5 {
                let start = threadNanoseconds()
                found = try ask(target, count, isUnion, &reader)
                best = min(best, Double(threadNanoseconds() - start))
            }
            let allocations = allocation_count() - before
            print(
                "is in a group, \(isUnion ? "all ancestors at once" : "parent by parent"): "
                    + "\((best / Double(count) * 10).rounded() / 10) ns, "
                    + "\(allocations) allocations, \(found) of \(count) are")
            hasFailed = hasFailed || allocations > 0
        }
    }

    private func ask(
        _ target: FlatEntity, _ count: Int, _ isUnion: Bool, _ reader: inout EntityReader
    ) throws -> Int {
        var found = 0
        for index in 0..<count {
            if index % 64 == 0 { try reader.begin() }
            let uid = few[index % few.count]
            guard case .found(let record) = reader.record(of: uid) else { continue }
            if isUnion, let all = reader.allAncestors(of: record.uid) {
                if all.contains(target) { found += 1 }
            } else {
                let parents = record.parents
                var isIn = parents.contains(target)
                for index in 0..<parents.count where !isIn {
                    let parent = FlatEntity(parents.element(index))
                    if case .found(let set) = reader.ancestors(of: parent) {
                        isIn = set.contains(target)
                    }
                }
                if isIn { found += 1 }
            }
            if index % 64 == 63 { reader.end() }
        }
        reader.end()
        return found
    }

    /// Lookups while another thread changes one entity after the other.
    private mutating func measureBesideWrites(_ reader: inout EntityReader) throws {
        let writer = Writer(store)
        writer.start()
        var slowest = Swift.Duration.zero
        let before = allocation_count()
        let statistics = reader.cacheStatistics
        let revision = reader.revision
        let start = ContinuousClock.now
        var rounds = 0
        var last = start
        while last - start < .seconds(2) {
            let found = try look(few, few.count, &reader, false)
            if found != few.count { hasFailed = true }
            rounds += 1
            let now = ContinuousClock.now
            slowest = max(slowest, now - last)
            last = now
        }
        let allocations = allocation_count() - before
        writer.stop()
        let after = reader.cacheStatistics
        let writes = Double(reader.revision - revision) / 2
        print(
            "beside \(Int(writes)) writes a second: \((last - start) / (rounds * few.count)) a lookup, "
                + "slowest \(few.count) lookups \(slowest), \(allocations) allocations, "
                + "\(after.misses - statistics.misses) misses, "
                + "\(after.logDrops - statistics.logDrops) dropped by the log, "
                + "\(after.fullDrops - statistics.fullDrops) times all")
        hasFailed = hasFailed || allocations > 0
    }
}

/// Identities in flat memory that stays where it is.
@safe
final class FlatList {
    private let bytes: UnsafeMutableRawBufferPointer
    private let offsets: [Int]

    init(_ uids: [EntityUID]) throws {
        var encoder = FlatEncoder()
        var all: [UInt8] = []
        var offsets: [Int] = []
        for uid in uids {
            offsets.append(all.count)
            all += try encoder.encode(uid)
        }
        self.offsets = offsets
        unsafe bytes = .allocate(byteCount: all.count, alignment: 16)
        unsafe bytes.copyBytes(from: all)
    }

    deinit { unsafe bytes.deallocate() }

    var count: Int { offsets.count }

    subscript(index: Int) -> FlatEntity {
        unsafe FlatEntity(FlatBytes(UnsafeRawPointer(bytes.baseAddress!) + offsets[index]))
    }
}

/// A thread that changes one entity after the other, ten thousand times a second at most.
final class Writer: Sendable {
    private let store: EntityStore
    private let isStopping = Atomic<Bool>(false)
    private let isOver = Atomic<Bool>(false)

    init(_ store: EntityStore) { self.store = store }

    func start() {
        var thread = pthread_t()
        let context = unsafe Unmanaged.passRetained(self).toOpaque()
        _ = unsafe pthread_create(
            &thread, nil,
            { context in
                unsafe Unmanaged<Writer>.fromOpaque(context!).takeRetainedValue().run()
                return nil
            }, context)
        pthread_detach(thread)
    }

    func stop() {
        isStopping.store(true, ordering: .relaxed)
        while !isOver.load(ordering: .acquiring) { usleep(1000) }
    }

    private func run() {
        var number = 0
        let start = ContinuousClock.now
        while !isStopping.load(ordering: .relaxed) {
            number += 1
            do {
                try store.put([Population.user(number % 1_000, number + 10_000_000)])
            } catch {
                print("the writer stopped: \(error)")
                break
            }
            while ContinuousClock.now - start < Swift.Duration.microseconds(100) * number {
                usleep(20)
            }
        }
        isOver.store(true, ordering: .releasing)
    }
}
