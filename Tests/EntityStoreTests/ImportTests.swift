import SeededNumbers
import CedarEngine
import CedarSyntax
import Testing

@testable import EntityStore

@Suite("EntityStore, import")
struct ImportTests {
    /// A file that is refused, the place of the offence and a word of the message.
    struct Refused: CustomTestStringConvertible, Sendable {
        let text: String
        let offset: Int
        let line: Int
        let column: Int
        let index: Int
        let word: String

        init(
            _ text: String, _ offset: Int, _ line: Int, _ column: Int, _ index: Int, _ word: String
        ) {
            self.text = text
            self.offset = offset
            self.line = line
            self.column = column
            self.index = index
            self.word = word
        }

        var testDescription: String { "\(word): \(text.prefix(40))" }
    }

    static let good = #"{"uid":{"type":"User","id":"g"},"attrs":{},"parents":[]}"#

    static let refused = [
        Refused("", 0, 1, 1, 0, "empty"),
        Refused("  \n", 3, 2, 1, 0, "empty"),
        Refused("[\n", 2, 2, 1, 0, "ends before"),
        Refused("\u{FEFF}[]", 0, 1, 1, 0, "byte order mark"),
        Refused("nonsense", 0, 1, 1, 0, "expected an array"),
        Refused("[\n\(good),\n]", good.utf8.count + 4, 3, 1, 1, "comma"),
        Refused("[\(good)] x", good.utf8.count + 3, 1, good.count + 4, 1, "follows"),
        Refused("[\(good) \(good)]", good.utf8.count + 2, 1, good.count + 3, 1, ","),
        Refused("\(good)\n{\"uid\": 1\n", good.utf8.count + 10, 2, 10, 1, "ends"),
        Refused("\(good)\n{\"uid\": 1}\n", good.utf8.count + 9, 2, 9, 1, "type"),
        Refused("[\(good),\n  7]", good.utf8.count + 5, 2, 3, 1, "object"),
        Refused(#"[{"attrs":{},"parents":[]}]"#, 1, 1, 2, 0, "no `uid`"),
        Refused(
            #"[{"uid":{"type":"User","id":"é"},"parents":[]}]"#, 1, 1, 2, 0, "no `attrs`"),
        Refused(
            #"[{"uid":{"type":"User","id":"é"},"attrs":{}}]"#, 1, 1, 2, 0, "no `parents`"),
        // Columns count scalars, offsets bytes.
        Refused(
            #"[{"uid":{"type":"User","id":"é"},"attrs":{"a":null},"parents":[]}]"#, 47, 1, 47, 0,
            "null"),
        Refused(
            #"[{"uid":{"type":"User","id":"x"},"attrs":{"a":1.5},"parents":[]}]"#, 46, 1, 47, 0,
            "integer"),
        Refused(
            #"[{"uid":{"type":"User","id":"x"},"attrs":{"a":1,"a":1},"parents":[]}]"#, 48, 1, 49,
            0, "already"),
        Refused(
            #"[{"uid":{"type":"Action","id":"x"},"attrs":{},"parents":[{"type":"User","id":"u"}]}]"#,
            1, 1, 2, 0, "no action"),
        Refused(
            #"{"uid":{"type":"User","id":"\#u{1}"},"attrs":{},"parents":[]}"#, 28, 1, 29, 0,
            "unescaped"),
    ]

    @Test(arguments: refused) func refusesABadFileWithItsPlace(_ row: Refused) throws {
        for mode in [ImportMode.atomic, .batch(1)] {
            let directory = try TemporaryDirectory()
            let store = try EntityStore.make(directory)
            try store.put([entity("before")])
            let error = try refusal { try store.importText(row.text, directory, mode: mode) }
            let expected = StorePlace(
                offset: row.offset, line: row.line, column: row.column, index: row.index)
            switch error.code {
            case .badFile(let place), .badEntity(let place?):
                #expect(place == expected, "\(error)")
            default: throw error
            }
            #expect(error.message.contains(row.word), "\(error)")
            #expect(try store.revision == 1)
            #expect(try store.get(uid("g")) == nil)
        }
    }

    @Test func refusesAMissingFile() throws {
        let directory = try TemporaryDirectory()
        let store = try EntityStore.make(directory)
        let error = try refusal { try store.importEntities(from: .file(directory.path + "/no")) }
        guard case .notFound = error.code else { throw error }
        let other = try refusal { try store.importEntities(from: .file(directory.path)) }
        guard case .system = other.code else { throw other }
    }

    @Test(arguments: [ImportMode.atomic, .batch(1), .batch(3)])
    func refusesADifferentDuplicateWithBothPlaces(_ mode: ImportMode) throws {
        let directory = try TemporaryDirectory()
        let store = try EntityStore.make(directory)
        let text = [line("a"), line("b"), line("c"), line("b", in: [], 1)].joined(separator: "\n")
        let error = try refusal { try store.importText(text, directory, mode: mode) }
        guard case .duplicate(let name, let first, let second) = error.code else { throw error }
        #expect(name == uid("b"))
        #expect((first.line, first.index) == (2, 1))
        #expect((second.line, second.index) == (4, 3))
        #expect(error.description.contains("line 4, column 1"))
        #expect(error.description.contains("line 2, column 1"))
        #expect(try store.revision == 0)
    }

    @Test func acceptsTheSameDuplicate() throws {
        let directory = try TemporaryDirectory()
        let store = try EntityStore.make(directory)
        // The same entity in other words: another order of parents, one of them twice.
        let text = [line("a", in: ["x", "y"]), line("b"), line("a", in: ["y", "x", "y"])]
        let report = try store.importText(text.joined(separator: "\n"), directory)
        #expect(report.entities == 3)
        #expect(report.repeated == 1)
        #expect(report.counts == StoreChangeCounts(added: 2))
        try store.requireClean()
    }

    @Test(arguments: [ImportMode.atomic, .batch(1)])
    func refusesCyclesOfTheFile(_ mode: ImportMode) throws {
        let directory = try TemporaryDirectory()
        let store = try EntityStore.make(directory)
        let itself = try refusal {
            try store.importText(line("x") + "\n" + line("a", in: ["a"]), directory, mode: mode)
        }
        guard case .cycle(let short, let place?) = itself.code else { throw itself }
        #expect(short.path == [uid("a")])
        #expect(place.line == 2)
        let ring = ["a", "b", "c", "d"]
        let lines = ring.indices.map { line(ring[$0], in: [ring[($0 + 1) % 4], "top"]) }
        let error = try refusal {
            try store.importText(
                ([line("leaf", in: ["a"])] + lines).joined(separator: "\n"), directory, mode: mode)
        }
        guard case .cycle(let cycle, let first?) = error.code else { throw error }
        #expect(Set(cycle.path) == Set(ring.map { uid($0) }))
        #expect(first.line == 2)
        #expect(try store.revision == 0)
        #expect(try store.statistics().parents == 0)
    }

    @Test(arguments: [ImportMode.atomic, .batch(1)])
    func refusesACycleWithTheStore(_ mode: ImportMode) throws {
        let directory = try TemporaryDirectory()
        let store = try EntityStore.make(directory)
        // `b` is a group only once the import names it as a parent.
        try store.put([entity("b", in: ["c"]), entity("c", in: ["a"])])
        let error = try refusal {
            try store.importText(line("a", in: ["b"]), directory, mode: mode)
        }
        guard case .cycle(let cycle, let place?) = error.code else { throw error }
        #expect(Set(cycle.path) == [uid("a"), uid("b"), uid("c")])
        #expect(place.line == 1)
        #expect(try store.revision == 1)
        try store.requireClean()
    }

    @Test(arguments: [1, 2, 3, 5]) func batchesMayTurnAHierarchyOver(_ size: Int) throws {
        let directory = try TemporaryDirectory()
        let store = try EntityStore.make(directory)
        let names = (0..<12).map { "n\($0)" }
        // A chain one way, then the other: most orders of writing pass through a cycle.
        try store.put(names.indices.map { entity(names[$0], in: $0 > 0 ? [names[$0 - 1]] : []) })
        let text = names.indices.map { line(names[$0], in: $0 < 11 ? [names[$0 + 1]] : []) }
        _ = try store.importText(text.joined(separator: "\n"), directory, mode: .batch(size))
        #expect(try store.ancestors(uid("n5")) == names[6...].map { uid($0) }.sorted())
        try store.requireClean()
    }

    @Test func batchesCommitAndAnImportIntoAStoreReplaces() throws {
        let directory = try TemporaryDirectory()
        let store = try EntityStore.make(directory)
        let text = (0..<10).map { line("n\($0)") }.joined(separator: "\n")
        let report = try store.importText(text, directory, mode: .batch(4))
        #expect(report.commits == 3)
        #expect(report.revision == 3)
        #expect(report.counts == StoreChangeCounts(added: 10))
        let again = try store.importText(text, directory)
        #expect(again.counts == StoreChangeCounts(unchanged: 10))
        #expect(again.commits == 0)
        #expect(try store.revision == 3)
        let change = try store.importText(line("n3", in: [], 9) + "\n" + line("new"), directory)
        #expect(change.counts == StoreChangeCounts(added: 1, replaced: 1))
        #expect(change.revision == 4)
        try store.requireClean()
    }

    /// Long elements make a record cross the chunks of a megabyte in which a file is read, and a
    /// small memory for sorting makes many runs.
    @Test(arguments: [1 << 10, 64 << 10, 64 << 20])
    func sizesOfChunksAndRunsChangeNothing(_ sortBytes: Int) throws {
        let directory = try TemporaryDirectory()
        let store = try EntityStore.make(directory) { $0.sortBytes = sortBytes }
        var generator = SeededNumbers(seed: 7)
        var entities: [Entity] = []
        for number in 0..<150 {
            let filler = String(repeating: "é", count: Int.random(in: 0..<5000, using: &generator))
            entities.append(
                entity("n\(number)", in: ["g\(number % 7)"], [("f", .string(Text(filler)))]))
        }
        let other = try TemporaryDirectory()
        let source = try EntityStore.make(other)
        try source.put(entities)
        for format in [ExportOptions.Format.array, .lines] {
            let text = try source.exportText(ExportOptions(format: format, isSorted: true))
            _ = try store.importText(text, directory)
            #expect(try store.exportText(ExportOptions(format: format, isSorted: true)) == text)
            let unsorted = try store.exportText(ExportOptions(format: format))
            #expect(unsorted.utf8.count == text.utf8.count)
        }
        #expect(try store.revision == 1)
        try store.requireClean()
    }

    @Test func growsTheMapAsOftenAsNeeded() throws {
        let directory = try TemporaryDirectory()
        let store = try EntityStore.make(directory) { $0.mapBytes = 128 << 10 }
        let text = (0..<20_000).map { line("n\($0)", in: ["g\($0 % 100)"], $0) }
        let report = try store.importText(text.joined(separator: "\n"), directory)
        #expect(report.counts.added == 20_000)
        #expect(try store.statistics().mapBytes > 1 << 20)
        // Puts too, one transaction after the other.
        for number in 0..<40 {
            let filler = Text(String(repeating: "x", count: 100_000))
            try store.put([entity("large\(number)", in: [], [("f", .string(filler))])])
        }
        try store.requireClean()
    }

    @Test func refusesAMapThatMayNotGrow() throws {
        let directory = try TemporaryDirectory()
        let store = try EntityStore.make(directory) {
            $0.mapBytes = 128 << 10
            $0.maximumMapBytes = 256 << 10
        }
        try store.put([entity("a")])
        let text = (0..<20_000).map { line("n\($0)", in: ["g\($0 % 100)"], $0) }
        let error = try refusal {
            try store.importText(text.joined(separator: "\n"), directory)
        }
        guard case .mapFull = error.code else { throw error }
        #expect(try store.revision == 1)
        #expect(try store.put([entity("b")]) == 2)
        try store.requireClean()
    }
}
