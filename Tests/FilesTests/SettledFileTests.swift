import Files
import Glibc
import Testing

@Suite struct SettledFileTests {
    private let path = "/tmp/writ-settled-\(getpid())-\(UInt64.random(in: 0...UInt64.max))"

    private func write(_ text: String, _ flags: Int32 = O_WRONLY | O_CREAT | O_TRUNC) -> Int32 {
        // Programs that other tests start must not have it open as well.
        let descriptor = unsafe open(path, flags | O_CLOEXEC, 0o600)
        let bytes = Array(text.utf8)
        #expect(unsafe Glibc.write(descriptor, bytes, bytes.count) == bytes.count)
        return descriptor
    }

    private func kind(_ maximumBytes: Int = 1000) -> FileProblem.Kind? {
        do throws(FileProblem) {
            _ = try SettledFile(path, maximumBytes: maximumBytes)
            return nil
        } catch {
            return error.kind
        }
    }

    @Test func aFileThatSomebodyHasOpenForWritingIsNotRead() throws {
        let descriptor = write("half")
        defer { _ = unsafe unlink(path) }
        #expect(kind() == .beingWritten)
        // However long nothing happens.
        usleep(400_000)
        #expect(kind() == .beingWritten)
        close(descriptor)
        #expect(
            try SettledFile(path, maximumBytes: 1000, waitingMilliseconds: 1000).bytes
                == Array("half".utf8))
    }

    @Test func whoeverReadsAFileIsNotInTheWay() throws {
        close(write("whole"))
        defer { _ = unsafe unlink(path) }
        let reader = unsafe open(path, O_RDONLY)
        defer { close(reader) }
        #expect(
            try SettledFile(path, maximumBytes: 1000, waitingMilliseconds: 1000).bytes
                == Array("whole".utf8))
    }

    @Test func waitingForTheWriterEnds() throws {
        let descriptor = write("late")
        defer { _ = unsafe unlink(path) }
        let clock = ContinuousClock()
        let time = clock.measure {
            #expect(throws: FileProblem.self) {
                try SettledFile(path, maximumBytes: 1000, waitingMilliseconds: 200)
            }
        }
        #expect(time >= .milliseconds(200))
        close(descriptor)
        #expect(
            try SettledFile(path, maximumBytes: 1000, waitingMilliseconds: 200).bytes.count == 4)
    }

    @Test func theLimitIsTheLargestSize() throws {
        close(write("1234"))
        defer { _ = unsafe unlink(path) }
        #expect(kind(4) == nil)
        #expect(kind(3) == .tooLarge(maximumBytes: 3))
    }

    @Test func aFileThatIsNotThereIsSaidToBeSo() {
        #expect(kind() == .unreadable(ENOENT))
    }

    @Test func theStampIsThatOfTheFileThatWasRead() throws {
        close(write("one"))
        defer { _ = unsafe unlink(path) }
        let read = try SettledFile(path, maximumBytes: 1000, waitingMilliseconds: 1000)
        #expect(read.stamp == FileStamp(path: path))
        usleep(20_000)
        // The same size, in place.
        close(write("two", O_WRONLY))
        #expect(read.stamp != FileStamp(path: path))
    }

    @Test func writersArePutOffForMomentsOnly() throws {
        close(write("x"))
        defer { _ = unsafe unlink(path) }
        // A lease that is asked for while somebody opens the file must neither end this process nor
        // keep the writer.
        for _ in 0..<50 {
            _ = try SettledFile(path, maximumBytes: 10, waitingMilliseconds: 1000)
            let descriptor = unsafe open(path, O_WRONLY | O_NONBLOCK)
            #expect(descriptor >= 0)
            close(descriptor)
        }
    }
}
