import SeededNumbers
import CedarSyntax
import Glibc
import Testing

@testable import EntityStore

/// Runs the program `store-crash` that is built beside the tests.
enum CrashProgram {
    static var path: String {
        var buffer = [UInt8](repeating: 0, count: 4096)
        let count = unsafe buffer.withUnsafeMutableBytes {
            unsafe readlink("/proc/self/exe", $0.baseAddress!, $0.count)
        }
        let test = String(decoding: buffer.prefix(max(count, 0)), as: UTF8.self)
        var path = test.split(separator: "/", omittingEmptySubsequences: false).dropLast()
        // The bundle may be run by a tool of the toolchain: then its path is an argument.
        if unsafe access((path + ["store-crash"]).joined(separator: "/"), X_OK) != 0 {
            for argument in CommandLine.arguments where argument.contains(".xctest") {
                path = argument.split(separator: "/", omittingEmptySubsequences: false)
                    .prefix { !$0.hasSuffix(".xctest") }
            }
        }
        return (path + ["store-crash"]).joined(separator: "/")
    }

    /// Starts it with standard output appended to a file; the process id.
    static func start(_ arguments: [String], output: String) throws -> pid_t {
        var actions = unsafe posix_spawn_file_actions_t()
        unsafe posix_spawn_file_actions_init(&actions)
        defer { unsafe posix_spawn_file_actions_destroy(&actions) }
        unsafe posix_spawn_file_actions_addopen(
            &actions, 1, output, O_WRONLY | O_CREAT | O_APPEND, 0o600)
        unsafe posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0)
        let words = unsafe ([path] + arguments).map { unsafe strdup($0) }
        defer { for index in unsafe words.indices { unsafe free(words[index]) } }
        var pid: pid_t = 0
        let result = unsafe posix_spawn(&pid, path, &actions, nil, words + [nil], environ)
        try #require(result == 0, "cannot start \(path)")
        return pid
    }

    /// Waits for it: its exit code, or 256 and the signal that ended it.
    static func wait(_ pid: pid_t) -> Int32 {
        var status: Int32 = 0
        while unsafe waitpid(pid, &status, 0) < 0, errno == EINTR {}
        return status & 0x7F == 0 ? status >> 8 & 0xFF : 256 + status & 0x7F
    }
}

@Suite("A killed or damaged store")
struct DamageTests {
    @Test func everythingAcknowledgedSurvivesKill9() throws {
        let directory = try TemporaryDirectory()
        let log = directory.path + "/log"
        var generator = SeededNumbers(seed: UInt64(getpid()))
        for round in 1...5 {
            let writer = try CrashProgram.start(
                ["write", directory.store, "\(round)"], output: log)
            usleep(UInt32.random(in: 50_000...300_000, using: &generator))
            kill(writer, SIGKILL)
            try #require(CrashProgram.wait(writer) == 256 + SIGKILL, "the writer ended by itself")
            let answer = directory.path + "/answer"
            let judge = try CrashProgram.start(["verify", directory.store, log], output: answer)
            #expect(CrashProgram.wait(judge) == 0)
        }
    }

    private func contents(_ path: String) throws -> [UInt8] {
        let file = unsafe open(path, O_RDONLY)
        try #require(file >= 0)
        defer { close(file) }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = unsafe chunk.withUnsafeMutableBytes {
                unsafe read(file, $0.baseAddress, $0.count)
            }
            if count <= 0 { return bytes }
            bytes += chunk[..<count]
        }
    }

    /// Flips bytes of the data file, a new process looking at each: it must notice, or nothing
    /// may be different. LMDB trusts its own pages, so the process may also be stopped by them.
    @Test func aFlippedByteIsNoticedOrHarmless() throws {
        let directory = try TemporaryDirectory()
        let ids = (0..<6).map { "item \($0)" }
        do {
            let store = try EntityStore.make(directory)
            try store.put(
                ids.map {
                    Entity(
                        uid: uid($0, "Item"), attributes: [("id", .string(Text($0)))],
                        parents: [uid("group")])
                } + [entity("group", in: ["top"])])
        }
        let path = directory.store + "/data.mdb"
        let whole = try contents(path)
        let file = unsafe open(path, O_RDWR)
        defer { close(file) }
        var generator = SeededNumbers(seed: 11)
        var outcomes: [Int32: Int] = [:]
        // Bytes in use; a page's unused middle is zeros.
        let used = whole.indices.filter { whole[$0] != 0 }
        for _ in 0..<150 {
            let index = used.randomElement(using: &generator)!
            var byte = whole[index] ^ UInt8(1 << Int.random(in: 0..<8, using: &generator))
            _ = unsafe pwrite(file, &byte, 1, off_t(index))
            let probe = try CrashProgram.start(
                ["get", directory.store] + ids, output: "/dev/null")
            let outcome = CrashProgram.wait(probe)
            outcomes[outcome, default: 0] += 1
            if ![0, 3].contains(outcome), outcome < 256 {
                Issue.record("byte \(index): the probe ended with \(outcome)")
            }
            byte = whole[index]
            _ = unsafe pwrite(file, &byte, 1, off_t(index))
        }
        #expect(outcomes[3, default: 0] > 20, "\(outcomes)")
        let probe = try CrashProgram.start(["get", directory.store] + ids, output: "/dev/null")
        #expect(CrashProgram.wait(probe) == 0)
    }

    @Test func aFullDiskChangesNothing() async {
        // In a process of its own, for the limit is the process's.
        let result = await #expect(
            processExitsWith: .exitCode(42), observing: [\.standardErrorContent]
        ) {
            signal(SIGXFSZ, SIG_IGN)
            let directory = try TemporaryDirectory()
            let store = try EntityStore.make(directory) { $0.sortBytes = 1 << 10 }
            try store.put([entity("a")])
            var limit = rlimit(rlim_cur: 1 << 20, rlim_max: rlim_t.max)
            let text = (0..<20_000).map { line("n\($0)", in: ["g\($0 % 100)"], $0) }
            let file = try directory.file("import.json", text.joined(separator: "\n"))
            let entities = (0..<20_000).map { entity("n\($0)", in: ["g\($0 % 100)"]) }
            try #require(unsafe setrlimit(__rlimit_resource_t(1), &limit) == 0)
            for error in [
                try refusal { try store.importEntities(from: .file(file)) },
                try refusal { try store.put(entities) },
            ] {
                guard case .noSpace = error.code else { throw error }
                guard try store.revision == 1 else { exit(1) }
            }
            // There is room for a little.
            guard try store.put([entity("b")]) == 2, try store.check().isClean else { exit(2) }
            limit.rlim_cur = rlim_t.max
            try #require(unsafe setrlimit(__rlimit_resource_t(1), &limit) == 0)
            guard try store.put(entities) == 3, try store.check().isClean else { exit(3) }
            exit(42)
        }
        if let words = result?.standardErrorContent, !words.isEmpty {
            print(String(decoding: words, as: UTF8.self))
        }
    }
}
