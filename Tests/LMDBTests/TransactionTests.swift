import Glibc
import Testing

@testable import LMDB

@Suite struct ReadTransactionTests {
    let directory: TemporaryDirectory
    init() throws { directory = try TemporaryDirectory() }

    @Test func refusesEmptyAndLongKeys() throws {
        let environment = try Environment.small(directory.path)
        let database = try environment.commit([("a", "1")])
        let reader = try environment.beginRead()
        #expect(refusal { _ = try reader.text("", in: database) } == .emptyKey)
        let limit = String(repeating: "k", count: 511)
        #expect(try reader.text(limit, in: database) == nil)
        #expect(refusal { _ = try reader.text(limit + "k", in: database) } == .keyTooLong)
    }

    @Test func refusesToReadAfterReset() throws {
        let environment = try Environment.small(directory.path)
        let database = try environment.commit([("a", "1")])
        var reader = try environment.beginRead()
        reader.reset()
        #expect(refusal { _ = try reader.text("a", in: database) } == .badTransaction)
        #expect(refusal { _ = try reader.count(in: database) } == .badTransaction)
        reader.reset()
        try reader.renew()
        #expect(try reader.text("a", in: database) == "1")
    }

    @Test func refusesADatabaseOpenedLater() throws {
        let environment = try Environment.small(directory.path)
        try environment.commit([("a", "1")])
        var reader = try environment.beginRead()
        let other = try environment.commit([("b", "2")], to: "other")
        let early = refusal { _ = try reader.text("b", in: other) }
        #expect(early == .badDatabase || early == .invalidArgument)
        try reader.renew()
        #expect(try reader.text("b", in: other) == "2")
    }

    @Test func refusesMoreReadersThanSlots() throws {
        let environment = try Environment.small(directory.path) { $0.maximumReaders = 2 }
        let first = try environment.beginRead()
        do {
            let second = try environment.beginRead()
            #expect(refusal { _ = try environment.beginRead() } == .readersFull)
            #expect(second.id == first.id)
        }
        let again = try environment.beginRead()
        #expect(again.id == first.id)
    }

    @Test func takesTheSlotsOfDeadReaders() async throws {
        let environment = try Environment.small(directory.path) { $0.maximumReaders = 2 }
        await #expect(processExitsWith: .signal(SIGKILL)) { [path = directory.path as String] in
            let child = try Environment.small(path)
            let first = try child.beginRead()
            let second = try child.beginRead()
            withExtendedLifetime(first.id + second.id) { _ = kill(getpid(), SIGKILL) }
        }
        let reader = try environment.beginRead()
        #expect(reader.id == 0)
    }

    @Test func seesOneStateUntilRenewed() throws {
        let environment = try Environment.small(directory.path)
        let database = try environment.commit([("a", "1")])
        var reader = try environment.beginRead()
        let before = reader.id
        try environment.commit([("a", "2"), ("b", "3")])
        #expect(try reader.text("a", in: database) == "1")
        #expect(try reader.text("b", in: database) == nil)
        #expect(reader.id == before)
        try reader.renew()
        #expect(try reader.text("a", in: database) == "2")
        #expect(reader.id == before + 1)
    }

    @Test func lendsTheBytesWhereTheyLie() throws {
        let environment = try Environment.small(directory.path)
        let database = try environment.commit([("a", "value"), ("empty", "")])
        let reader = try environment.beginRead()
        let found = unsafe try #require(
            try reader.unsafeBytes(for: Array("a".utf8).span, in: database))
        #expect(unsafe Array(found) == Array("value".utf8))
        #expect(try reader.text("empty", in: database) == "")
        let missing = unsafe try reader.unsafeBytes(for: Array("b".utf8).span, in: database)
        #expect(unsafe missing == nil)
    }

    @Test func keepsTheEnvironmentOpen() throws {
        var environment: Environment? = try Environment.small(directory.path)
        let database = try #require(try environment?.commit([("a", "1")]))
        let reader = try #require(environment).beginRead()
        environment = nil
        #expect(try reader.text("a", in: database) == "1")
    }
}

@Suite struct WriteTransactionTests {
    let directory: TemporaryDirectory
    init() throws { directory = try TemporaryDirectory() }

    @Test func refusesEmptyAndLongKeys() throws {
        let environment = try Environment.small(directory.path)
        let database = try environment.commit([("a", "1")])
        let lock = try WriterLock(environment)
        var transaction = try lock.beginWrite()
        let limit = String(repeating: "k", count: 511)
        #expect(refusal { try transaction.put("", "v", in: database) } == .emptyKey)
        #expect(refusal { try transaction.put(limit + "k", "v", in: database) } == .keyTooLong)
        let long = Array((limit + "k").utf8)
        #expect(
            refusal { try transaction.reserve(long.span, byteCount: 1, in: database) { _ in } }
                == .keyTooLong)
        #expect(refusal { try transaction.delete(long.span, in: database) } == .keyTooLong)
        // A refused key harms nothing else.
        try transaction.put(limit, "v", in: database)
        try transaction.commit()
        #expect(try environment.value(limit) == "v")
    }

    @Test func refusesASecondTransactionAtOnce() throws {
        let environment = try Environment.small(directory.path)
        let lock = try WriterLock(environment)
        let first = try lock.beginWrite()
        #expect(refusal { _ = try lock.beginWrite() } == .busy)
        first.abort()
        let second = try lock.beginWrite()
        second.abort()
    }

    @Test func refusesExistingAndUnorderedKeys() throws {
        let environment = try Environment.small(directory.path)
        let database = try environment.commit([("b", "1")])
        let lock = try WriterLock(environment)
        var transaction = try lock.beginWrite()
        func key(_ text: String) -> [UInt8] { Array(text.utf8) }
        #expect(
            refusal {
                try transaction.put(
                    key("b").span, key("2").span, in: database, mode: .noOverwrite)
            } == .keyExists)
        #expect(
            refusal {
                try transaction.put(
                    key("a").span, key("2").span, in: database, mode: .append)
            } == .keyExists)
        try transaction.put(
            key("c").span, key("3").span, in: database, mode: .append)
        try transaction.put(
            key("a").span, key("4").span, in: database, mode: .noOverwrite)
        #expect(try transaction.text("b", in: database) == "1")
        try transaction.commit()
        #expect(try environment.value("a") == "4")
        #expect(try environment.value("c") == "3")
    }

    @Test func leavesNoTraceWithoutCommit() throws {
        let environment = try Environment.small(directory.path)
        let database = try environment.commit([("a", "1")])
        do {
            let lock = try WriterLock(environment)
            var transaction = try lock.beginWrite()
            try transaction.put("a", "2", in: database)
            #expect(try transaction.text("a", in: database) == "2")
        }
        #expect(try environment.value("a") == "1")
        #expect(try environment.information.lastTransactionId == 2)
    }

    @Test func deletes() throws {
        let environment = try Environment.small(directory.path)
        let database = try environment.commit([("a", "1"), ("b", "2")])
        let lock = try WriterLock(environment)
        var transaction = try lock.beginWrite()
        #expect(try transaction.delete(Array("a".utf8).span, in: database))
        #expect(try !transaction.delete(Array("a".utf8).span, in: database))
        #expect(try transaction.count(in: database) == 1)
        try transaction.deleteAll(in: database)
        #expect(try transaction.count(in: database) == 0)
        try transaction.put("c", "3", in: database)
        try transaction.commit()
        #expect(try environment.value("b") == nil)
        #expect(try environment.value("c") == "3")
    }

    @Test(arguments: [0, 1, 100, 10_000]) func reservesZeroedBytes(byteCount: Int) throws {
        let environment = try Environment.small(directory.path)
        let database = try environment.commit([])
        let lock = try WriterLock(environment)
        var transaction = try lock.beginWrite()
        let key = Array("k".utf8)
        try transaction.reserve(key.span, byteCount: byteCount, in: database) { span in
            #expect(span.byteCount == byteCount)
            #expect(unsafe span.withUnsafeBytes { unsafe $0.allSatisfy { $0 == 0 } })
            if byteCount > 0 { span.storeBytes(of: 7, toByteOffset: byteCount - 1, as: UInt8.self) }
        }
        try transaction.commit()
        var expected = [UInt8](repeating: 0, count: byteCount)
        if byteCount > 0 { expected[byteCount - 1] = 7 }
        let stored = try environment.beginRead().get(key.span, in: database) { bytes(of: $0) }
        #expect(stored == expected)
    }
}

@Suite struct DatabaseTests {
    let directory: TemporaryDirectory
    init() throws { directory = try TemporaryDirectory() }

    @Test func findsNoneInANewEnvironment() throws {
        let environment = try Environment.small(directory.path)
        #expect(try environment.openDatabase(named: "items") == nil)
    }

    @Test func refusesMoreThanTheMaximum() throws {
        let environment = try Environment.small(directory.path) { $0.maximumDatabases = 2 }
        try environment.commit([], to: "one")
        try environment.commit([], to: "two")
        #expect(refusal { try environment.commit([], to: "three") } == .databasesFull)
        #expect(try environment.openDatabase(named: "two") != nil)
    }

    @Test func refusesANameWithZeroOrNone() throws {
        let environment = try Environment.small(directory.path)
        #expect(refusal { try environment.commit([], to: "a\0b") } == .embeddedZero)
        #expect(refusal { try environment.commit([], to: "") } != nil)
    }

    @Test func staysOpenAndApart() throws {
        let environment = try Environment.small(directory.path)
        let first = try environment.commit([("k", "1")], to: "first")
        let second = try environment.commit([("k", "2")], to: "second")
        #expect(first != second)
        #expect(try environment.openDatabase(named: "first") == first)
        let reader = try environment.beginRead()
        #expect(try reader.text("k", in: first) == "1")
        #expect(try reader.text("k", in: second) == "2")
        #expect(try reader.count(in: second) == 1)
    }
}
