import AuthZEN
import DecisionPoint
import NIOCore
import NIOPosix

/// Decides what takes long, on threads of its own: searches, and requests with large bodies.
///
/// All listeners together have as many threads to read and answer requests as there are cores. A search
/// may take a second: on one of those it would hold up evaluations, and the questions of gateways.
struct LongRequests: Sendable {
    /// From this size of its body on a request takes long, in bytes.
    static let bodyBytes = 64 << 10

    let threads: NIOThreadPool
    let pool: WorkerPool<AuthZENService>

    static func takes(_ operation: AuthZENOperation, bodyBytes: Int) -> Bool {
        switch operation {
        case .evaluation, .evaluations: bodyBytes >= Self.bodyBytes
        case .subjectSearch, .resourceSearch, .actionSearch: true
        }
    }

    /// Answers a request after those that came before; nil when the service ends.
    func answer(
        _ operation: AuthZENOperation, _ body: ByteBuffer, from peer: ListenerFacts.Peer
    ) async -> AuthZENReply? {
        try? await threads.runIfActive {
            pool.withWorker { worker in
                body.withUnsafeReadableBytesSpan { worker.answer(operation, $0, from: peer) }
            }
        }
    }
}
