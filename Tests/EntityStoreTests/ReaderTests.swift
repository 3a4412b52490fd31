import CedarEngine
import CedarSyntax
import LMDB
import Testing

@testable import EntityStore

@Suite("EntityReader")
struct ReaderTests {
    /// What a lookup says in one word.
    private func answer(_ reader: borrowing EntityReader, _ uid: EntityUID) throws -> String {
        var encoder = FlatEncoder()
        return try encoder.encode(uid).withFlat { flat in
            switch reader.record(of: FlatEntity(flat)) {
            case .found: "found"
            case .absent: "absent"
            case .failed: "failed"
            }
        }
    }

    private func ancestorAnswer(
        _ reader: borrowing EntityReader, _ uid: EntityUID
    ) throws -> String {
        var encoder = FlatEncoder()
        return try encoder.encode(uid).withFlat { flat in
            switch reader.ancestors(of: FlatEntity(flat)) {
            case .found: "found"
            case .absent: "absent"
            case .failed: "failed"
            }
        }
    }

    @Test func failsOutsideOfASnapshot() throws {
        let directory = try TemporaryDirectory()
        let store = try EntityStore.make(directory)
        try store.put([entity("a", in: ["b"])])
        var reader = try store.makeReader()
        #expect(try answer(reader, uid("a")) == "failed")
        #expect(try reader.begin() == 1)
        #expect(try answer(reader, uid("a")) == "found")
        #expect(try answer(reader, uid("b")) == "absent")
        reader.end()
        #expect(try answer(reader, uid("a")) == "failed")
        #expect(try ancestorAnswer(reader, uid("b")) == "failed")
    }

    @Test func failsOnADamagedEntryAndNeverCallsItAbsent() throws {
        let directory = try TemporaryDirectory()
        let store = try EntityStore.make(directory) { $0.keyMask = 0 }
        // All share one key, so damage to one entry must fail the search for those after it.
        try store.put([
            entity("a", in: ["g"]), entity("b", in: ["g"]), entity("g", in: ["h"]),
            entity("h", in: ["i"]),
        ])
        for kind in [StoredEntry.Kind.entity, .closure] {
            let key = StoreKey(0).array
            let database = store.layout.database(of: kind)
            let whole = try store.read { (transaction) throws(StoreError) in
                try transaction.chain(kind, 0, store.layout)
            }
            let last = try #require(whole.ranges.last)
            let uids = ["a", "b", "g", "h"].map { uid($0) }
            func replace(_ bytes: [UInt8]) throws {
                let lock = try store.takeWriterLock("test")
                var transaction = try lock.beginWrite()
                try transaction.put(key.span, bytes.span, in: database)
                try transaction.commit()
            }
            for index in whole.bytes.indices {
                var bytes = whole.bytes
                bytes[index] ^= 0x10
                try replace(bytes)
                var reader = try store.makeReader()
                try reader.begin()
                for uid in uids {
                    let isEntity = kind == .entity
                    let answer =
                        try isEntity ? answer(reader, uid) : ancestorAnswer(reader, uid)
                    // Those before the damage may be found; nobody may be missing.
                    let isWhole = try isEntity || !store.layoutAncestors(whole, uid).isEmpty
                    if isWhole { #expect(answer != "absent", "byte \(index)") }
                    if index < last.lowerBound, index < whole.ranges[0].upperBound {
                        #expect(answer == "failed", "byte \(index)")
                    }
                }
                #expect(try !store.check().isClean)
            }
            for count in [0, 8, 16, last.upperBound - 8] {
                try replace(Array(whole.bytes.prefix(count)))
                var reader = try store.makeReader()
                try reader.begin()
                #expect(
                    try
                        (kind == .entity
                        ? answer(reader, uid("no")) : ancestorAnswer(reader, uid("no"))) == "failed"
                )
            }
            try replace(whole.bytes)
            try store.requireClean()
        }
    }

    @Test func aSnapshotIsNotTouchedByLaterWrites() throws {
        let directory = try TemporaryDirectory()
        let store = try EntityStore.make(directory)
        try store.put([entity("a", in: ["g"], [("n", .long(1))]), entity("g", in: ["h"])])
        var old = try store.makeReader()
        var new = try store.makeReader()
        try old.begin()
        for round in 2..<60 {
            try store.put([
                entity("a", in: ["g"], [("n", .long(Int64(round)))]),
                entity("g", in: ["h\(round)"]),
            ])
            #expect(try new.begin() == UInt64(round))
            #expect(words(try new.entity(uid("a"))).contains("\"n\":\(round)"))
            #expect(try new.ancestors(uid("g")) == [uid("h\(round)")])
            #expect(old.revision == 1)
            #expect(words(try old.entity(uid("a"))).contains("\"n\":1}"))
            #expect(try old.ancestors(uid("g")) == [uid("h")])
        }
        try store.delete([uid("a")])
        #expect(words(try old.entity(uid("a"))).contains("\"n\":1}"))
        #expect(try old.begin() == 60)
        #expect(try old.entity(uid("a")) == nil)
    }
}

extension EntityStore {
    /// The ancestors of an entity in a chain of closures.
    fileprivate func layoutAncestors(
        _ chain: EntryChain, _ uid: EntityUID
    ) throws -> [FlatUID] {
        guard chain.kind == .closure else { return [] }
        var encoder = FlatEncoder()
        let flat = try FlatUID(uid, &encoder)
        return chain.find(flat).map { Closure.ancestors(chain, $0) } ?? []
    }
}
