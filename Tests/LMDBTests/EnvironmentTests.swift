import Glibc
import Testing

@testable import LMDB

@Suite struct EnvironmentTests {
    let directory: TemporaryDirectory
    init() throws { directory = try TemporaryDirectory() }

    @Test func refusesAMissingDirectoryUnlessItMayMakeIt() throws {
        #expect(
            refusal { _ = try Environment.small(directory.store) { $0.createIfMissing = false } }
                == .noSuchFile)
        #expect(
            refusal { _ = try Environment.small(directory.store) { $0.readOnly = true } }
                == .noSuchFile)
        #expect(mode(directory.store) == nil)
        #expect(
            refusal { _ = try Environment.small(directory.store + "/parent/child") } == .noSuchFile)
    }

    @Test func refusesAnEmptyDirectoryUnlessItMayMakeFiles() throws {
        #expect(
            refusal { _ = try Environment.small(directory.path) { $0.createIfMissing = false } }
                == .noSuchFile)
        #expect(sizeBytes(directory.path + "/lock.mdb") == nil)
        try overwriteNew(directory.path + "/data.mdb", with: [])
        #expect(
            refusal { _ = try Environment.small(directory.path) { $0.createIfMissing = false } }
                == .invalid)
    }

    @Test func refusesAFileForADirectory() throws {
        try overwriteNew(directory.store, with: [1])
        #expect(refusal { _ = try Environment.small(directory.store) } == .notDirectory)
    }

    @Test func refusesAPathWithZero() {
        #expect(refusal { _ = try Environment.small(directory.store + "\0x") } == .embeddedZero)
    }

    @Test(arguments: [(0, 16, 16), (-1, 16, 16), (4096, 0, 16), (4096, 16, 0), (.max, 16, 16)])
    func refusesSizesOutOfRange(map: Int, readers: Int, databases: Int) {
        let code = refusal {
            _ = try Environment(
                path: directory.store,
                options: EnvironmentOptions(
                    mapBytes: map, maximumReaders: readers, maximumDatabases: databases))
        }
        #expect(code == (map == .max ? .noMemory : .invalidArgument))
    }

    @Test func refusesAFileThatIsNoEnvironment() throws {
        try overwriteNew(
            directory.path + "/data.mdb", with: [UInt8](repeating: 0x5A, count: 8192))
        #expect(refusal { _ = try Environment.small(directory.path) } == .invalid)
        try overwriteNew(directory.path + "/data.mdb", with: [1, 2, 3])
        #expect(refusal { _ = try Environment.small(directory.path) } == .invalid)
    }

    @Test func refusesANewerDataVersion() throws {
        try Environment.small(directory.path).commit([("a", "1")])
        // A page header is 16 bytes; the magic number follows, then the version, in both of the
        // first two pages.
        for page in 0..<2 {
            try overwrite(directory.path + "/data.mdb", at: page * 4096 + 20, with: [2, 0, 0, 0])
        }
        #expect(refusal { _ = try Environment.small(directory.path) } == .versionMismatch)
        #expect(
            refusal { _ = try Environment.small(directory.path) { $0.readOnly = true } }
                == .versionMismatch)
    }

    @Test func refusesASecondOpeningInOneProcess() throws {
        let first = try Environment.small(directory.path)
        #expect(refusal { _ = try Environment.small(directory.path + "/.") } == .alreadyOpen)
        #expect(first.path == directory.path)
    }

    @Test func opensAgainAfterClosing() throws {
        for round in 0..<3 {
            try Environment.small(directory.store).commit([("k\(round)", "v")])
        }
        let environment = try Environment.small(directory.store)
        for round in 0..<3 { #expect(try environment.value("k\(round)") == "v") }
    }

    @Test(.enabled("needs root, to become another user") { geteuid() == 0 })
    func refusesWithoutPermission() async throws {
        let path = directory.store
        try Environment.small(path).commit([("a", "1")])
        // Root may do everything, so a child without its powers tries.
        await #expect(processExitsWith: .success) { [path = path as String] in
            becomeNobody()
            let code = refusal { _ = try Environment.small(path) }
            exit(code == .permissionDenied ? 0 : 1)
        }
        _ = unsafe chmod(directory.path, 0o755)
        _ = unsafe chmod(path, 0o755)
        await #expect(processExitsWith: .success) { [path = path as String] in
            becomeNobody()
            let files = refusal { _ = try Environment.small(path) { $0.readOnly = true } }
            let parent = refusal { _ = try Environment.small(path + "/new") }
            exit(files == .permissionDenied && parent == .permissionDenied ? 0 : 1)
        }
    }

    @Test func refusesAShortenedFileReadOnlyAndItsPagesOtherwise() throws {
        let pairs = (0..<2000).map { ("key\($0)", String(repeating: "v", count: 100)) }
        try Environment.small(directory.path).commit(pairs)
        let file = directory.path + "/data.mdb"
        let before = try #require(sizeBytes(file))
        try #require(unsafe truncate(file, before / 2) == 0)
        #expect(
            refusal { _ = try Environment.small(directory.path) { $0.readOnly = true } }
                == .corrupted)
        let environment = try Environment.small(directory.path)
        #expect(try #require(sizeBytes(file)) == environment.information.usedBytes)
        var damaged = 0
        for (key, _) in pairs
        where refusal({ _ = try environment.value(key) }) == .corrupted {
            damaged += 1
        }
        #expect(damaged > 0)
    }

    @Test func makesPrivateFiles() throws {
        let environment = try Environment.small(directory.store)
        _ = try WriterLock(environment)
        #expect(mode(directory.store) == 0o700)
        for file in ["data.mdb", "lock.mdb", "writer.lock"] {
            #expect(mode(directory.store + "/" + file) == 0o600)
        }
    }

    @Test func informs() throws {
        let environment = try Environment.small(directory.store, mapBytes: (1 << 20) + 1)
        let fresh = try environment.information
        #expect(fresh.mapBytes == (1 << 20) + 4096)
        #expect(fresh.pageBytes == 4096)
        #expect(fresh.lastTransactionId == 0)
        #expect(fresh.readerSlots == 16)
        try environment.commit([("a", "1")])
        let reader = try environment.beginRead()
        let later = try environment.information
        #expect(later.lastTransactionId == 2)  // the database, then the pair
        #expect(reader.id == 2)
        #expect(later.readerSlotsUsed >= 1)
        #expect(later.usedBytes > fresh.usedBytes)
        #expect(later.usedBytes <= later.mapBytes)
    }

    @Test func keepsTheLargerMap() throws {
        try Environment.small(directory.path, mapBytes: 4 << 20).commit([("a", "1")])
        #expect(try Environment.small(directory.path).information.mapBytes == 4 << 20)
        #expect(
            try Environment.small(directory.path, mapBytes: 8 << 20).information.mapBytes == 8 << 20
        )
    }

    @Test func readOnlyReadsAndRefusesToWrite() throws {
        try Environment.small(directory.path).commit([("a", "1")])
        let environment = try Environment.small(directory.path) { $0.readOnly = true }
        #expect(refusal { _ = try WriterLock(environment) } == .readOnly)
        #expect(try environment.value("a") == "1")
    }

    @Test func clearsTheSlotsOfDeadReaders() async throws {
        let environment = try Environment.small(directory.path)
        try environment.commit([("a", "1")])
        #expect(try environment.checkReaders() == 0)
        await #expect(processExitsWith: .signal(SIGKILL)) { [path = directory.path as String] in
            let child = try Environment.small(path)
            let first = try child.beginRead()
            let second = try child.beginRead()
            withExtendedLifetime(first.id + second.id) { _ = kill(getpid(), SIGKILL) }
        }
        let living = try environment.beginRead()
        #expect(try environment.checkReaders() == 2)
        #expect(try environment.checkReaders() == 0)
        #expect(living.id == 2)
    }
}

/// Makes or replaces a file.
func overwriteNew(_ path: String, with bytes: [UInt8]) throws {
    let descriptor = unsafe open(path, O_RDWR | O_CREAT | O_TRUNC, 0o600)
    try #require(descriptor >= 0)
    defer { close(descriptor) }
    let written = unsafe bytes.withUnsafeBytes {
        unsafe write(descriptor, $0.baseAddress, $0.count)
    }
    try #require(written == bytes.count)
}

/// Gives up root for good.
func becomeNobody() {
    _ = setgid(65534)
    _ = setuid(65534)
}
