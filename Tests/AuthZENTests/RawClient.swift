import NIOCore
import NIOPosix
import NIOSSL

/// Sends bytes and reads what comes back: whatever a careful client would never send, too.
struct RawClient: Sendable {
    enum Target: Sendable {
        case unix(String)
        case tls(port: Int, certificate: String?, version: TLSVersion = .tlsv13)
        case plain(port: Int)
    }

    /// One answer, its header names in lower case.
    struct Answer: Sendable {
        var status = 0
        var fields: [String: String] = [:]
        var body: [UInt8] = []

        var text: String { String(decoding: body, as: UTF8.self) }
    }

    let target: Target

    /// Sends a whole request and waits for its answer.
    func send(
        _ method: String, _ path: String, fields: [(String, String)] = [], body: [UInt8]? = nil
    ) async throws -> Answer {
        var text = "\(method) \(path) HTTP/1.1\r\nHost: localhost\r\n"
        for (name, value) in fields { text += "\(name): \(value)\r\n" }
        if let body { text += "Content-Length: \(body.count)\r\n" }
        return try await exchange(
            Array((text + "\r\n").utf8) + (body ?? []), isHead: method == "HEAD")
    }

    /// Sends JSON by POST.
    func post(
        _ path: String, _ body: [UInt8], fields: [(String, String)] = []
    ) async throws -> Answer {
        try await send(
            "POST", path, fields: [("Content-Type", "application/json")] + fields, body: body)
    }

    /// Sends bytes on a connection of their own and waits for one answer, a minute at most.
    func exchange(_ bytes: [UInt8], isHead: Bool = false) async throws -> Answer {
        let channel = try await connect()
        return try await withThrowingTaskGroup(of: Answer.self) { group in
            group.addTask {
                try await channel.executeThenClose { inbound, outbound in
                    try await outbound.write(ByteBuffer(bytes: bytes))
                    var received: [UInt8] = []
                    for try await buffer in inbound {
                        received += Array(buffer.readableBytesView)
                        if let answer = Self.answer(received, isHead: isHead) { return answer }
                    }
                    throw TestFailure("the connection was closed after \(received.count) bytes")
                }
            }
            group.addTask {
                try await Task.sleep(for: .seconds(60))
                throw TestFailure("no answer within a minute")
            }
            defer { group.cancelAll() }
            guard let answer = try await group.next() else { throw TestFailure("no answer") }
            return answer
        }
    }

    /// Sends JSON by POST several times on one connection.
    ///
    /// - Parameter changes: what is done before each request.
    func post(
        _ path: String, _ body: [UInt8], fields: [(String, String)] = [],
        after changes: [@Sendable () -> Void]
    ) async throws -> [Answer] {
        let head =
            "POST \(path) HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
            + fields.map { "\($0.0): \($0.1)\r\n" }.joined()
            + "Content-Length: \(body.count)\r\n\r\n"
        let request = ByteBuffer(bytes: Array(head.utf8) + body)
        return try await connect().executeThenClose { inbound, outbound in
            var buffers = inbound.makeAsyncIterator()
            var answers: [Answer] = []
            for change in changes {
                change()
                try await outbound.write(request)
                var received: [UInt8] = []
                var answer: Answer?
                while answer == nil, let buffer = try await buffers.next() {
                    received += Array(buffer.readableBytesView)
                    answer = Self.answer(received, isHead: false)
                }
                guard let answer else { throw TestFailure("the connection was closed") }
                answers.append(answer)
            }
            return answers
        }
    }

    /// Sends bytes, and others once something has come back, and reads until the other end says that
    /// nothing more comes; at most 20 seconds.
    ///
    /// - Parameter later: what is sent then; this end is closed after it. Nil to send all at once and
    ///   never close.
    func receiveAll(_ bytes: [UInt8], then later: [UInt8]? = nil) async throws -> [UInt8] {
        let channel = try await connect()
        return try await withThrowingTaskGroup(of: [UInt8].self) { group in
            group.addTask {
                try await channel.executeThenClose { inbound, outbound in
                    var received: [UInt8] = []
                    var later = later
                    let sender = Task { try await outbound.write(ByteBuffer(bytes: bytes)) }
                    do {
                        for try await buffer in inbound {
                            received += Array(buffer.readableBytesView)
                            guard let rest = later else { continue }
                            later = nil
                            if !rest.isEmpty { try await outbound.write(ByteBuffer(bytes: rest)) }
                            outbound.finish()
                        }
                    } catch {
                        // A reset comes as late as the end.
                        guard !received.isEmpty else { throw error }
                    }
                    sender.cancel()
                    return received
                }
            }
            group.addTask {
                try await Task.sleep(for: .seconds(20))
                throw TestFailure("the connection did not end")
            }
            defer { group.cancelAll() }
            guard let received = try await group.next() else { throw TestFailure("no answer") }
            return received
        }
    }

    /// Sends bytes, reads to the end and goes on sending a byte now and then.
    ///
    /// - Returns: how long the other end took what nobody wants; a minute at most.
    func timeUntilClosed(_ bytes: [UInt8]) async throws -> Duration {
        let clock = ContinuousClock()
        return try await connect().executeThenClose { inbound, outbound in
            try await outbound.write(ByteBuffer(bytes: bytes))
            for try await _ in inbound {}
            let begun = clock.now
            while clock.now - begun < .seconds(60) {
                do {
                    try await outbound.write(ByteBuffer(bytes: [0x41]))
                } catch {
                    break
                }
                try await Task.sleep(for: .milliseconds(50))
            }
            return clock.now - begun
        }
    }

    /// Sends text on a connection of its own and waits until the server closes it.
    func readAll(_ text: String) async throws -> String {
        let channel = try await connect()
        return try await channel.executeThenClose { inbound, outbound in
            try await outbound.write(ByteBuffer(string: text))
            var received: [UInt8] = []
            for try await buffer in inbound { received += Array(buffer.readableBytesView) }
            return String(decoding: received, as: UTF8.self)
        }
    }

    private static func answer(_ bytes: [UInt8], isHead: Bool) -> Answer? {
        guard let end = bytes.firstRange(of: Array("\r\n\r\n".utf8)) else { return nil }
        let lines = String(decoding: bytes[..<end.lowerBound], as: UTF8.self)
            .components(by: "\r\n")
        var answer = Answer()
        answer.status = Int(lines[0].split(separator: " ").dropFirst().first ?? "") ?? 0
        for line in lines.dropFirst() {
            guard let colon = line.firstIndex(of: ":") else { continue }
            answer.fields[line[..<colon].lowercased()] = String(
                line[line.index(after: colon)...].drop { $0 == " " })
        }
        let count = isHead ? 0 : Int(answer.fields["content-length"] ?? "") ?? 0
        let body = bytes[end.upperBound...]
        guard body.count >= count else { return nil }
        answer.body = Array(body.prefix(count))
        return answer
    }

    private func connect() async throws -> NIOAsyncChannel<ByteBuffer, ByteBuffer> {
        let bootstrap = ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .connectTimeout(.seconds(60))
            .channelOption(ChannelOptions.allowRemoteHalfClosure, value: true)
        @Sendable func wrap(_ channel: any Channel) -> EventLoopFuture<
            NIOAsyncChannel<ByteBuffer, ByteBuffer>
        > {
            channel.eventLoop.makeCompletedFuture {
                try NIOAsyncChannel(
                    wrappingChannelSynchronously: channel,
                    configuration: .init(isOutboundHalfClosureEnabled: true))
            }
        }
        switch target {
        case .unix(let path):
            return try await bootstrap.connect(unixDomainSocketPath: path) { wrap($0) }
        case .plain(let port):
            return try await bootstrap.connect(host: "127.0.0.1", port: port) { wrap($0) }
        case .tls(let port, let certificate, let version):
            var configuration = TLSConfiguration.makeClientConfiguration()
            configuration.maximumTLSVersion = version
            configuration.trustRoots = .file(fixture("authority.pem"))
            if let certificate {
                configuration.certificateChain = try NIOSSLCertificate.fromPEMFile(
                    fixture(certificate + ".pem")
                ).map { .certificate($0) }
                configuration.privateKey = .privateKey(
                    try NIOSSLPrivateKey(file: fixture(certificate + ".key"), format: .pem))
            }
            let context = try NIOSSLContext(configuration: configuration)
            return try await bootstrap.connect(host: "127.0.0.1", port: port) { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(
                        NIOSSLClientHandler(context: context, serverHostname: "localhost"))
                    return try NIOAsyncChannel(
                        wrappingChannelSynchronously: channel,
                        configuration: .init(isOutboundHalfClosureEnabled: true))
                }
            }
        }
    }
}

func fixture(_ name: String) -> String { projectFolder + "/Tests/AuthZENTests/Fixtures/" + name }

extension String {
    fileprivate func components(by separator: String) -> [String] {
        split(separator: separator, omittingEmptySubsequences: false).map { String($0) }
    }
}
