import ArgumentParser
import BenchSupport
import CedarEngine
import CedarSyntax
import EntityStore
import Glibc
import Synchronization

/// `writ-bench store`: how fast entities are imported, written and read.
struct StoreCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "store",
        abstract: "Rates of import, put, patch and get.",
        discussion: """
            Commits are synced, so what is written one by one shows the disk.

            Example:
              writ-bench store --entities 1000000 --folder /var/tmp
            """)

    @Option(help: "Entities imported.")
    var entities = 100_000

    @Option(help: "Operations of each other kind.")
    var operations = 2000

    @Option(help: "Put the entities in random order, so many a commit, instead of importing them.")
    var fill: Int?

    @Option(help: ArgumentHelp("Where the store is made.", valueName: "folder"))
    var folder: String?

    @OptionGroup var output: OutputOptions

    func validate() throws {
        guard entities >= 1000, operations >= 100 else {
            throw ValidationError("--entities is at least 1000 and --operations at least 100")
        }
    }

    func run() throws {
        let directory = try TemporaryDirectory(in: folder)
        let workload = EntityWorkload(count: entities)
        let file = "\(directory.path)/entities.jsonl"
        try workload.write(to: file)
        let store = try EntityStore.open(
            at: "\(directory.path)/store", StoreOptions(createIfMissing: true))
        var rows: [(name: String, count: Int, seconds: Double)] = []
        func measure(_ name: String, _ count: Int, _ body: () throws -> Void) rethrows {
            let clock = ContinuousClock()
            let start = clock.now
            try body()
            rows.append((name, count, (clock.now - start).nanoseconds / 1e9))
        }
        try measure("import", entities) {
            if let fill {
                try workload.forEachBatch(of: fill, seed: 4) { try store.put($0) }
            } else {
                _ = try store.importEntities(from: .file(file))
            }
        }
        var groups: [String] = []
        var random = SeededRandom(seed: 5)
        func user() -> Int { random.below(entities / 2) }
        func entity(_ index: Int) -> Entity {
            Entity(
                uid: EntityUID("User", "user-\(index)"),
                attributes: [
                    ("clearance", .long(Int64(random.below(1000)))), ("name", .string("x")),
                ])
        }
        try measure("put, one a commit", operations / 10) {
            for _ in 0..<operations / 10 { try store.put([entity(user())]) }
        }
        try measure("put, 1,000 a commit", operations / 1000 * 1000) {
            for start in 0..<operations / 1000 {
                let first = start * 1000 % (entities / 2)
                try store.put((first..<(first + 1000)).map { entity($0 % (entities / 2)) })
            }
        }
        try measure("patch, one a commit", operations / 10) {
            for _ in 0..<operations / 10 {
                try store.patch([
                    EntityPatch(
                        uid: EntityUID("User", "user-\(user())"),
                        attributes: [("clearance", .long(Int64(random.below(1000))))])
                ])
            }
        }
        for (name, isPatch) in [("put, in groups", false), ("patch, in groups", true)] {
            // Given one after the other without waiting, as a feed does.
            let changes = (0..<operations * 10).map { _ -> EntityChange in
                let entity = entity(user())
                if !isPatch { return .put(entity) }
                return .patch(EntityPatch(uid: entity.uid, attributes: [entity.attributes[0]]))
            }
            let refused = Atomic<Int>(0)
            let revision = try store.revision
            try measure(name, changes.count) {
                let writer = try GroupWriter(store)
                for change in changes {
                    writer.submit(change) { result in
                        if case .failure = result { refused.add(1, ordering: .relaxed) }
                    }
                }
                writer.close()
            }
            groups.append(
                "\(name): \(try store.revision - revision) commits, "
                    + "\(refused.load(ordering: .relaxed)) refused")
        }
        try measure("get as a tree", operations) {
            for _ in 0..<operations { _ = try store.get(EntityUID("User", "user-\(user())")) }
        }
        let block = try QuestionBlock(workload.requests(operations, zipf: false, seed: 6))
        var gets = try GetsPath(store, block)
        var missing = 0
        measure("get in place (two)", operations) {
            for index in 0..<gets.count where !gets.decide(index) { missing += 1 }
        }
        var report = Report(
            "the store", columns: ["operation", "count", "per second", "µs each"])
        for row in rows where row.count > 0 {
            report.add([
                .text(row.name), .count(row.count),
                .number(Double(row.count) / row.seconds, decimals: 0),
                .number(row.seconds * 1e6 / Double(row.count), decimals: 2),
            ])
        }
        let bytes = try store.statistics().usedBytes
        report.notes =
            [
                "\((Double(bytes) / Double(entities)).fixed(0)) bytes of store an entity; "
                    + "\(missing) entities not found"
            ] + groups
        try output.publish(
            report,
            Chart(
                "Operations of the store", horizontal: "operation", vertical: "per second",
                series: [
                    Chart.Series(
                        "per second",
                        rows.enumerated().map { (Double($0), Double($1.count) / $1.seconds) })
                ],
                categories: rows.map(\.name)))
        if missing > 0 { throw ExitCode(1) }
    }
}
