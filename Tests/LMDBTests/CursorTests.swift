import Testing

@testable import LMDB

@Suite struct CursorTests {
    let directory: TemporaryDirectory
    init() throws { directory = try TemporaryDirectory() }

    private func walk(
        _ cursor: inout Cursor, from start: String?
    ) throws(LMDBError) -> [String] {
        var found: [String] = []
        var isThere =
            if let start { try cursor.seek(Array(start.utf8).span) } else { try cursor.first() }
        while isThere {
            found.append(
                cursor.withEntry { key, value in string(of: key) + "=" + string(of: value) })
            isThere = try cursor.next()
        }
        return found
    }

    @Test func standsNowhereInAnEmptyDatabase() throws {
        let environment = try Environment.small(directory.path)
        let database = try environment.commit([])
        try environment.beginRead().withCursor(in: database) { (cursor) throws(LMDBError) in
            let hasEntry = cursor.hasEntry
            #expect(!hasEntry)
            #expect(try !cursor.first())
            #expect(try !cursor.last())
            #expect(try !cursor.next())
            #expect(try !cursor.previous())
            #expect(try !cursor.seek(Array("a".utf8).span))
            let hasEntryNow = cursor.hasEntry
            #expect(!hasEntryNow)
        }
    }

    @Test func refusesEmptyAndLongKeys() throws {
        let environment = try Environment.small(directory.path)
        let database = try environment.commit([("a", "1")])
        try environment.beginRead().withCursor(in: database) { (cursor) throws(LMDBError) in
            #expect(try cursor.first())
            #expect(refusal { _ = try cursor.seek([UInt8]().span) } == .emptyKey)
            let long = [UInt8](repeating: 1, count: 512)
            #expect(refusal { _ = try cursor.seek(long.span) } == .keyTooLong)
        }
    }

    @Test func refusesAResetTransaction() throws {
        let environment = try Environment.small(directory.path)
        let database = try environment.commit([("a", "1")])
        var reader = try environment.beginRead()
        reader.reset()
        let code = refusal {
            try reader.withCursor(in: database) { (cursor) throws(LMDBError) in
                _ = try cursor.first()
            }
        }
        #expect(code == .badTransaction)
    }

    @Test func walksInByteOrder() throws {
        let environment = try Environment.small(directory.path)
        let pairs = [("b", "2"), ("a", "1"), ("ab", "3"), ("é", "5"), ("c", "4")]
        let database = try environment.commit(pairs)
        let reader = try environment.beginRead()
        try reader.withCursor(in: database) { (cursor) throws(LMDBError) in
            #expect(try walk(&cursor, from: nil) == ["a=1", "ab=3", "b=2", "c=4", "é=5"])
            let hasEntry = cursor.hasEntry
            #expect(!hasEntry)
            #expect(try walk(&cursor, from: "aa") == ["ab=3", "b=2", "c=4", "é=5"])
            #expect(try walk(&cursor, from: "b") == ["b=2", "c=4", "é=5"])
            #expect(try walk(&cursor, from: "\u{10FFFF}") == [])
            #expect(try cursor.last())
            #expect(cursor.withEntry { key, _ in string(of: key) } == "é")
            #expect(try cursor.previous())
            #expect(cursor.withEntry { key, _ in string(of: key) } == "c")
        }
    }

    @Test func walksTheChangeUnderWay() throws {
        let environment = try Environment.small(directory.path)
        let database = try environment.commit([("a", "1"), ("c", "3")])
        let lock = try WriterLock(environment)
        var transaction = try lock.beginWrite()
        try transaction.put("b", "2", in: database)
        let found = try transaction.withCursor(in: database) { (cursor) throws(LMDBError) in
            try walk(&cursor, from: nil)
        }
        #expect(found == ["a=1", "b=2", "c=3"])
        transaction.abort()
    }

    @Test func passesOnTheClosuresOwnError() throws {
        struct Stop: LMDBErrorConvertible, Equatable {
            init() {}
            init(_ error: LMDBError) {}
        }
        let environment = try Environment.small(directory.path)
        let database = try environment.commit([("a", "1")])
        #expect(throws: Stop()) {
            try environment.beginRead().withCursor(in: database) { (_) throws(Stop) in throw Stop()
            }
        }
        try environment.commit([("a", "2")])
    }
}
