import Glibc
import Testing

@testable import LMDB

@Suite struct GrowthTests {
    let directory: TemporaryDirectory
    init() throws { directory = try TemporaryDirectory() }

    private static func fill(
        _ transaction: inout WriteTransaction, _ database: Database, count: Int
    ) throws(LMDBError) {
        let value = [UInt8](repeating: 0x61, count: 1000)
        for number in 0..<count {
            try transaction.put(
                Array("key\(number)".utf8).span, value.span, in: database)
        }
    }

    @Test func aFullMapRefusesAndChangesNothing() throws {
        let environment = try Environment.small(directory.path)
        let database = try environment.commit([("a", "1")])
        let lock = try WriterLock(environment)
        var transaction = try lock.beginWrite()
        #expect(refusal { try Self.fill(&transaction, database, count: 2000) } == .mapFull)
        let isMapFull = transaction.isMapFull
        #expect(isMapFull)
        #expect(refusal { try transaction.put("b", "2", in: database) } == .badTransaction)
        var committing: LMDBError?
        do throws(LMDBError) { try transaction.commit() } catch { committing = error }
        #expect(committing == LMDBError(.badTransaction, "commit"))
        #expect(try environment.beginRead().count(in: database) == 1)

        try environment.grow(to: 4 << 20)
        var again = try lock.beginWrite()
        try Self.fill(&again, database, count: 2000)
        try again.commit()
        #expect(try environment.beginRead().count(in: database) == 2001)
    }

    @Test func aWriteGrowsUpToItsLimit() throws {
        let environment = try Environment.small(directory.path)
        let database = try environment.commit([])
        let lock = try WriterLock(environment)
        var runs = 0
        let refused = refusal {
            try lock.write(maximumMapBytes: 2 << 20) { (transaction) throws(LMDBError) in
                runs += 1
                try Self.fill(&transaction, database, count: 4000)
            }
        }
        #expect(refused == .mapFull)
        #expect(runs == 2)
        #expect(try environment.information.mapBytes == 2 << 20)
        runs = 0
        let count = try lock.write(maximumMapBytes: 64 << 20) { (transaction) throws(LMDBError) in
            runs += 1
            try Self.fill(&transaction, database, count: 4000)
            return try transaction.count(in: database)
        }
        #expect(count == 4000)
        #expect(runs >= 2)
        #expect(try environment.beginRead().count(in: database) == 4000)
    }

    @Test func aWriteWhoseClosureHidesTheFullMapGrowsToo() throws {
        let environment = try Environment.small(directory.path)
        let database = try environment.commit([])
        let lock = try WriterLock(environment)
        try lock.write(maximumMapBytes: 64 << 20) { (transaction) throws(LMDBError) in
            do throws(LMDBError) { try Self.fill(&transaction, database, count: 4000) } catch {}
        }
        #expect(try environment.beginRead().count(in: database) == 4000)
    }

    @Test func aWriteAbortsOnTheClosuresOwnError() throws {
        let environment = try Environment.small(directory.path)
        let database = try environment.commit([])
        let lock = try WriterLock(environment)
        let refused = refusal {
            try lock.write(maximumMapBytes: 2 << 20) { (transaction) throws(LMDBError) in
                try transaction.put("a", "1", in: database)
                throw LMDBError(.invalidArgument, "test")
            }
        }
        #expect(refused == .invalidArgument)
        #expect(try environment.value("a") == nil)
    }

    @Test func refusesToGrowUnderATransaction() throws {
        let environment = try Environment.small(directory.path)
        let database = try environment.commit([("a", "1")])
        let lock = try WriterLock(environment)
        let writer = try lock.beginWrite()
        #expect(refusal { try environment.grow(to: 2 << 20) } == .busy)
        writer.abort()
        var reader = try environment.beginRead()
        #expect(
            refusal { try environment.grow(to: 2 << 20, patience: .milliseconds(20)) } == .busy)
        #expect(try reader.text("a", in: database) == "1")
        reader.reset()
        #expect(try environment.grow(to: 2 << 20) == 2 << 20)
        try reader.renew()
        #expect(try reader.text("a", in: database) == "1")
    }

    @Test func neverShrinks() throws {
        let environment = try Environment.small(directory.path)
        #expect(try environment.grow(to: 4096) == 1 << 20)
        #expect(try environment.grow(to: -1) == 1 << 20)
        #expect(try environment.grow(to: (1 << 20) + 1) == (1 << 20) + 4096)
    }

    @Test func refusesMoreThanTheAddressSpaceAndGoesOn() throws {
        let environment = try Environment.small(directory.path)
        try environment.commit([("a", "1")])
        #expect(refusal { try environment.grow(to: 1 << 60) } == .noMemory)
        #expect(refusal { try environment.grow(to: .max) } == .noMemory)
        #expect(try environment.value("a") == "1")
        try environment.commit([("b", "2")])
    }

    @Test func aFailedRemappingRefusesEverythingAfterIt() async throws {
        await #expect(processExitsWith: .success) { [path = directory.path as String] in
            let environment = try Environment.small(path)
            try environment.commit([("a", "1")])
            var reader = try environment.beginRead()
            reader.reset()
            // Without address space the library gives the old map up and gets no new one.
            var limit = rlimit()
            try #require(unsafe getrlimit(Int32(RLIMIT_AS.rawValue), &limit) == 0)
            var none = rlimit(rlim_cur: 1, rlim_max: limit.rlim_max)
            try #require(unsafe setrlimit(Int32(RLIMIT_AS.rawValue), &none) == 0)
            let code = refusal { try environment.adoptMapSize(since: 0) }
            try #require(unsafe setrlimit(Int32(RLIMIT_AS.rawValue), &limit) == 0)
            #expect(code == .panic)
            #expect(refusal { try reader.renew() } == .panic)
            #expect(refusal { _ = try environment.beginRead() } == .panic)
            #expect(refusal { _ = try environment.information } == .panic)
            #expect(refusal { try environment.grow(to: 2 << 20) } == .panic)
            let lock = try WriterLock(environment)
            #expect(refusal { _ = try lock.beginWrite() } == .panic)
        }
        let environment = try Environment.small(directory.path)
        #expect(try environment.value("a") == "1")
    }

    /// Another process grows the map and fills it past the size that is mapped here.
    private func growElsewhere() async {
        await #expect(processExitsWith: .success) { [path = directory.path as String] in
            let child = try Environment.small(path)
            let lock = try WriterLock(child)
            let database = try lock.createDatabase(named: "items")
            try lock.write(maximumMapBytes: 64 << 20) { (transaction) throws(LMDBError) in
                try Self.fill(&transaction, database, count: 4000)
            }
        }
    }

    @Test func readersFollowAnotherProcess() async throws {
        let environment = try Environment.small(directory.path)
        let database = try environment.commit([("a", "1")])
        var reader = try environment.beginRead()
        reader.reset()
        await growElsewhere()
        #expect(try environment.information.mapBytes == 1 << 20)
        try reader.renew()
        #expect(try environment.information.mapBytes > 1 << 20)
        #expect(try reader.count(in: database) == 4001)
        #expect(try environment.beginRead().count(in: database) == 4001)
    }

    @Test func newReadersAndWritersFollowAnotherProcess() async throws {
        let environment = try Environment.small(directory.path)
        try environment.commit([("a", "1")])
        await growElsewhere()
        let lock = try WriterLock(environment)
        var writer = try lock.beginWrite()
        let database = try #require(try environment.openDatabase(named: "items"))
        try writer.put("b", "2", in: database)
        try writer.commit()
        #expect(try environment.value("b") == "2")
    }

    @Test func aReadUnderWayKeepsAForeignGrowthFromBeingAdopted() async throws {
        let environment = try Environment.small(directory.path)
        let database = try environment.commit([("a", "1")])
        var old = try environment.beginRead()
        await growElsewhere()
        #expect(refusal { _ = try environment.beginRead() } == .busy)
        #expect(try old.text("a", in: database) == "1")
        try old.renew()
        #expect(try old.count(in: database) == 4001)
    }

    @Test func threadsReadWhileTheMapMoves() async throws {
        let environment = try Environment.small(directory.path)
        let database = try environment.commit((0..<100).map { ("k\($0)", "\($0)") })
        let isDone = Flag()
        try await withThrowingTaskGroup(of: Int.self) { group in
            for _ in 0..<3 {
                group.addTask { @concurrent in
                    var reader = try environment.beginRead()
                    var reads = 0
                    while !isDone.isRaised {
                        try reader.renew()
                        for number in 0..<100 {
                            let found = try reader.text("k\(number)", in: database)
                            if found != "\(number)" { throw LMDBError(.notFound, "test") }
                        }
                        reader.reset()
                        reads += 1
                        if reads % 16 == 0 { await Task.yield() }
                    }
                    return reads
                }
            }
            for step in 2...200 {
                try environment.grow(to: step << 20)
                await Task.yield()
            }
            isDone.raise()
            for try await reads in group { #expect(reads > 0) }
        }
        #expect(try environment.information.mapBytes == 200 << 20)
    }
}

@Suite struct FullDiskTests {
    let directory: TemporaryDirectory
    init() throws { directory = try TemporaryDirectory() }

    private static func load(_ environment: Environment) throws -> LMDBError.Code? {
        let lock = try WriterLock(environment)
        let database = try lock.createDatabase(named: "items")
        let value = [UInt8](repeating: 0x61, count: 3000)
        return refusal {
            for round in 0..<1000 {
                var transaction = try lock.beginWrite()
                for number in 0..<16 {
                    try transaction.put(
                        Array("key\(round)-\(number)".utf8).span, value.span,
                        in: database)
                }
                try transaction.commit()
            }
        }
    }

    @Test func aFileSizeLimitIsRefusedAndWhatWasCommittedStays() async throws {
        await #expect(processExitsWith: .success) { [path = directory.path as String] in
            _ = signal(SIGXFSZ, SIG_IGN)
            var limit = rlimit(rlim_cur: 1 << 20, rlim_max: 1 << 20)
            try #require(unsafe setrlimit(Int32(RLIMIT_FSIZE.rawValue), &limit) == 0)
            let environment = try Environment.small(path, mapBytes: 64 << 20)
            try environment.commit([("first", "1")])
            let code = try Self.load(environment)
            #expect(code == .fileTooLarge || code == .inputOutput)
            #expect(try environment.value("first") == "1")
        }
        let environment = try Environment.small(directory.path)
        #expect(try environment.value("first") == "1")
        #expect(try environment.value("key0-0") != nil)
        try environment.commit([("after", "2")])
        #expect(try environment.value("after") == "2")
    }

    /// Whether this process may mount a file system, found out by doing it.
    private static func mayMount() -> Bool {
        guard let directory = try? TemporaryDirectory(),
            unsafe mount("tmpfs", directory.path, "tmpfs", 0, "size=64k") == 0
        else { return false }
        return unsafe umount2(directory.path, 2) == 0
    }

    // Where mounting is not permitted, the file size limit above stands in.
    @Test(.enabled("needs to mount a file system") { mayMount() })
    func aFullFileSystemIsRefusedAndWhatWasCommittedStays() throws {
        try #require(unsafe mkdir(directory.store, 0o700) == 0)
        try #require(unsafe mount("tmpfs", directory.store, "tmpfs", 0, "size=2m") == 0)
        defer { _ = unsafe umount2(directory.store, 2) }
        do {
            let environment = try Environment.small(directory.store, mapBytes: 64 << 20)
            try environment.commit([("first", "1")])
            #expect(try Self.load(environment) == .noSpace)
            #expect(try environment.value("first") == "1")
            #expect(try environment.value("key0-0") != nil)
        }
        let environment = try Environment.small(directory.store)
        #expect(try environment.value("first") == "1")
        // Room again: the environment is as good as before.
        try #require(unsafe mount("tmpfs", directory.store, "tmpfs", UInt(32), "size=8m") == 0)
        try environment.commit([("after", "2")])
        #expect(try environment.value("after") == "2")
    }
}
