import SeededNumbers
import CedarSyntax
import EntityStore
import Glibc
import JSON

/// Changes a store for ever and says each change before and after.
struct CrashWriter {
    let directory: String
    let firstNumber: Int
    var numbers: SeededNumbers

    init(directory: String, seed: UInt64) {
        self.directory = directory
        // No two writers leave the same numbers.
        firstNumber = Int(seed % 1_000_000) * 1_000_000
        numbers = SeededNumbers(seed: seed)
    }

    mutating func random(_ bound: Int) -> Int { Int(numbers.next() % UInt64(bound)) }

    func run() -> Never {
        var writer = self
        do throws(StoreError) {
            try writer.write()
        } catch {
            say("error \(error)")
            exit(1)
        }
    }

    private mutating func write() throws(StoreError) -> Never {
        // Small, so that growing the map is among the moments of death.
        let store = try EntityStore.open(
            at: directory, StoreOptions(createIfMissing: true, mapBytes: 256 << 10))
        say("open")
        let writer = try GroupWriter(store)
        var number = firstNumber
        while true {
            number += 1
            if random(4) == 0 {
                try burst(&number, writer)
                continue
            }
            let step = nextStep(number)
            say("try \(step.line)")
            let revision = try perform(step, store)
            say("done \(step.line) \(revision)")
        }
    }

    /// Hands many changes to a group writer at once, some of which are refused.
    private mutating func burst(
        _ number: inout Int, _ writer: GroupWriter
    ) throws(StoreError) {
        for _ in 0..<random(40) {
            number += 1
            var step = nextStep(number)
            while step.verb == .load || step.verb == .patch { step = nextStep(number) }
            say("try \(step.line)")
            let change: EntityChange =
                step.verb == .delete
                ? .delete(step.uids[0], ignoringAbsent: true) : .put(step.entity(step.uids[0]))
            writer.submit(change) { [step] result in
                switch result {
                case .success(let revision): say("done \(step.line) \(revision)")
                case .failure(let error): say("error \(error)")
                }
            }
            // Refused always, once before it writes and once after.
            let own = CrashStep.uid("Circle", 0)
            for refused in [
                EntityChange.delete(CrashStep.uid("None", 0)),
                .put(Entity(uid: own, parents: [own])),
            ] where random(8) == 0 {
                writer.submit(refused) { result in
                    if case .success = result { say("error a bad change passed") }
                }
            }
        }
        // Answered after all before it.
        _ = try writer.write(.delete(CrashStep.uid("None", 0), ignoringAbsent: true))
    }

    private mutating func nextStep(_ number: Int) -> CrashStep {
        switch random(10) {
        case 0..<4: CrashStep(.put, random(CrashStep.itemCount), number)
        case 4: CrashStep(.patch, random(CrashStep.itemCount), number)
        case 5: CrashStep(.delete, random(CrashStep.itemCount), number)
        case 6, 7: CrashStep(.load, random(4), number)
        default: CrashStep(.group, random(CrashStep.groupCount), number)
        }
    }

    private func perform(_ step: CrashStep, _ store: EntityStore) throws(StoreError) -> UInt64 {
        let entities = step.uids.map { step.entity($0) }
        switch step.verb {
        case .put, .group: return try store.put(entities)
        case .delete: return try store.delete(step.uids, ignoringAbsent: true)
        case .patch:
            // An entity that is not there is made, so that every step leaves its number.
            if try store.get(step.uids[0]) == nil { return try store.put(entities) }
            let entity = entities[0]
            return try store.patch([
                EntityPatch(
                    uid: entity.uid, attributes: entity.attributes.map { ($0.key, $0.value) },
                    parents: .replaced(by: entity.parents))
            ])
        case .load:
            var writer = JSONWriter()
            for entity in entities {
                writer.write(entity)
                writer.endLine()
            }
            let path = directory + ".load"
            let file = unsafe open(path, O_RDWR | O_CREAT | O_TRUNC, 0o600)
            unsafe writer.bytes.withUnsafeBytes { bytes in
                _ = unsafe Glibc.write(file, bytes.baseAddress, bytes.count)
            }
            close(file)
            return try store.importEntities(from: .file(path)).revision
        }
    }
}
