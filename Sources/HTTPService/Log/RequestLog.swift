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

        package func includes(status: Int, _ decisions: [DecisionRecord]) -> Bool {
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
        /// Nil for ext_authz and SPOE.
        package var method: String?
        /// Nil for ext_authz and SPOE.
        package var path: String?
        /// Of a gateway's question: what it was about.
        package var asked: AskedRequest?
        package var status: Int
        package var nanoseconds: UInt64
        package var requestID: String?
        package var trace: TraceParent?
        /// Nil when there was nothing to decide.
        package var decisionID: String?
        package var decisions: [DecisionRecord]
        /// How many decisions there were beyond those listed.
        package var omitted = 0

        package init(
            listener: String, caller: String? = nil, method: String? = nil, path: String? = nil,
            asked: AskedRequest? = nil, status: Int, nanoseconds: UInt64, requestID: String? = nil,
            trace: TraceParent? = nil, decisionID: String? = nil, decisions: [DecisionRecord] = [],
            omitted: Int = 0
        ) {
            self.listener = listener
            self.caller = caller
            self.method = method
            self.path = path
            self.asked = asked
            self.status = status
            self.nanoseconds = nanoseconds
            self.requestID = requestID
            self.trace = trace
            self.decisionID = decisionID
            self.decisions = decisions
            self.omitted = omitted
        }
    }

    /// The request that a gateway asks about, as it was told.
    package struct AskedRequest: Sendable {
        package var method: String?
        package var host: String?
        /// Without the query, which may hold secrets.
        package var path: String?

        /// - Parameter target: with or without a query.
        package init(method: String?, host: String?, target: String?) {
            self.method = method
            self.host = host
            path = target.map { target in
                // The first of them ends the path, also in what is no target.
                let isEnd = { (byte: UInt8) in byte == 0x3F || byte == 0x23 }
                return String(decoding: target.utf8.prefix { !isEnd($0) }, as: UTF8.self)
            }
        }
    }

    private struct Queue {
        var bytes: [UInt8] = []
        var isBeingWritten = false
    }

    private let queue = Mutex(Queue())
    private let dropped = Atomic<UInt64>(0)
    private let output: LogOutput
    /// One thread, as lines are written one after the other and may have to wait for a reader.
    private let thread = NIOThreadPool(numberOfThreads: 1)

    /// The bytes that may wait.
    private static let maximumBytes = 4 << 20

    /// - Parameter descriptor: an open file.
    package convenience init(descriptor: Int32) { self.init(LogOutput(descriptor: descriptor)) }

    package init(_ output: LogOutput = .standardError) {
        self.output = output
        thread.start()
    }

    deinit { thread.shutdownGracefully { _ in } }

    /// How many requests were left out because too much waited.
    package var droppedCount: UInt64 { dropped.load(ordering: .relaxed) }

    /// Whether a line may be added; otherwise the request counts as left out.
    ///
    /// Ask before anything is gathered, so that a flood of denials costs no more than to count them.
    package func hasRoom() -> Bool {
        if queue.withLock({ $0.bytes.count < Self.maximumBytes }) { return true }
        dropped.add(1, ordering: .relaxed)
        return false
    }

    /// Writes a request some moments later.
    package func write(_ entry: Entry) {
        guard hasRoom() else { return }
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

    /// Waits as ``flush(within:)`` does, on a thread that may.
    package func waitUntilWritten(milliseconds: Int) {
        for _ in 0..<max(1, milliseconds / 5) where queue.withLock({ $0.isBeingWritten }) {
            usleep(5_000)
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
            output.write(bytes)
        }
    }
}
