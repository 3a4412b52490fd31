import Glibc
import NIOPosix
import Synchronization

/// Lines on their way to a file, written by a thread of their own.
///
/// Whoever adds one never waits, however long nobody reads the file: what is told must not hold up what
/// it is told of, such as taking in who was revoked. Beyond a bound lines are left out and counted.
package final class LogQueue: Sendable {
    /// That of the process, for all that it logs: lines stand in the order in which they were added.
    package static let standardError = LogQueue(.standardError)

    private struct State {
        var bytes: [UInt8] = []
        var isBeingWritten = false
    }

    private let state = Mutex(State())
    private let dropped = Atomic<UInt64>(0)
    private let output: LogOutput
    /// One thread, as lines are written one after the other and may have to wait for a reader.
    private let thread = NIOThreadPool(numberOfThreads: 1)

    /// The bytes that may wait.
    package static let maximumBytes = 4 << 20
    /// Of these, what requests leave to lines about the service itself.
    package static let reservedBytes = 512 << 10

    package init(_ output: LogOutput) {
        self.output = output
        thread.start()
    }

    deinit { thread.shutdownGracefully { _ in } }

    /// How many lines were left out because too much waited.
    package var droppedCount: UInt64 { dropped.load(ordering: .relaxed) }

    /// Whether the line of a request may be added; otherwise it counts as left out.
    package func hasRoom() -> Bool {
        let maximum = Self.maximumBytes - Self.reservedBytes
        if state.withLock({ $0.bytes.count < maximum }) { return true }
        dropped.add(1, ordering: .relaxed)
        return false
    }

    /// Adds whole lines, which are written some moments later.
    ///
    /// - Parameter isOfService: whether the lines are about the service itself, rather than about one of
    ///   any number of requests.
    package func add(_ lines: [UInt8], isOfService: Bool = false) {
        let maximum = isOfService ? Self.maximumBytes : Self.maximumBytes - Self.reservedBytes
        let mustStart = state.withLock { state -> Bool? in
            guard state.bytes.count + lines.count <= maximum else { return nil }
            state.bytes += lines
            defer { state.isBeingWritten = true }
            return !state.isBeingWritten
        }
        switch mustStart {
        case nil: dropped.add(1, ordering: .relaxed)
        case true?: thread.submit { [self] _ in writeAll() }
        case false?: break
        }
    }

    /// Waits until what was added before is written, at most for a time.
    package func flush(within duration: Duration) async {
        let end = ContinuousClock.now + duration
        while state.withLock({ $0.isBeingWritten }), ContinuousClock.now < end {
            guard (try? await Task.sleep(for: .milliseconds(5))) != nil else { return }
        }
    }

    /// Waits as ``flush(within:)`` does, on a thread that may.
    package func waitUntilWritten(milliseconds: Int) {
        for _ in 0..<max(1, milliseconds / 5) where state.withLock({ $0.isBeingWritten }) {
            usleep(5_000)
        }
    }

    private func writeAll() {
        while true {
            let bytes = state.withLock { state -> [UInt8] in
                let bytes = state.bytes
                state.bytes = []
                if bytes.isEmpty { state.isBeingWritten = false }
                return bytes
            }
            if bytes.isEmpty { return }
            output.write(bytes)
        }
    }
}
