import SeededNumbers
import CedarEngine
import CedarSyntax
import Glibc
import LMDB
import Synchronization
import Testing

@testable import EntityStore

@Suite("GroupWriter")
struct GroupWriterTests {
    private let directory: TemporaryDirectory

    init() throws { directory = try TemporaryDirectory() }

    /// Commits a list as groups would be, without threads; an answer for each change.
    private func commit(
        _ changes: [EntityChange], _ store: EntityStore
    ) throws -> [Result<UInt64, StoreError>] {
        let commit = GroupCommit(store: store, conformance: nil)
        let prepared = changes.map { PreparedChange($0, nil) }
        let lock = try store.takeWriterLock("test")
        var answers: [Result<UInt64, StoreError>] = []
        while answers.count < prepared.count {
            let some = commit.commit(prepared[answers.count...], lock)
            try #require(!some.isEmpty)
            answers += some
        }
        return answers
    }

    private static func name(_ result: Result<UInt64, StoreError>) -> String {
        switch result {
        case .success(let revision): return "\(revision)"
        case .failure(let error):
            switch error.code {
            case .notFound: return "notFound"
            case .cycle: return "cycle"
            case .badEntity: return "badEntity"
            case .mapFull: return "mapFull"
            default: return "\(error)"
            }
        }
    }

    @Test func aRefusedChangeLeavesTheOthers() throws {
        let store = try EntityStore.make(directory)
        var deep = Value.long(1)
        for _ in 0...FlatLimits.maximumDepth { deep = .set([deep]) }
        let answers = try commit(
            [
                .put(entity("a", in: ["b"])),
                .patch(EntityPatch(uid: uid("no"))),
                .put(entity("b", in: ["c"])),
                .put(entity("c", in: ["a"])),
                .put(entity("x", in: [], [("d", deep)])),
                .delete(uid("no")),
                .delete(uid("no"), ignoringAbsent: true),
                .patch(EntityPatch(uid: uid("a"), attributes: [("n", .long(1))])),
                .put(entity("x", in: ["x"])),
                .delete(uid("b")),
                // What was a cycle before `b` went is none now.
                .put(entity("c", in: ["a"])),
            ], store)
        #expect(
            answers.map(Self.name) == [
                "1", "notFound", "1", "cycle", "badEntity", "notFound", "2", "2", "cycle", "3", "3",
            ])
        #expect(try store.revision == 3)
        #expect(try store.ancestors(uid("b")) == [])
        #expect(try store.ancestors(uid("a")) == [uid("b")])
        try store.requireClean()
    }

    @Test func changesSeeThoseBeforeThemInTheSameGroup() throws {
        let store = try EntityStore.make(directory)
        let answers = try commit(
            [
                .put(entity("a", in: ["g"])),
                .put(entity("g", in: ["h"])),
                .patch(EntityPatch(uid: uid("a"), attributes: [("n", .long(1))])),
                .put(entity("h", in: ["i"])),
                .delete(uid("a")),
                .patch(EntityPatch(uid: uid("a"))),
                .put(entity("a", in: ["g"], [("n", .long(2))])),
            ], store)
        #expect(answers.map(Self.name) == ["1", "1", "1", "1", "1", "notFound", "1"])
        #expect(try store.ancestors(uid("g")) == [uid("h"), uid("i")])
        #expect(words(try store.get(uid("a"))) == words(entity("a", in: ["g"], [("n", .long(2))])))
        try store.requireClean()
    }

    @Test func whatChangesNothingCommitsNothing() throws {
        let store = try EntityStore.make(directory)
        try store.put([entity("a")])
        let answers = try commit(
            [.put(entity("a")), .delete(uid("no"), ignoringAbsent: true), .delete(uid("no"))], store
        )
        #expect(answers.map(Self.name) == ["1", "1", "notFound"])
        #expect(try store.revision == 1)
    }

    /// Grouping is not seen from outside: what passes, what is refused and what is left is as if
    /// each change had been made by itself.
    @Test(arguments: [UInt64.max, 0x7, 0], [1, 2, 3, 4] as [UInt64])
    func groupsAreAsOneByOne(_ keyMask: UInt64, _ seed: UInt64) throws {
        let other = try TemporaryDirectory()
        let grouped = try EntityStore.make(directory) { $0.keyMask = keyMask }
        let single = try EntityStore.make(other) { $0.keyMask = keyMask }
        var generator = SeededNumbers(seed: seed)
        func name() -> EntityUID { uid("e\(Int.random(in: 0..<8, using: &generator))") }
        func names() -> [EntityUID] {
            (0..<Int.random(in: 0..<3, using: &generator)).map { _ in name() }
        }
        var refused = 0
        for round in 0..<40 {
            let changes = (0..<Int.random(in: 1...20, using: &generator)).map {
                step -> EntityChange in
                let attributes = [(key: Text("n"), value: Value.long(Int64(round * 100 + step)))]
                switch Int.random(in: 0..<6, using: &generator) {
                case 0: return .delete(name())
                case 1: return .patch(EntityPatch(uid: name(), attributes: [("n", .long(7))]))
                case 2:
                    return .patch(
                        EntityPatch(
                            uid: name(), parents: .changed(adding: names(), removing: [])))
                default:
                    return .put(Entity(uid: name(), attributes: attributes, parents: names()))
                }
            }
            let answers = try commit(changes, grouped)
            for (change, answer) in zip(changes, answers) {
                let expected = Result<UInt64, any Error> {
                    switch change {
                    case .update: 0
                    case .put(let entity): try single.put([entity])
                    case .patch(let patch): try single.patch([patch])
                    case .delete(let uid, _): try single.delete([uid])
                    }
                }
                switch (answer, expected) {
                case (.success, .success): break
                case (.failure, .failure(let error as StoreError)):
                    #expect(Self.name(answer) == Self.name(.failure(error)))
                    refused += 1
                default: Issue.record("\(change): \(answer) and alone \(expected)")
                }
            }
            #expect(try grouped.exportText() == single.exportText())
            for index in 0..<8 {
                let name = uid("e\(index)")
                #expect(try grouped.ancestors(name) == single.ancestors(name))
            }
        }
        #expect(refused > 0)
        try grouped.requireClean()
    }

    @Test func aMapThatCannotGrowRefusesOnlyWhatIsTooLarge() throws {
        let store = try EntityStore.make(directory) {
            $0.mapBytes = 1 << 20
            $0.maximumMapBytes = 1 << 20
        }
        let large = Value.string(Text(String(repeating: "x", count: 2 << 20)))
        let answers = try commit(
            [.put(entity("a")), .put(entity("b", in: [], [("s", large)])), .put(entity("c"))], store
        )
        #expect(Self.name(answers[1]) == "mapFull")
        #expect(try store.get(uid("a")) != nil && store.get(uid("c")) != nil)
        #expect(try store.get(uid("b")) == nil)
        try store.requireClean()
    }

    @Test func theMapGrowsUnderAGroup() throws {
        let store = try EntityStore.make(directory) { $0.mapBytes = 128 << 10 }
        let writer = try GroupWriter(store)
        let answered = Atomic<Int>(0)
        let text = Value.string(Text(String(repeating: "x", count: 1000)))
        for index in 0..<3000 {
            writer.submit(.put(entity("e\(index)", in: [], [("s", text)]))) { result in
                if case .success = result { answered.add(1, ordering: .relaxed) }
            }
        }
        writer.close()
        #expect(answered.load(ordering: .relaxed) == 3000)
        #expect(try store.statistics().entities == 3000)
        try store.requireClean()
    }

    @Test func manyThreadsKeepTheirOrderAndAreAnsweredByTheirRevision() async throws {
        let store = try EntityStore.make(directory)
        let writer = try GroupWriter(store)
        let last = try await withThrowingTaskGroup(of: UInt64.self) { group in
            for thread in 0..<4 {
                group.addTask {
                    var revision: UInt64 = 0
                    for step in 0..<50 {
                        let name = "t\(thread)"
                        if step % 10 == 9 {
                            let error = try refusal {
                                try writer.write(.delete(uid("\(name) is not there")))
                            }
                            guard case .notFound = error.code else { throw error }
                            continue
                        }
                        let next = try writer.write(
                            .put(entity(name, in: [], [("n", .long(Int64(step)))])))
                        #expect(next > revision)
                        revision = next
                        // What was answered can be read.
                        let found = try store.get(uid(name))
                        #expect(words(found).contains("\"n\":\(step)"))
                        #expect(try store.revision >= next)
                    }
                    return revision
                }
            }
            return try await group.reduce(0) { max($0, $1) }
        }
        #expect(try store.revision == last)
        try store.requireClean()
    }

    @Test func answersComeInOrderAndManyShareACommit() throws {
        let store = try EntityStore.make(directory)
        let writer = try GroupWriter(store, GroupBounds(maximumChanges: 64, maximumWaiting: 100))
        let order = Mutex<[(Int, UInt64?)]>([])
        for index in 0..<1000 {
            let change: EntityChange =
                index % 100 == 50
                ? .delete(uid("no"))
                : .put(entity("e\(index % 7)", in: [], [("n", .long(Int64(index)))]))
            writer.submit(change) { result in
                order.withLock { $0.append((index, try? result.get())) }
            }
        }
        writer.close()
        let answers = order.withLock { $0 }
        #expect(answers.map(\.0) == Array(0..<1000))
        #expect(answers.filter { $0.1 == nil }.map(\.0) == (0..<10).map { $0 * 100 + 50 })
        let revisions = answers.compactMap(\.1)
        #expect(zip(revisions, revisions.dropFirst()).allSatisfy { $0 <= $1 })
        #expect(Set(revisions).count < 500)
        #expect(try store.revision == revisions.last)
    }

    @Test func aClosedWriterRefuses() throws {
        let store = try EntityStore.make(directory)
        let writer = try GroupWriter(store)
        writer.close()
        writer.close()
        let error = try refusal { try writer.write(.put(entity("a"))) }
        guard case .failed = error.code else { throw error }
        #expect(try store.revision == 0)
    }

    @Test func anotherWriterIsWaitedForAsLongAsPatienceGoes() throws {
        let store = try EntityStore.make(directory)
        let impatient = try GroupWriter(
            store, GroupBounds(lockPatience: .milliseconds(20)))
        let patient = try GroupWriter(store)
        let answers = Mutex<[String]>([])
        try hold(store) {
            let error = try refusal { try impatient.write(.put(entity("a"))) }
            guard case .locked = error.code else { throw error }
            patient.submit(.put(entity("b"))) { result in
                answers.withLock { $0.append(Self.name(result)) }
            }
            usleep(20_000)
            #expect(answers.withLock { $0 } == [])
        }
        patient.close()
        #expect(answers.withLock { $0 } == ["1"])
    }

    private func hold(_ store: EntityStore, _ body: () throws -> Void) throws {
        let lock = try store.takeWriterLock("test")
        try body()
        _ = lock.environment
    }
}
