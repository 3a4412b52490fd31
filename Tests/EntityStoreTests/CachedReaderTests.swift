import SeededNumbers
import CedarEngine
import CedarSyntax
import Glibc
import LMDB
import Testing

@testable import EntityStore

/// A reader with a cache and one without, on the same revision.
struct ReaderPair: ~Copyable {
    var cached: EntityReader
    var plain: EntityReader

    init(_ store: EntityStore, cacheBytes: Int) throws {
        let cached = try store.makeReader(cacheBytes: cacheBytes)
        let plain = try store.makeReader()
        self.cached = cached
        self.plain = plain
    }

    /// Moves both to one revision; another process may write meanwhile.
    mutating func begin() throws {
        repeat {
            try cached.begin()
            try plain.begin()
        } while cached.revision != plain.revision
    }

    mutating func end() {
        cached.end()
        plain.end()
    }

    /// What both say about an entity, in bytes; records an issue where they differ.
    func compare(_ flat: [UInt8], _ comment: Comment) {
        flat.withFlat { flat in
            let uid = FlatEntity(flat)
            let (found, expected) = (words(cached.record(of: uid)), words(plain.record(of: uid)))
            #expect(found == expected, comment)
            let ancestors = words(cached.ancestors(of: uid))
            #expect(ancestors == words(plain.ancestors(of: uid)), comment)
            if let union = cached.allAncestors(of: uid) {
                #expect(union.flat.copy(count: union.flat.size) == expectedUnion(uid), comment)
            }
        }
    }

    /// The parents and the ancestors of each, joined another way.
    private func expectedUnion(_ uid: FlatEntity) -> [UInt8]? {
        guard case .found(let record) = plain.record(of: uid) else { return nil }
        var all = record.parents.uids
        for index in 0..<record.parents.count {
            let parent = FlatEntity(record.parents.element(index))
            if case .found(let set) = plain.ancestors(of: parent) { all += set.uids }
        }
        var encoder = FlatEncoder()
        return try? encoder.encode(.set(all.map { .entity($0) }))
    }

    private func words(_ lookup: EntityLookup) -> [UInt8] {
        switch lookup {
        case .found(let record): record.flat.copy(count: record.size)
        case .absent: [0]
        case .failed: [1]
        }
    }

    private func words(_ lookup: AncestorLookup) -> [UInt8] {
        switch lookup {
        case .found(let set): set.flat.copy(count: set.flat.size)
        case .absent: [0]
        case .failed: [1]
        }
    }
}

@Suite("EntityReader with a cache")
struct CachedReaderTests {
    private static func flat(_ uid: EntityUID) throws -> [UInt8] {
        var encoder = FlatEncoder()
        return try encoder.encode(uid)
    }

    private func answer(_ reader: borrowing EntityReader, _ id: String) throws -> String {
        try Self.flat(uid(id)).withFlat { flat in
            switch reader.record(of: FlatEntity(flat)) {
            case .found(let record): "\(record.entity.attributes.count)"
            case .absent: "absent"
            case .failed: "failed"
            }
        }
    }

    @Test func answersFromTheCacheOnlyInsideOfASnapshot() throws {
        let directory = try TemporaryDirectory()
        let store = try EntityStore.make(directory)
        try store.put([entity("a", [("n", .long(1))])])
        var reader = try store.makeReader(cacheBytes: 1 << 16)
        #expect(try answer(reader, "a") == "failed")
        for round in 0..<3 {
            try reader.begin()
            #expect(try answer(reader, "a") == "1")
            #expect(try answer(reader, "b") == "absent")
            reader.end()
            #expect(try answer(reader, "a") == "failed")
            #expect(try answer(reader, "b") == "failed")
            #expect(reader.cacheStatistics.hits == UInt64(round * 2))
        }
        #expect(reader.cacheStatistics.misses == 2)
        #expect(reader.cacheStatistics.admissions == 2)
    }

    @Test func dropsJustWhatChanged() throws {
        let directory = try TemporaryDirectory()
        let store = try EntityStore.make(directory)
        try store.put([entity("a"), entity("b")])
        var reader = try store.makeReader(cacheBytes: 1 << 16)
        func look() throws {
            try reader.begin()
            _ = try (answer(reader, "a"), answer(reader, "b"), answer(reader, "c"))
            reader.end()
        }
        try look()
        try store.put([entity("b", [("n", .long(1))]), entity("c")])
        try look()
        try reader.begin()
        #expect(try answer(reader, "b") == "1")
        #expect(try answer(reader, "c") == "0")
        let statistics = reader.cacheStatistics
        #expect(statistics.logDrops == 2)
        #expect(statistics.fullDrops == 0)
        #expect(statistics.misses == 5)
        #expect(statistics.hits == 3)
    }

    /// Everything goes when the log does not tell all that changed; how it may fail to tell.
    @Test(arguments: ["too many keys", "trimmed", "too many logged", "gap", "damaged"])
    func dropsEverythingWhenTheLogDoesNotTell(_ reason: String) throws {
        let directory = try TemporaryDirectory()
        let store = try EntityStore.make(directory) {
            switch reason {
            case "too many keys": $0.changeLog.maximumKeys = 1
            case "trimmed": $0.changeLog.maximumRevisions = 1
            case "too many logged": $0.changeLog.maximumLoggedKeys = 1
            default: break
            }
        }
        try store.put([entity("a"), entity("b")])
        var reader = try store.makeReader(cacheBytes: 1 << 16)
        try reader.begin()
        for id in ["a", "b", "c"] { _ = try answer(reader, id) }
        reader.end()
        let before = reader.cacheStatistics.fullDrops
        try store.put([entity("a", [("n", .long(1))]), entity("b", [("n", .long(1))])])
        try store.put([entity("c")])
        if ["gap", "damaged"].contains(reason) {
            let lock = try store.takeWriterLock("test")
            var transaction = try lock.beginWrite()
            let key = StoreKey(2).array
            if reason == "gap" {
                try transaction.delete(key.span, in: store.layout.changes)
            } else {
                var bytes =
                    try transaction.get(key.span, in: store.layout.changes) { $0.array } ?? []
                bytes[40] ^= 1
                try transaction.put(key.span, bytes.span, in: store.layout.changes)
            }
            try transaction.commit()
            #expect(try !store.check().isClean)
        } else {
            try store.requireClean()
        }
        try reader.begin()
        #expect(reader.cacheStatistics.fullDrops == before + 1)
        #expect(try answer(reader, "a") == "1")
        #expect(try answer(reader, "b") == "1")
        #expect(try answer(reader, "c") == "0")
        #expect(reader.cacheStatistics.hits == 0)
    }

    @Test func theLogKeepsExactlyItsBounds() throws {
        let directory = try TemporaryDirectory()
        let store = try EntityStore.make(directory) {
            $0.changeLog.maximumKeys = 4
            $0.changeLog.maximumRevisions = 8
            $0.changeLog.maximumLoggedKeys = 12
        }
        func logged() throws -> [UInt64: LoggedChange] {
            try store.read { (transaction) throws(StoreError) in
                var all: [UInt64: LoggedChange] = [:]
                try transaction.forEachValue(.change, store.layout) { _, value in
                    if let change = LoggedChange(value) { all[change.revision] = change }
                }
                return all
            }
        }
        for round in 1...20 {
            try store.put([entity("a", [("n", .long(Int64(round)))])])
        }
        #expect(try logged().keys.sorted() == Array(13...20))
        for (count, isEverything) in [(4, false), (5, true)] {
            let revision = try store.put(
                (0..<count).map { entity("\(count) \($0)", [("n", .long(Int64($0)))]) })
            let change = try #require(try logged()[revision])
            #expect(change.isEverything == isEverything)
            #expect(change.entityCount == (isEverything ? 0 : count))
        }
        for round in 0..<6 {
            try store.put((0..<4).map { entity("\($0)", [("n", .long(Int64(round)))]) })
        }
        #expect(try logged().count == 3)
        try store.requireClean()
    }

    @Test func catchesUpInBoundedPiecesAndIsPassedByMeanwhile() throws {
        let directory = try TemporaryDirectory()
        let store = try EntityStore.make(directory)
        try store.put([entity("a"), entity("b")])
        var pair = try ReaderPair(store, cacheBytes: 1 << 16)
        let flat = try ["a", "b"].map { try Self.flat(uid($0)) }
        func look() throws -> CacheStatistics {
            try pair.begin()
            for uid in flat { pair.compare(uid, "") }
            pair.end()
            return pair.cached.cacheStatistics
        }
        _ = try look()
        for round in 0..<1100 { try store.put([entity("a", [("n", .long(Int64(round)))])]) }
        let before = pair.cached.cacheStatistics
        let first = try look()
        let second = try look()
        #expect(first.hits == before.hits && second.hits == before.hits)
        #expect(first.admissions == before.admissions)
        let third = try look()
        // All but the record of `a`: that of `b`, and that neither has ancestors.
        #expect(third.hits == before.hits + 3)
        #expect(third.fullDrops == before.fullDrops)
    }

    @Test func aPinnedRevisionIsKeptByTheCache() throws {
        let directory = try TemporaryDirectory()
        let store = try EntityStore.make(directory)
        try store.put([entity("a", in: ["g"]), entity("g", in: ["h"])])
        var pair = try ReaderPair(store, cacheBytes: 1 << 16)
        let flat = try ["a", "g", "h"].map { try Self.flat(uid($0)) }
        for round in 0..<30 {
            try pair.begin()
            for uid in flat { pair.compare(uid, "round \(round)") }
            try store.put([
                entity("a", in: ["g"], [("n", .long(Int64(round)))]),
                entity("g", in: ["h\(round)"]),
            ])
            for uid in flat { pair.compare(uid, "round \(round), after the write") }
            pair.end()
        }
        #expect(pair.cached.cacheStatistics.hits > 60)
    }

    /// The ids of all ancestors of an entity where they are at hand.
    private func union(_ reader: borrowing EntityReader, _ id: String) throws -> [String]? {
        try Self.flat(uid(id)).withFlat { flat in
            reader.allAncestors(of: FlatEntity(flat)).map { $0.uids.map { "\($0.id)" }.sorted() }
        }
    }

    @Test func allAncestorsAreAtHandFromTheThirdSnapshotOn() throws {
        let directory = try TemporaryDirectory()
        let store = try EntityStore.make(directory)
        try store.put([
            entity("a", in: ["g", "h"]), entity("g", in: ["top"]), entity("h", in: ["g", "x"]),
            entity("other", in: ["unrelated"]), entity("unrelated"),
        ])
        var reader = try store.makeReader(cacheBytes: 1 << 16)
        func round() throws -> [String]? {
            try reader.begin()
            _ = try (answer(reader, "a"), union(reader, "absent"))
            let found = try union(reader, "a")
            reader.end()
            #expect(try union(reader, "a") == nil)
            return found
        }
        func rounds() throws -> [[String]?] { try (0..<3).map { _ in try round() } }
        // Admitted, wanted, made at the end of a second wish.
        #expect(try rounds() == [nil, nil, nil])
        #expect(try rounds() == Array(repeating: ["g", "h", "top", "x"], count: 3))
        // Another entity's attributes change nothing; its parents are no closure.
        try store.put([entity("other", in: ["unrelated"], [("n", .long(1))])])
        #expect(try round() == ["g", "h", "top", "x"])
        // A closure anywhere.
        try store.put([entity("unrelated", in: ["more"])])
        #expect(try rounds() == [nil] + Array(repeating: ["g", "h", "top", "x"], count: 2))
        // A closure of its own.
        try store.put([entity("g", in: ["summit"])])
        #expect(try rounds() == [nil] + Array(repeating: ["g", "h", "summit", "x"], count: 2))
        // Its parents: the record must be admitted again first.
        try store.put([entity("a", in: ["h", "x"])])
        #expect(try rounds() == [nil, nil, nil])
        #expect(try round() == ["g", "h", "summit", "x"])
        try store.delete([uid("a")])
        #expect(try rounds() == [nil, nil, nil])
    }

    @Test func largeUnionsAreNotMade() throws {
        let directory = try TemporaryDirectory()
        let store = try EntityStore.make(directory)
        let limit = AncestorUnion.maximumCount
        for (id, count) in [("fits", limit - 2), ("large", limit - 1)] {
            try store.put([
                entity(id, in: ["\(id) group", "alone"]),
                entity("\(id) group", in: (0..<count).map { "\(id) \($0)" }),
            ])
        }
        var reader = try store.makeReader(cacheBytes: 8 << 20)
        for _ in 0..<6 {
            try reader.begin()
            for id in ["fits", "large"] { _ = try (answer(reader, id), union(reader, id)) }
            reader.end()
        }
        try reader.begin()
        #expect(try union(reader, "fits")?.count == limit)
        #expect(try union(reader, "large") == nil)
    }

    @Test func unionsAreRareWhereClosuresChangeAllTheTime() throws {
        let directory = try TemporaryDirectory()
        let store = try EntityStore.make(directory)
        let ids = (0..<16).map { "member \($0)" }
        try store.put(ids.map { entity($0, in: ["g", "h"]) })
        var reader = try store.makeReader(cacheBytes: 1 << 20)
        for round in 0..<400 {
            try store.put([entity("g", in: ["h \(round)"])])
            try reader.begin()
            for id in ids { _ = try (answer(reader, id), union(reader, id)) }
            reader.end()
        }
        // What was saved up, and one for sixteen lookups.
        let unions = reader.cacheStatistics.unions
        #expect(unions > 200 && unions <= 1024 / 16 + 400, "\(unions)")
    }

    /// Decisions through both readers; hierarchies are what differs in them.
    @Test func decisionsAgree() throws {
        let directory = try TemporaryDirectory()
        let store = try EntityStore.make(directory)
        let text = Self.names.prefix(20).map {
            #"permit(principal in User::"\#($0)", action, resource);"#
        }
        let sets = [
            #"permit(principal, action, resource) when { principal in [User::"e1", User::"e4"] };"#,
            #"forbid(principal, action, resource) when { resource in principal };"#,
            #"permit(principal, action, resource) when { principal.step > 7 };"#,
        ]
        let policies = (text + sets).joined(separator: "\n")
        let ruleset = try Ruleset(try PolicySet.parse(policies), version: 1)
        let flat = try Self.names.map { try Self.flat(uid($0)) }
        var encoder = FlatEncoder()
        let context = try encoder.encode(record: [])
        var generator = SeededNumbers(seed: 77)
        var pair = try ReaderPair(store, cacheBytes: 64 << 10)
        var left = Workspace()
        var right = Workspace()
        for step in 0..<400 {
            if step % 4 == 0 { try change(store, directory, step, &generator) }
            try pair.begin()
            for _ in 0..<8 {
                let (principal, resource) = (
                    flat.randomElement(using: &generator)!, flat.randomElement(using: &generator)!
                )
                let verdicts = principal.withFlat { principal in
                    resource.withFlat { resource in
                        context.withFlat { context in
                            let request = Request(
                                principal: FlatEntity(principal), action: FlatEntity(resource),
                                resource: FlatEntity(resource), context: FlatRecord(context))
                            return (
                                ruleset.view.authorize(
                                    request, entities: pair.cached, errors: .strict,
                                    workspace: &left),
                                ruleset.view.authorize(
                                    request, entities: pair.plain, errors: .strict,
                                    workspace: &right)
                            )
                        }
                    }
                }
                #expect(verdicts.0 == verdicts.1, "step \(step)")
                #expect(left.reasons == right.reasons, "step \(step)")
                #expect(left.errors == right.errors, "step \(step)")
            }
            pair.end()
        }
    }

    /// To read ahead is no lookup: it counts nothing, and what is looked up then is the same.
    @Test func anticipatingChangesNoAnswer() throws {
        let directory = try TemporaryDirectory()
        let store = try EntityStore.make(directory)
        // More than the processor is thought to hold, so that something is read ahead.
        let note = String(repeating: "x", count: 60_000)
        try store.put(
            (0..<100).map {
                Entity(uid: uid("\($0)"), attributes: [("note", .string(Text(note)))])
            })
        var reader = try store.makeReader(cacheBytes: 16 << 20)
        try reader.prewarm(for: .seconds(10))
        #expect(reader.cacheStatistics.usedBytes > 4 << 20)
        let (first, last) = (try Self.flat(uid("0")), try Self.flat(uid("99")))
        let (other, missing) = (try Self.flat(uid("50")), try Self.flat(uid("nobody")))
        func anticipate() {
            for one in [first, last, other, missing] {
                for two in [first, last, other, missing] {
                    one.withFlat { one in
                        two.withFlat { reader.anticipate(FlatEntity(one), FlatEntity($0)) }
                    }
                }
            }
        }
        let before = reader.cacheStatistics
        anticipate()
        #expect(try answer(reader, "0") == "failed")
        try reader.begin()
        anticipate()
        #expect(reader.cacheStatistics == before)
        for id in ["0", "50", "99"] { #expect(try answer(reader, id) == "1") }
        #expect(try answer(reader, "nobody") == "absent")
        reader.end()
        #expect(reader.cacheStatistics.hits == before.hits + 3)
        #expect(reader.cacheStatistics.misses == before.misses + 1)
        // A reader without a cache has nothing to read ahead.
        reader = try store.makeReader()
        try reader.begin()
        anticipate()
        #expect(reader.cacheStatistics == CacheStatistics())
    }

    @Test func prewarmingFillsTheCacheWithWhatIsThere() throws {
        let directory = try TemporaryDirectory()
        let store = try EntityStore.make(directory)
        try store.put((0..<100).map { entity("\($0)", in: $0 > 0 ? ["\($0 / 3)"] : []) })
        var reader = try store.makeReader(cacheBytes: 1 << 20)
        try reader.prewarm(for: .seconds(10))
        #expect(try answer(reader, "1") == "failed")
        try reader.begin()
        for number in 0..<100 { #expect(try answer(reader, "\(number)") == "0") }
        reader.end()
        #expect(reader.cacheStatistics.misses == 0)
        #expect(reader.cacheStatistics.hits == 100)
        // A small one is filled and nothing is lost; no time means nothing much.
        var small = try store.makeReader(cacheBytes: 4 << 10)
        try small.prewarm(for: .seconds(10))
        #expect(small.cacheStatistics.evictions == 0)
        #expect(small.cacheStatistics.usedBytes > 2 << 10)
        var none = try store.makeReader()
        try none.prewarm(for: .seconds(10))
        #expect(none.cacheStatistics == CacheStatistics())
    }

    @Test func damageIsNeverCalledAbsence() throws {
        let directory = try TemporaryDirectory()
        let store = try EntityStore.make(directory) { $0.keyMask = 0 }
        try store.put([entity("a", in: ["g"]), entity("b"), entity("g", in: ["h"])])
        for kind in [StoredEntry.Kind.entity, .closure] {
            let key = StoreKey(0).array
            let whole = try store.read { (transaction) throws(StoreError) in
                try transaction.chain(kind, 0, store.layout)
            }
            func replace(_ bytes: [UInt8]) throws {
                let lock = try store.takeWriterLock("test")
                var transaction = try lock.beginWrite()
                try transaction.put(key.span, bytes.span, in: store.layout.database(of: kind))
                try transaction.commit()
            }
            for index in whole.bytes.indices {
                var bytes = whole.bytes
                bytes[index] ^= 0x10
                try replace(bytes)
                var reader = try store.makeReader(cacheBytes: 1 << 16)
                for _ in 0..<3 {
                    try reader.begin()
                    for id in ["a", "b", "g", "h"] {
                        try Self.flat(uid(id)).withFlat { flat in
                            let hasFailed =
                                if kind == .entity {
                                    if case .failed = reader.record(of: FlatEntity(flat)) {
                                        true
                                    } else {
                                        false
                                    }
                                } else if case .failed = reader.ancestors(of: FlatEntity(flat)) {
                                    true
                                } else {
                                    false
                                }
                            #expect(hasFailed, "byte \(index), \(id)")
                        }
                    }
                    reader.end()
                }
            }
            try replace(whole.bytes)
        }
    }

    /// Steps of a random run; `WRIT_CACHE_STEPS` asks for more.
    private static var steps: Int {
        unsafe getenv("WRIT_CACHE_STEPS").flatMap { unsafe Int(String(cString: $0)) } ?? 4_000
    }

    private static let names = (0..<40).map { "e\($0)" }

    /// Changes and lookups in any order; few key bits, so that keys collide.
    @Test(arguments: [UInt64.max, 0x7, 0])
    func randomChangesAreSeenExactly(_ keyMask: UInt64) throws {
        let directory = try TemporaryDirectory()
        let store = try EntityStore.make(directory) {
            $0.keyMask = keyMask
            $0.changeLog.maximumKeys = 12
            $0.changeLog.maximumRevisions = 16
        }
        let flat = try Self.names.map { try Self.flat(uid($0)) }
        var generator = SeededNumbers(seed: keyMask &+ 5)
        var tiny = try ReaderPair(store, cacheBytes: 4 << 10)
        var small = try ReaderPair(store, cacheBytes: 24 << 10)
        var pinned = try ReaderPair(store, cacheBytes: 24 << 10)
        try pinned.begin()
        func compare(_ pair: borrowing ReaderPair, _ step: Int) {
            for _ in 0..<Int.random(in: 1...12, using: &generator) {
                pair.compare(flat.randomElement(using: &generator)!, "step \(step)")
            }
        }
        for step in 0..<Self.steps {
            switch Int.random(in: 0..<16, using: &generator) {
            case 0..<4: try change(store, directory, step, &generator)
            case 4:
                pinned.end()
                try pinned.begin()
            case 5..<9: compare(pinned, step)
            case 9..<13:
                try tiny.begin()
                compare(tiny, step)
                tiny.end()
            default:
                try small.begin()
                compare(small, step)
                compare(small, step)
                small.end()
            }
        }
        for statistics in [tiny.cached.cacheStatistics, small.cached.cacheStatistics] {
            #expect(statistics.hits > 200, "\(statistics)")
            #expect(statistics.logDrops > 20, "\(statistics)")
            #expect(statistics.fullDrops > 2, "\(statistics)")
        }
        try store.requireClean()
    }

    private func change(
        _ store: EntityStore, _ directory: TemporaryDirectory, _ step: Int,
        _ generator: inout SeededNumbers
    ) throws {
        func some(_ range: ClosedRange<Int>) -> [String] {
            Array(
                Self.names.shuffled(using: &generator)
                    .prefix(Int.random(in: range, using: &generator)))
        }
        func number(_ name: String) -> Int { Self.names.firstIndex(of: name) ?? 0 }
        func made(_ name: String) -> Entity {
            // Upwards only, so that there is no cycle.
            entity(
                name, in: some(0...3).filter { number($0) < number(name) },
                [("step", .long(Int64(step)))])
        }
        switch Int.random(in: 0..<10, using: &generator) {
        case 0..<4: try store.put(some(1...2).map(made))
        case 4: try store.put(some(5...20).map(made))
        case 5, 6: try store.delete(some(1...3).map { uid($0) }, ignoringAbsent: true)
        case 7, 8:
            let name = some(1...1)[0]
            guard try store.get(uid(name)) != nil else { return }
            let parents = some(0...2).filter { number($0) < number(name) }.map { uid($0) }
            try store.patch([
                EntityPatch(
                    uid: uid(name), attributes: [("patched", .long(Int64(step)))],
                    parents: .replaced(by: parents))
            ])
        default:
            let text = some(1...6).map { words(made($0)) }.joined(separator: "\n")
            _ = try store.importText(
                text, directory,
                mode: Bool.random(using: &generator) ? .atomic : .batch(1))
        }
    }

    @Test func anotherProcessIsSeenExactly() throws {
        let directory = try TemporaryDirectory()
        do { _ = try EntityStore.make(directory) { $0.mapBytes = 256 << 10 } }
        let writer = try CrashProgram.start(
            ["write", directory.store, "3"], output: directory.path + "/log")
        defer {
            kill(writer, SIGKILL)
            _ = CrashProgram.wait(writer)
        }
        let store = try EntityStore.make(directory) { $0.mapBytes = 256 << 10 }
        let flat = try ["Item", "Group", "Loaded"].flatMap { type in
            try (0..<30).map { try Self.flat(uid("\($0)", type)) }
        }
        var generator = SeededNumbers(seed: 9)
        var pair = try ReaderPair(store, cacheBytes: 16 << 10)
        let end = ContinuousClock.now + .seconds(2)
        while ContinuousClock.now < end {
            try pair.begin()
            for _ in 0..<20 {
                pair.compare(
                    flat.randomElement(using: &generator)!, "revision \(pair.cached.revision)")
            }
            pair.end()
        }
        let statistics = pair.cached.cacheStatistics
        #expect(pair.cached.revision > 20)
        #expect(statistics.hits > 1000, "\(statistics)")
        #expect(statistics.logDrops > 0, "\(statistics)")
    }
}
