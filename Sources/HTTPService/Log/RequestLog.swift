package import AuthZEN

/// Writes requests and decisions as JSON, one a line.
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

    private let queue: LogQueue

    /// - Parameter descriptor: an open file.
    package convenience init(descriptor: Int32) {
        self.init(LogQueue(LogOutput(descriptor: descriptor)))
    }

    package init(_ queue: LogQueue = .standardError) { self.queue = queue }

    /// How many lines were left out because too much waited.
    package var droppedCount: UInt64 { queue.droppedCount }

    /// Whether a line may be added; otherwise the request counts as left out.
    ///
    /// Ask before anything is gathered, so that a flood of denials costs no more than to count them.
    package func hasRoom() -> Bool { queue.hasRoom() }

    /// Writes a request some moments later.
    package func write(_ entry: Entry) {
        if hasRoom() { queue.add(entry.line) }
    }

    /// Waits until what was logged before is written, at most for a time.
    package func flush(within duration: Duration) async { await queue.flush(within: duration) }

    /// Waits as ``flush(within:)`` does, on a thread that may.
    package func waitUntilWritten(milliseconds: Int) {
        queue.waitUntilWritten(milliseconds: milliseconds)
    }
}
