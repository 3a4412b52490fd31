import CedarSyntax
import Glibc
import LMDB
import Testing

@testable import EntityStore

@Suite("EntityStore, opening")
struct OpeningTests {
    @Test func refusesAMissingStore() throws {
        let directory = try TemporaryDirectory()
        let error = try refusal { try EntityStore.open(at: directory.store) }
        guard case .notFound = error.code else { throw error }
        #expect(error.description.contains("`\(directory.store)`"))
    }

    @Test func refusesAFile() throws {
        let directory = try TemporaryDirectory()
        let path = try directory.file("plain", "text")
        let error = try refusal {
            try EntityStore.open(at: path, StoreOptions(createIfMissing: true))
        }
        guard case .notAStore = error.code else { throw error }
    }

    @Test func refusesADirectoryWithADataFileOfAnotherKind() throws {
        let directory = try TemporaryDirectory()
        _ = try directory.file("data.mdb", String(repeating: "no LMDB file ", count: 1000))
        let error = try refusal {
            try EntityStore.open(at: directory.path, StoreOptions(createIfMissing: true))
        }
        guard case .notAStore = error.code else { throw error }
    }

    @Test func refusesAnEnvironmentOfOtherData() throws {
        let directory = try TemporaryDirectory()
        do {
            let environment = try Environment(path: directory.store)
            _ = try WriterLock(environment).createDatabase(named: "other")
        }
        for options in [StoreOptions(), StoreOptions(createIfMissing: true)] {
            let error = try refusal { try EntityStore.open(at: directory.store, options) }
            guard case .notAStore = error.code else { throw error }
        }
    }

    /// Writes the store's own record as it is given.
    private func overwriteState(_ path: String, _ change: (inout [UInt8]) -> Void) throws {
        let environment = try Environment(path: path)
        let lock = try WriterLock(environment)
        let meta = try lock.createDatabase(named: StoreLayout.metaName)
        var transaction = try lock.beginWrite()
        let key = StoreState.key
        var bytes = try transaction.get(key.span, in: meta) { $0.array } ?? []
        change(&bytes)
        if bytes.isEmpty {
            try transaction.delete(key.span, in: meta)
        } else {
            try transaction.put(key.span, bytes.span, in: meta)
        }
        try transaction.commit()
    }

    @Test func refusesANewerFormatAndSaysBoth() throws {
        let directory = try TemporaryDirectory()
        do { try EntityStore.make(directory).put([entity("a")]) }
        // A newer format may have any size and checksum.
        try overwriteState(directory.store) {
            $0[8] = 4; $0.append(7)
        }
        let error = try refusal { try EntityStore.open(at: directory.store) }
        guard case .newerFormat(4, 3) = error.code else { throw error }
        #expect(error.message.contains("format 4"))
    }

    @Test func refusesAnOlderFormatAndSaysWhatToDo() throws {
        let directory = try TemporaryDirectory()
        do { try EntityStore.make(directory).put([entity("a")]) }
        try overwriteState(directory.store) { $0[8] = 1 }
        let error = try refusal { try EntityStore.make(directory) }
        guard case .olderFormat(1, 3) = error.code else { throw error }
        #expect(error.message.contains("format 1") && error.message.contains("import"))
    }

    @Test func refusesADamagedRecordOfItsOwn() throws {
        for index in 0..<40 {
            let directory = try TemporaryDirectory()
            do { try EntityStore.make(directory).put([entity("a")]) }
            try overwriteState(directory.store) { $0[index] ^= 0x40 }
            _ = try refusal { try EntityStore.open(at: directory.store) }
        }
    }

    @Test func takesUpAnInterruptedMaking() throws {
        let directory = try TemporaryDirectory()
        do { _ = try EntityStore.make(directory) }
        try overwriteState(directory.store) { $0 = [] }
        let error = try refusal { try EntityStore.open(at: directory.store) }
        guard case .notAStore = error.code else { throw error }
        let store = try EntityStore.make(directory)
        #expect(try store.put([entity("a")]) == 1)
    }

    @Test func refusesAStoreItMayNotRead() async {
        // In a process of its own, for the superuser may read everything until it gives that up.
        await #expect(processExitsWith: .exitCode(42)) {
            let directory = try TemporaryDirectory()
            do { _ = try EntityStore.make(directory) }
            if geteuid() == 0 {
                try #require(seteuid(65534) == 0)
            } else {
                try #require(unsafe chmod(directory.store, 0) == 0)
            }
            let error = try refusal { try EntityStore.open(at: directory.store) }
            if geteuid() == 65534 {
                seteuid(0)
            } else {
                _ = unsafe chmod(directory.store, 0o700)
            }
            guard case .permissionDenied = error.code else { throw error }
            exit(42)
        }
    }

    @Test func refusesASecondOpeningInOneProcess() throws {
        let directory = try TemporaryDirectory()
        let store = try EntityStore.make(directory)
        let error = try refusal { try EntityStore.open(at: directory.store) }
        guard case .busy = error.code else { throw error }
        _ = store
    }

    @Test func refusesToWriteWhenReadOnly() throws {
        let directory = try TemporaryDirectory()
        do { try EntityStore.make(directory).put([entity("a")]) }
        let store = try EntityStore.open(at: directory.store, StoreOptions(readOnly: true))
        let file = try directory.file("import.json", line("b"))
        for error in [
            try refusal { try store.put([entity("b")]) },
            try refusal { try store.delete([uid("a")]) },
            try refusal { try store.importEntities(from: .file(file)) },
        ] {
            guard case .readOnly = error.code else { throw error }
        }
        #expect(try store.get(uid("a")) != nil)
        try store.requireClean()
    }

    @Test func refusesASecondWriterAndNamesIt() throws {
        let directory = try TemporaryDirectory()
        let store = try EntityStore.make(directory)
        let lock = try store.takeWriterLock("test")
        let error = try refusal { try store.put([entity("a")]) }
        guard case .locked(by: getpid()) = error.code else { throw error }
        #expect(error.message.contains("\(getpid())"))
        _ = consume lock
        #expect(try store.put([entity("a")]) == 1)
    }

    @Test func startsEmptyAtRevisionZeroAndKeepsWhatItHas() throws {
        let directory = try TemporaryDirectory()
        do {
            let store = try EntityStore.make(directory)
            #expect(try store.revision == 0)
            #expect(try store.exportText() == "[]\n")
            #expect(try store.statistics().entities == 0)
            try store.requireClean()
            #expect(try store.put([entity("a"), entity("b")]) == 1)
        }
        let store = try EntityStore.open(at: directory.store)
        #expect(try store.revision == 1)
        #expect(words(try store.get(uid("a"))) == words(entity("a")))
    }
}
