package import AuthZEN
import Glibc
import NIOPosix
import Synchronization

/// Writes requests and decisions as JSON, one a line, from a thread of its own.
///
/// Whoever has something to log never waits: when the lines that wait exceed a bound, more are left out
/// and counted.
package final class RequestLog: Sendable {
    /// Which requests are written.
    package enum Selection: String, Sendable, CaseIterable {
        case none
        /// Those that were not answered as asked, and decisions that are no allow.
        case denials
        case all

        func includes(status: Int, _ decisions: [DecisionRecord]) -> Bool {
            switch self {
            case .none: false
            case .all: true
            case .denials:
                status >= 400 || decisions.contains { $0.outcome != .allowed }
            }
        }
    }

    /// What is written of one request.
    package struct Entry: Sendable {
        package var listener: String
        package var caller: String?
        package var method: String
        package var path: String
        package var status: Int
        package var nanoseconds: UInt64
        package var requestID: String?
        package var trace: TraceParent?
        package var decisionID: String
        package var decisions: [DecisionRecord]
        /// How many decisions there were beyond those listed.
        package var omitted = 0
    }

    private struct Queue {
        var bytes: [UInt8] = []
        var isBeingWritten = false
    }

    private let queue = Mutex(Queue())
    private let dropped = Atomic<UInt64>(0)
    private let descriptor: Int32
    /// One thread, as lines are written one after the other and may have to wait for a reader.
    private let thread = NIOThreadPool(numberOfThreads: 1)

    /// The bytes that may wait.
    private static let maximumBytes = 4 << 20

    /// - Parameter descriptor: an open file; standard error unless given.
    package init(descriptor: Int32 = 2) {
        self.descriptor = descriptor
        thread.start()
    }

    deinit { thread.shutdownGracefully { _ in } }

    /// How many requests were left out because too much waited.
    package var droppedCount: UInt64 { dropped.load(ordering: .relaxed) }

    /// Writes a request some moments later.
    package func write(_ entry: Entry) {
        let line = entry.line
        let mustStart = queue.withLock { queue -> Bool? in
            guard queue.bytes.count + line.count <= Self.maximumBytes else { return nil }
            queue.bytes += line
            defer { queue.isBeingWritten = true }
            return !queue.isBeingWritten
        }
        switch mustStart {
        case nil: dropped.add(1, ordering: .relaxed)
        case true?: thread.submit { [self] _ in writeAll() }
        case false?: break
        }
    }

    /// Waits until what was logged before is written, at most for a time.
    package func flush(within duration: Duration) async {
        let end = ContinuousClock.now + duration
        while queue.withLock({ $0.isBeingWritten }), ContinuousClock.now < end {
            guard (try? await Task.sleep(for: .milliseconds(5))) != nil else { return }
        }
    }

    private func writeAll() {
        while true {
            let bytes = queue.withLock { queue -> [UInt8] in
                let bytes = queue.bytes
                queue.bytes = []
                if bytes.isEmpty { queue.isBeingWritten = false }
                return bytes
            }
            if bytes.isEmpty { return }
            var start = 0
            while start < bytes.count {
                let count = unsafe bytes.withUnsafeBytes { bytes in
                    unsafe Glibc.write(
                        descriptor, bytes.baseAddress?.advanced(by: start), bytes.count - start)
                }
                if count < 0, errno == EINTR { continue }
                // A log that cannot be written stops nothing else.
                if count <= 0 { break }
                start += count
            }
        }
    }
}
