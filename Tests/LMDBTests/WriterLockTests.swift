import Glibc
import Testing

@testable import LMDB

@Suite struct WriterLockTests {
    let directory: TemporaryDirectory
    init() throws { directory = try TemporaryDirectory() }

    private func refused(_ environment: Environment) -> WriterLock.Refusal? {
        do {
            _ = try WriterLock(environment)
            return nil
        } catch {
            return error
        }
    }

    @Test func refusesASecondOwnerInTheProcess() throws {
        let environment = try Environment.small(directory.path)
        let lock = try WriterLock(environment)
        #expect(refused(environment) == .held(by: getpid()))
        _ = consume lock
        #expect(refused(environment) == nil)
    }

    @Test func refusesAnotherProcessAtOnce() async throws {
        let environment = try Environment.small(directory.path)
        let lock = try WriterLock(environment)
        await #expect(processExitsWith: .success) {
            [path = directory.path as String, owner = getpid() as Int32] in
            let environment = try Environment.small(path)
            let start = ContinuousClock.now
            do throws(WriterLock.Refusal) {
                _ = try WriterLock(environment)
                exit(1)
            } catch {
                let isRight = error == .held(by: owner)
                exit(isRight && ContinuousClock.now - start < .seconds(1) ? 0 : 2)
            }
        }
        withExtendedLifetime(lock.environment) {}
    }

    @Test func outlivesItselfInATransaction() throws {
        let environment = try Environment.small(directory.path)
        let lock = try WriterLock(environment)
        let transaction = try lock.beginWrite()
        _ = consume lock
        #expect(refused(environment) == .held(by: getpid()))
        transaction.abort()
        #expect(refused(environment) == nil)
    }

    @Test func doesNotKnowAnOwnerWhoLeftNoWord() throws {
        let environment = try Environment.small(directory.path)
        let lock = try WriterLock(environment)
        for words in [[], Array("x\n".utf8), Array("12".utf8), Array(repeating: 0x31, count: 40)] {
            try overwriteNew(directory.path + "/writer.lock", with: words)
            #expect(refused(environment) == .held(by: nil))
        }
        withExtendedLifetime(lock.environment) {}
    }

    @Test func refusesALinkInItsPlace() throws {
        let environment = try Environment.small(directory.path)
        _ = unsafe symlink("/tmp", directory.path + "/writer.lock")
        #expect(refusal { _ = try WriterLock(environment) }?.rawValue == ELOOP)
    }

    @Test func goesWithAKilledOwner() async throws {
        let environment = try Environment.small(directory.path)
        try environment.commit([("a", "1")])
        await #expect(processExitsWith: .signal(SIGKILL)) { [path = directory.path as String] in
            let environment = try Environment.small(path)
            let lock = try WriterLock(environment)
            let database = try lock.createDatabase(named: "items")
            var committed = try lock.beginWrite()
            try committed.put("b", "2", in: database)
            try committed.commit()
            var open = try lock.beginWrite()
            try open.put("a", "lost", in: database)
            try open.put("c", "lost", in: database)
            kill(getpid(), SIGKILL)
        }
        // The environment stayed open here: the robust mutex of a dead writer is taken over.
        #expect(try environment.value("a") == "1")
        #expect(try environment.value("b") == "2")
        #expect(try environment.value("c") == nil)
        try environment.commit([("d", "4")])
        #expect(try environment.value("d") == "4")
    }
}
