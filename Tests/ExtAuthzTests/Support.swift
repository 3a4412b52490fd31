import ExtAuthz
import ExtAuthzMessages
import Glibc
import Server
import Synchronization
import Testing
import Wire

/// A folder for sockets that goes away with it.
final class SocketFolder {
    let path: String

    init() {
        var template = Array("/tmp/ext-authz-XXXXXX".utf8CString)
        let made = unsafe mkdtemp(&template) != nil
        path =
            made
            ? String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
            : "/tmp"
    }

    func socket(_ name: String = "pdp.sock") -> String { "\(path)/\(name)" }

    deinit {
        for name in ["pdp.sock", "pdp.sock.lock"] { _ = unsafe unlink("\(path)/\(name)") }
        _ = unsafe rmdir(path)
    }
}

/// Allows requests for paths that begin with `/allow`, and notes how it was used.
struct PathHandler: ~Copyable, ExtAuthzHandler {
    var watchedNames: NameWatch { NameWatch() }

    final class Notes: Sendable {
        let batches = Mutex((begun: 0, ended: 0))
        let isReleased = Atomic<Bool>(false)
    }

    let notes: Notes?

    init(_ notes: Notes? = nil) { self.notes = notes }

    deinit { notes?.isReleased.store(true, ordering: .relaxed) }

    mutating func beginBatch() { notes?.batches.withLock { $0.begun += 1 } }

    mutating func endBatch() { notes?.batches.withLock { $0.ended += 1 } }

    mutating func check(
        _ request: borrowing CheckRequestView, call: CheckCall, into reply: inout ReplyBuffer
    ) {
        if request.path.copied.starts(with: Array("/allow".utf8)) { reply.conclude(.allow) }
        if request.path.copied.starts(with: Array("/big".utf8)) {
            reply.setBody([UInt8](repeating: 0x61, count: 60_000).span)
        }
    }
}

/// A CheckRequest for a path.
func checkRequest(_ path: String) -> [UInt8] {
    func field(_ number: UInt8, _ content: [UInt8]) -> [UInt8] {
        var size: [UInt8] = []
        var count = content.count
        while count >= 0x80 {
            size.append(UInt8(count & 0x7F) | 0x80)
            count >>= 7
        }
        return [number << 3 | 2] + size + [UInt8(count)] + content
    }
    return field(1, field(4, field(2, field(2, Array("GET".utf8)) + field(4, Array(path.utf8)))))
}

let allowed: [UInt8] = {
    var reply = ReplyBuffer()
    reply.conclude(.allow)
    return RawGateway.message(reply.withEncoded { span in span.indices.map { span[$0] } })
}()

let denied: [UInt8] = {
    var reply = ReplyBuffer()
    return RawGateway.message(reply.withEncoded { span in span.indices.map { span[$0] } })
}()

/// A server on a socket of its own.
final class TestServer {
    let folder = SocketFolder()
    let server: ExtAuthzServer
    var path: String { folder.socket() }

    init(
        loopCount: Int = 1, notes: PathHandler.Notes? = nil,
        _ change: (inout ExtAuthzConfiguration) -> Void = { _ in }
    ) throws {
        var configuration = ExtAuthzConfiguration(
            endpoint: .unixSocket(path: folder.socket()), loopCount: loopCount)
        change(&configuration)
        server = try ExtAuthzServer.start(configuration) { _ in PathHandler(notes) }
    }

    func gateway(greets: Bool = true) throws -> RawGateway {
        try RawGateway(path: path, greets: greets)
    }

    /// Whether another connection is served as if nothing had happened.
    func serves() throws -> Bool {
        try gateway().call(checkRequest("/allow")).message == allowed
    }

    deinit { server.stop(drainFor: .zero) }
}
