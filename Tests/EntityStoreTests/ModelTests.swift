import SeededNumbers
import CedarEngine
import CedarSyntax
import Testing

@testable import EntityStore

/// The store as plain dictionaries: slow and obvious.
struct StoreModel {
    var entities: [EntityUID: Entity] = [:]

    /// All proper ancestors, by walking up.
    func ancestors(_ uid: EntityUID) -> Set<EntityUID> {
        var found: Set<EntityUID> = []
        var open = entities[uid]?.parents ?? []
        while let next = open.popLast() {
            if found.insert(next).inserted { open += entities[next]?.parents ?? [] }
        }
        return found
    }

    var hasCycle: Bool { entities.keys.contains { ancestors($0).contains($0) } }

    var parents: Set<EntityUID> { Set(entities.values.flatMap(\.parents)) }
}

@Suite("EntityStore, against a model")
struct ModelTests {
    /// Few names, so that most changes meet; few key bits, so that most keys collide.
    @Test(arguments: [UInt64.max, 0x7, 0], [1, 2, 3] as [UInt64])
    func randomChangesAgree(_ keyMask: UInt64, _ seed: UInt64) throws {
        let directory = try TemporaryDirectory()
        let store = try EntityStore.make(directory) {
            $0.keyMask = keyMask
            $0.sortBytes = 1 << 10
        }
        var generator = SeededNumbers(seed: seed)
        var model = StoreModel()
        var revision: UInt64 = 0
        var cycles = 0
        for step in 0..<150 {
            var next = model
            let change = Self.change(&next, step, &generator)
            let isCycle = next.hasCycle
            do {
                let result = try change.apply(store, directory)
                #expect(!isCycle, "a cycle passed")
                #expect(result >= revision && result <= revision + UInt64(change.mostCommits))
                revision = result
                model = next
            } catch let error as StoreError {
                guard case .cycle(let cycle, _) = error.code, isCycle else { throw error }
                cycles += 1
                for (index, uid) in cycle.path.enumerated() {
                    let parent = cycle.path[(index + 1) % cycle.path.count]
                    #expect(next.entities[uid]?.parents.contains(parent) == true)
                }
            }
            #expect(try store.revision == revision)
            try compare(store, model)
            if step % 25 == 0 { try store.requireClean() }
        }
        #expect(cycles > 0)
        try store.requireClean()
    }

    static let names = (0..<14).map { uid("e\($0)") }

    private func compare(_ store: EntityStore, _ model: StoreModel) throws {
        var reader = try store.makeReader()
        try reader.begin()
        let parents = model.parents
        for name in Self.names {
            #expect(words(try reader.entity(name)) == words(model.entities[name]))
            let expected = parents.contains(name) ? model.ancestors(name).sorted() : []
            #expect(try reader.ancestors(name) == expected)
        }
        #expect(try store.statistics().entities == model.entities.count)
    }

    /// One change, ready for the store.
    enum Change {
        case put([Entity])
        case delete([EntityUID])
        case patch(EntityPatch)
        case load([Entity], batch: Int?)

        var mostCommits: Int {
            if case .load(let entities, _?) = self { return entities.count }
            return 1
        }

        func apply(_ store: EntityStore, _ directory: TemporaryDirectory) throws -> UInt64 {
            switch self {
            case .put(let entities): return try store.put(entities)
            case .delete(let uids): return try store.delete(uids, ignoringAbsent: true)
            case .patch(let patch): return try store.patch([patch])
            case .load(let entities, let batch):
                let text = entities.map { words($0) }.joined(separator: "\n")
                return try store.importText(
                    text, directory, mode: batch.map { .batch($0) } ?? .atomic
                ).revision
            }
        }
    }

    private static func change(
        _ model: inout StoreModel, _ step: Int, _ generator: inout SeededNumbers
    ) -> Change {
        func some(_ range: ClosedRange<Int>) -> [EntityUID] {
            Array(
                names.shuffled(using: &generator).prefix(Int.random(in: range, using: &generator)))
        }
        func entities(_ range: ClosedRange<Int>) -> [Entity] {
            some(range).map { uid in
                // Mostly upwards, so that cycles are seldom.
                let number = names.firstIndex(of: uid) ?? 0
                var parents = some(0...3).filter {
                    (names.firstIndex(of: $0) ?? 0) < number
                        || Int.random(in: 0..<15, using: &generator) == 0
                }
                parents.sort()
                return Entity(
                    uid: uid, attributes: [("step", .long(Int64(step)))], parents: parents)
            }
        }
        switch Int.random(in: 0..<10, using: &generator) {
        case 0..<4:
            let put = entities(1...3)
            for entity in put { model.entities[entity.uid] = entity }
            return .put(put)
        case 4, 5:
            let removed = some(1...2)
            for uid in removed { model.entities[uid] = nil }
            return .delete(removed)
        case 6, 7:
            guard let uid = model.entities.keys.sorted().randomElement(using: &generator),
                let entity = model.entities[uid]
            else { return .delete([]) }
            let number = names.firstIndex(of: uid) ?? 0
            let added = some(0...2).filter { (names.firstIndex(of: $0) ?? 0) < number }
            let removed = some(0...5).filter { !added.contains($0) }
            let patch = EntityPatch(
                uid: uid, attributes: [("patched", .long(Int64(step)))],
                parents: .changed(adding: added, removing: removed))
            model.entities[uid] = patch.applied(to: entity)
            return .patch(patch)
        default:
            let loaded = entities(1...8)
            for entity in loaded { model.entities[entity.uid] = entity }
            let batch =
                Bool.random(using: &generator) ? Int.random(in: 1...4, using: &generator) : nil
            return .load(loaded, batch: batch)
        }
    }
}
