import CedarEngine
import CedarSyntax
import JSON
import Testing

@testable import EntityStore

@Suite("EntityStore, writing")
struct WritingTests {
    @Test func refusesWhatBreaksARuleAndChangesNothing() throws {
        let directory = try TemporaryDirectory()
        let store = try EntityStore.make(directory)
        try store.put([entity("a", in: ["b"]), entity("b", in: ["c"])])
        var deep = Value.long(1)
        for _ in 0...FlatLimits.maximumDepth { deep = .set([deep]) }
        let action = Entity(uid: uid("x", "N::Action"), parents: [uid("g")])
        let refused: [(String, () throws -> UInt64)] = [
            ("a cycle", { try store.put([entity("new"), entity("c", in: ["a"])]) }),
            ("itself", { try store.put([entity("new"), entity("x", in: ["x"])]) }),
            ("twice", { try store.put([entity("x"), entity("x", in: ["y"])]) }),
            ("deep", { try store.put([entity("new"), entity("x", in: [], [("d", deep)])]) }),
            ("action", { try store.put([entity("new"), action]) }),
            ("no patch", { try store.patch([EntityPatch(uid: uid("no"))]) }),
            ("no delete", { try store.delete([uid("a"), uid("no")]) }),
            (
                "patched cycle",
                {
                    try store.patch([EntityPatch(uid: uid("b"), parents: .replaced(by: [uid("a")]))]
                    )
                }
            ),
        ]
        for (name, attempt) in refused {
            let error = try refusal { try attempt() }
            switch (name, error.code) {
            case ("a cycle", .cycle(let cycle, nil)):
                #expect(Set(cycle.path) == [uid("a"), uid("b"), uid("c")])
            case ("itself", .cycle(let cycle, nil)): #expect(cycle.path == [uid("x")])
            case ("patched cycle", .cycle): break
            case ("twice", .badEntity), ("deep", .badEntity), ("action", .badEntity): break
            case ("no patch", .notFound), ("no delete", .notFound): break
            default: Issue.record("\(name): \(error)")
            }
            #expect(try store.revision == 1)
        }
        #expect(try store.get(uid("new")) == nil)
        try store.requireClean()
    }

    @Test func refusesOneAncestorTooMany() throws {
        let directory = try TemporaryDirectory()
        let store = try EntityStore.make(directory)
        let parents = (0..<StoreLimits.maximumAncestors).map { "p\($0)" }
        try store.put([entity("leaf", in: ["group"]), entity("group", in: parents)])
        #expect(try store.ancestors(uid("group")).count == StoreLimits.maximumAncestors)
        let error = try refusal { try store.put([entity("group", in: parents + ["one more"])]) }
        guard case .badEntity = error.code else { throw error }
        // Who is no parent itself may have any number: its record holds them, no closure does.
        try store.put([entity("single", in: parents + ["one more"])])
        try store.requireClean()
    }

    @Test func keepsOddIds() throws {
        let directory = try TemporaryDirectory()
        let store = try EntityStore.make(directory)
        let ids = [
            "", "\0", "a\0b", "a\0", "\"", "\\", "'; --", "a b", "\n", "\u{202E}right to left",
            "é", "e\u{301}", "👩‍👩‍👧‍👦", "\u{10FFFF}", String(repeating: "long", count: 500),
            String(repeating: "ü", count: 4000),
        ]
        try store.put(ids.map { entity($0, in: ["group \($0)"], [("id", .string(Text($0)))]) })
        for id in ids {
            let found = try #require(try store.get(uid(id)))
            #expect(found.uid.id.utf8 == Array(id.utf8))
            #expect(
                words(found) == words(entity(id, in: ["group \(id)"], [("id", .string(Text(id)))])))
        }
        #expect(try store.statistics().entities == ids.count)
        // What is exported is imported as the same.
        let other = try TemporaryDirectory()
        let copy = try EntityStore.make(other)
        _ = try copy.importText(try store.exportText(), directory)
        #expect(try copy.exportText() == store.exportText())
        try store.requireClean()
        try store.delete(ids.map { uid($0) })
        #expect(try store.exportText() == "[]\n")
        #expect(try store.statistics().parents == 0)
        try store.requireClean()
    }

    @Test func changesNothingForWhatIsThere() throws {
        let directory = try TemporaryDirectory()
        let store = try EntityStore.make(directory)
        #expect(try store.put([entity("a", in: ["b"])]) == 1)
        #expect(try store.put([entity("a", in: ["b"])]) == 1)
        #expect(try store.patch([EntityPatch(uid: uid("a"))]) == 1)
        #expect(try store.delete([uid("no")], ignoringAbsent: true) == 1)
        #expect(try store.put([]) == 1)
        #expect(try store.put([entity("a"), entity("a")]) == 2)
        #expect(try store.revision == 2)
    }

    @Test func ancestorsFollowTheHierarchy() throws {
        let directory = try TemporaryDirectory()
        let store = try EntityStore.make(directory)
        try store.put([entity("user", in: ["team"])])
        // A parent that is not in the store is an ancestor, and has none.
        #expect(try store.ancestors(uid("team")) == [])
        try store.put([entity("team", in: ["unit"])])
        #expect(try store.ancestors(uid("team")) == [uid("unit")])
        // One that arrives later brings its own.
        try store.put([entity("unit", in: ["firm"]), entity("firm", in: ["world"])])
        #expect(try store.ancestors(uid("team")) == [uid("firm"), uid("unit"), uid("world")])
        #expect(try store.ancestors(uid("user")) == [])
        let before = try store.statistics()
        try store.delete([uid("unit")])
        #expect(try store.ancestors(uid("team")) == [uid("unit")])
        #expect(try store.ancestors(uid("unit")) == [])
        try store.requireClean()
        try store.put([entity("unit", in: ["firm"])])
        #expect(try store.ancestors(uid("team")) == [uid("firm"), uid("unit"), uid("world")])
        #expect(try store.statistics().closures == before.closures)
        try store.delete([uid("user")])
        #expect(try store.ancestors(uid("team")) == [])
        try store.requireClean()
    }

    @Test func reparentingAGroupLeavesItsMembersAlone() throws {
        let directory = try TemporaryDirectory()
        let store = try EntityStore.make(directory)
        try store.put(
            (0..<5000).map { entity("m\($0)", in: ["group"]) } + [entity("group", in: ["old"])])
        let pages = try store.statistics().usedBytes
        for round in 0..<20 { try store.put([entity("group", in: ["new\(round)"])]) }
        #expect(try store.ancestors(uid("group")) == [uid("new19")])
        #expect(try store.statistics().usedBytes - pages < 200_000)
        try store.requireClean()
    }

    private func patch(_ text: String) throws -> EntityPatch {
        let json = ValueJSON(try JSONTape(parsing: Array(text.utf8)))
        return try json.patch(json.tape.root)
    }

    @Test(arguments: [
        #"{"uid":{"type":"User","id":"a"},"attr":{}}"#,
        #"{"attrs":{}}"#,
        #"{"uid":{"type":"User","id":"a"},"attrs":[]}"#,
        #"{"uid":{"type":"User","id":"a"},"attrs":null}"#,
        #"{"uid":{"type":"User","id":"a"},"attrs":{"a":{"b":null}}}"#,
        #"{"uid":{"type":"User","id":"a"},"parents":{"added":[]}}"#,
        #"{"uid":{"type":"User","id":"a"},"parents":null}"#,
        #"{"uid":{"type":"User","id":"a"},"parents":{"add":[{"type":"A","id":"1"}],"remove":[{"type":"A","id":"1"}]}}"#,
        "[]",
    ])
    func refusesABadPatch(_ text: String) {
        #expect(throws: DataError.self) { _ = try patch(text) }
    }

    @Test func patchesMergeByName() throws {
        let directory = try TemporaryDirectory()
        let store = try EntityStore.make(directory)
        let record = Value.record([("x", .long(1)), ("y", .long(2))])
        var before = entity(
            "a", in: ["p", "q"], [("keep", .long(1)), ("drop", .bool(true)), ("deep", record)])
        before.tags = [("t", .string("old")), ("u", .long(7))]
        try store.put([before])
        let text = #"""
            {"uid":{"type":"User","id":"a"},
             "attrs":{"drop":null,"absent":null,"deep":{"x":3},"new":"é"},
             "tags":{"t":"new","u":null},
             "parents":{"add":[{"type":"User","id":"r"},{"type":"User","id":"p"}],
                        "remove":[{"type":"User","id":"q"},{"type":"User","id":"z"}]}}
            """#
        #expect(try store.patch([patch(text)]) == 2)
        var after = entity(
            "a", in: ["p", "r"],
            [("keep", .long(1)), ("deep", .record([("x", .long(3))])), ("new", .string("é"))])
        after.tags = [("t", .string("new"))]
        #expect(words(try store.get(uid("a"))) == words(after))
        // Two patches of one entity take effect in turn.
        let whole = #"{"uid":{"type":"User","id":"a"},"parents":[{"type":"User","id":"s"}]}"#
        let then = #"{"uid":{"type":"User","id":"a"},"parents":{"add":[{"type":"User","id":"t"}]}}"#
        #expect(try store.patch([patch(whole), patch(then)]) == 3)
        #expect(try store.get(uid("a"))?.parents == [uid("s"), uid("t")])
        #expect(try store.statistics().parents == 2)
        try store.requireClean()
    }

    @Test func exportsInTheOrderOfTypeAndId() throws {
        let directory = try TemporaryDirectory()
        let store = try EntityStore.make(directory) { $0.sortBytes = 1 << 10 }
        let names = [
            ("A", "z"), ("A", "longer than eight"), ("A", "longer than eight!"), ("A", ""),
            ("A", "\0"), ("A", "a\0"), ("A", "a"), ("A::B", "a"), ("B", "a"), ("AB", "é"),
            ("LongTypeName", "1"), ("LongTypeName", "2"), ("LongTypeNam", "3"),
        ]
        let entities = names.map { Entity(uid: uid($0.1, $0.0)) }
        try store.put(entities)
        let text = try store.exportText(ExportOptions(format: .lines, isSorted: true))
        let expected = entities.sorted { $0.uid < $1.uid }.map { words($0) }
        #expect(text.split(separator: "\n").map(String.init) == expected)
    }
}
