import Glibc
import Wire

/// A client's connection to a decision point: to its local socket, or by TLS to another machine.
///
/// Blocking, for one thread. Requests may be pipelined: `enqueue` any number, `flush` once,
/// `receive` each response. An allow is reported only from a complete, well-formed response to
/// a request of this connection; every error means that there is no decision, so the caller denies.
///
/// After any error but `timeout` and `invalidRequest` the connection is of no use any more.
public struct Connection: ~Copyable {
    private enum Expectation {
        case answers(Int, isBatch: Bool)
        case pong
    }

    private var transport: Transport
    private let options: ConnectionOptions
    private let limits: FrameLimits
    private var output = FrameBuffer()
    private var input = FrameBuffer()
    private var consumedInput = 0
    private var expected: [UInt64: Expectation] = [:]
    private var nextID: UInt64 = 1
    private var failure: ClientError?
    private var isOutputClosed = false
    private var isInputClosed = false

    /// Connects to the socket at `path`.
    /// - Throws: `invalidPath`, `noServer`, `untrustedServer`, `timeout` or `system`.
    public init(
        path: String, options: ConnectionOptions = ConnectionOptions()
    ) throws(ClientError) {
        self.init(Transport(try StreamSocket(path: path, options: options)), options)
    }

    /// Connects to a server on another machine, which must prove who it is, as must the client.
    ///
    /// What the client may ask follows from its certificate. That the server does not believe it may
    /// be known only when the first response is received.
    /// - Throws: `noServer`, `tls`, `timeout` or `system`.
    public init(
        host: String, port: UInt16, tls: TLSOptions,
        options: ConnectionOptions = ConnectionOptions()
    ) throws(ClientError) {
        let deadline = Deadline(after: options.connectTimeout)
        let session = try TLSSession(tls, host: host)
        var transport = Transport(
            try StreamSocket(host: host, port: port, deadline: deadline), session)
        try transport.shakeHands(until: deadline)
        self.init(transport, options)
    }

    private init(_ transport: consuming Transport, _ options: ConnectionOptions) {
        self.transport = transport
        self.options = options
        limits = FrameLimits(
            maximumFrameBytes: options.maximumFrameBytes,
            maximumBatchItems: options.maximumBatchItems)
    }

    /// The number of requests without a response.
    public var unansweredCount: Int { expected.count }

    /// Adds a request to those that the next `flush` sends.
    /// - Parameters:
    ///   - evidence: proof of who asks; `nil` for none.
    ///   - deadline: how long after receipt the answer is of use; `nil` is the server's default.
    ///   - atLeastRevision: the revision that the store must have reached; 0 is any.
    /// - Returns: the request's id, which its response carries.
    /// - Throws: `invalidRequest`, or what made the connection fail before.
    @discardableResult
    public mutating func enqueue(
        _ request: EncodedRequest, evidence: EncodedEvidence? = nil, deadline: Duration? = nil,
        atLeastRevision: UInt64 = 0
    ) throws(ClientError) -> UInt64 {
        let evidenceBytes = evidence?.encodedBytes ?? 0
        try checkRoom(
            bytes: WireLayout.decideHeaderBytes + evidenceBytes + request.encodedBytes)
        if let problem = request.problem(mayOmitPrincipal: evidence != nil) {
            throw .invalidRequest(problem)
        }
        let id = expect(.answers(1, isBatch: false))
        let microseconds = Self.microseconds(deadline)
        let start: Int
        if let evidence {
            start = output.beginDecideEvidence(
                requestID: id, deadlineMicroseconds: microseconds,
                atLeastRevision: atLeastRevision)
            append(evidence)
        } else {
            start = output.beginDecide(
                requestID: id, deadlineMicroseconds: microseconds,
                atLeastRevision: atLeastRevision)
        }
        append(request)
        output.finishFrame(startingAt: start)
        return id
    }

    /// Adds a batch, which is decided on one snapshot, to what the next `flush` sends.
    /// - Returns: the batch's request id, which its response carries.
    /// - Throws: `invalidRequest`, or what made the connection fail before.
    @discardableResult
    public mutating func enqueueBatch(
        _ requests: [EncodedRequest], evidence: EncodedEvidence? = nil,
        deadline: Duration? = nil, atLeastRevision: UInt64 = 0
    ) throws(ClientError) -> UInt64 {
        var bytes = WireLayout.decideHeaderBytes + (evidence?.encodedBytes ?? 0)
        for request in requests {
            if let problem = request.problem(mayOmitPrincipal: evidence != nil) {
                throw .invalidRequest(problem)
            }
            bytes += request.encodedBytes
        }
        try checkRoom(bytes: bytes)
        if requests.isEmpty || requests.count > limits.maximumBatchItems {
            throw .invalidRequest(
                "a batch of \(requests.count) questions is not in 1...\(limits.maximumBatchItems)")
        }
        let id = expect(.answers(requests.count, isBatch: true))
        let count = UInt32(requests.count)
        let microseconds = Self.microseconds(deadline)
        let start: Int
        if let evidence {
            start = output.beginDecideEvidence(
                requestID: id, itemCount: count, deadlineMicroseconds: microseconds,
                atLeastRevision: atLeastRevision)
            append(evidence)
        } else {
            start = output.beginDecideBatch(
                requestID: id, itemCount: count, deadlineMicroseconds: microseconds,
                atLeastRevision: atLeastRevision)
        }
        for request in requests { append(request) }
        output.finishFrame(startingAt: start)
        return id
    }

    /// Adds a ping to what the next `flush` sends.
    /// - Returns: the ping's request id, which its response carries.
    @discardableResult
    public mutating func enqueuePing() throws(ClientError) -> UInt64 {
        try checkRoom(bytes: WireLayout.headerBytes)
        let id = expect(.pong)
        output.appendPing(requestID: id)
        return id
    }

    /// Sends what was enqueued; keeps the responses that come meanwhile, so that neither side
    /// waits for the other.
    ///
    /// That the server has closed the connection is reported by `receive`, after the responses
    /// that it sent before.
    /// - Throws: `timeout`, after which `flush` may be called again, or `system`.
    public mutating func flush() throws(ClientError) {
        if let failure { throw failure }
        let deadline = Deadline(after: options.responseTimeout)
        while (output.count > 0 || transport.hasUnsent) && !isOutputClosed {
            if let sent = unsafe transport.send(output.written.buffer) {
                output.removeFirst(sent)
                continue
            }
            switch errno {
            case EAGAIN:
                let mayRead =
                    !isInputClosed && input.count - consumedInput < options.maximumBufferedBytes
                let events = transport.wait(
                    for: mayRead ? Int32(POLLIN | POLLOUT) : Int32(POLLOUT), until: deadline)
                if events == 0 { throw .timeout(operation: "send requests") }
                if mayRead && events & Int32(POLLIN) != 0 { try readAvailable() }
            case EPIPE, ECONNRESET: isOutputClosed = true
            default: throw fail(.system(operation: "send requests", code: errno))
            }
        }
        output.removeAll()
    }

    /// Waits for the next response.
    /// - Throws: `timeout`, after which `receive` may be called again; `refused`,
    ///   `connectionClosed`, `malformedResponse`, `unexpectedResponse` or `system`.
    public mutating func receive() throws(ClientError) -> Response {
        if let failure { throw failure }
        if expected.isEmpty && !isOutputClosed {
            throw .invalidRequest("no request waits for a response")
        }
        let deadline = Deadline(after: options.responseTimeout)
        while true {
            if let response = try takeResponse() { return response }
            if isInputClosed { throw fail(.connectionClosed) }
            if transport.wait(for: Int32(POLLIN), until: deadline) == 0 {
                throw .timeout(operation: "wait for a response")
            }
            try readAvailable()
        }
    }

    /// Asks one question and waits for its answer; nothing else may be unanswered.
    public mutating func decide(
        _ request: EncodedRequest, evidence: EncodedEvidence? = nil, deadline: Duration? = nil,
        atLeastRevision: UInt64 = 0
    ) throws(ClientError) -> Answer {
        try checkNothingUnanswered()
        try enqueue(
            request, evidence: evidence, deadline: deadline, atLeastRevision: atLeastRevision)
        guard case .answers(_, let answers) = try roundTrip(), let answer = answers.first else {
            throw fail(.malformedResponse("no answer to a question"))
        }
        return answer
    }

    /// Asks several questions on one snapshot and waits for their answers, in the same order;
    /// nothing else may be unanswered.
    public mutating func decideBatch(
        _ requests: [EncodedRequest], evidence: EncodedEvidence? = nil,
        deadline: Duration? = nil, atLeastRevision: UInt64 = 0
    ) throws(ClientError) -> [Answer] {
        try checkNothingUnanswered()
        try enqueueBatch(
            requests, evidence: evidence, deadline: deadline, atLeastRevision: atLeastRevision)
        guard case .answers(_, let answers) = try roundTrip() else {
            throw fail(.malformedResponse("no answer to a batch"))
        }
        return answers
    }

    /// Asks whether the server is there; nothing else may be unanswered.
    public mutating func ping() throws(ClientError) {
        try checkNothingUnanswered()
        try enqueuePing()
        guard case .pong = try roundTrip() else {
            throw fail(.malformedResponse("no pong to a ping"))
        }
    }

    private mutating func roundTrip() throws(ClientError) -> Response {
        try flush()
        return try receive()
    }

    private func checkNothingUnanswered() throws(ClientError) {
        if !expected.isEmpty {
            throw .invalidRequest("\(expected.count) requests still wait for their responses")
        }
    }

    private func checkRoom(bytes: Int) throws(ClientError) {
        if let failure { throw failure }
        if bytes > limits.maximumFrameBytes {
            throw .invalidRequest(
                "\(bytes) bytes are more than the limit of \(limits.maximumFrameBytes)")
        }
        if expected.count >= options.maximumUnanswered {
            throw .invalidRequest("\(expected.count) requests wait for their responses already")
        }
    }

    private mutating func expect(_ expectation: Expectation) -> UInt64 {
        let id = nextID
        nextID += 1
        expected[id] = expectation
        return id
    }

    private mutating func append(_ request: EncodedRequest) {
        unsafe output.appendItem(
            principal: request.principal.span.bytes, action: request.action.span.bytes,
            resource: request.resource.span.bytes, context: request.context.span.bytes)
    }

    private mutating func append(_ evidence: EncodedEvidence) {
        output.beginEvidence(partBytes: evidence.encodedBytes - WireLayout.evidenceHeaderBytes)
        for (kind, bytes) in evidence.parts {
            unsafe output.appendEvidence(kind, bytes.span.bytes)
        }
    }

    private mutating func fail(_ error: ClientError) -> ClientError {
        failure = error
        return error
    }

    private mutating func readAvailable() throws(ClientError) {
        var received: Int?
        unsafe input.appendInPlace(limit: 64 << 10) { (room) in
            received = unsafe transport.receive(into: room)
            return received ?? 0
        }
        if received == 0 { isInputClosed = true }
        if received == nil {
            let code = errno
            if let reason = transport.failure { throw fail(.tls(reason)) }
            switch code {
            case EAGAIN: break
            case ECONNRESET: isInputClosed = true
            default: throw fail(.system(operation: "receive a response", code: code))
            }
        }
    }

    /// The next whole response, if it has come.
    private mutating func takeResponse() throws(ClientError) -> Response? {
        let written = input.written
        let rest = written.region(from: consumedInput, count: written.count - consumedInput)
        let header: FrameHeader
        let frame: ByteRegion
        do {
            guard let parsed = try FrameHeader.parse(rest, limits: limits),
                parsed.lengthBytes <= rest.count
            else {
                input.removeFirst(consumedInput)
                consumedInput = 0
                return nil
            }
            header = parsed
            frame = rest.region(from: 0, count: header.lengthBytes)
        } catch {
            throw fail(.malformedResponse("\(error.message)"))
        }
        consumedInput += header.lengthBytes
        switch header.kind {
        case .decision, .decisionBatch: return try takeAnswers(header, frame)
        case .pong: return try takePong(header, frame)
        case .refusal: throw fail(Self.refusal(header, frame))
        case .decide, .decideBatch, .ping, .decideEvidence, .decideBatchEvidence:
            throw fail(.malformedResponse("\(FrameError.unknownKind.message)"))
        }
    }

    private mutating func takeAnswers(
        _ header: FrameHeader, _ frame: ByteRegion
    ) throws(ClientError) -> Response {
        guard case .answers(let count, let isBatch) = expected[header.requestID] else {
            throw fail(.unexpectedResponse(requestID: header.requestID))
        }
        var answers: [Answer] = []
        answers.reserveCapacity(count)
        do {
            let response = try DecisionFrame.parse(header, frame: frame, limits: limits)
            try response.forEachAnswer { (view) throws(FrameError) in
                answers.append(try Answer(view))
            }
        } catch {
            throw fail(.malformedResponse("\(error.message)"))
        }
        if isBatch && header.kind == .decision, let answer = answers.first, !answer.isAllowed {
            // The batch as a whole could not be read: one deny stands for all its questions.
            answers = Array(repeating: answer, count: count)
        } else if isBatch != (header.kind == .decisionBatch) || answers.count != count {
            throw fail(
                .malformedResponse(
                    "\(answers.count) answers to \(count) questions, or the wrong kind")
            )
        }
        expected[header.requestID] = nil
        return .answers(requestID: header.requestID, answers)
    }

    private mutating func takePong(
        _ header: FrameHeader, _ frame: ByteRegion
    ) throws(ClientError) -> Response {
        guard case .pong = expected[header.requestID] else {
            throw fail(.unexpectedResponse(requestID: header.requestID))
        }
        if frame.count != WireLayout.headerBytes {
            throw fail(.malformedResponse("\(FrameError.trailingBytes.message)"))
        }
        expected[header.requestID] = nil
        return .pong(requestID: header.requestID)
    }

    private static func refusal(_ header: FrameHeader, _ frame: ByteRegion) -> ClientError {
        do throws(FrameError) {
            let refusal = try RefusalFrame.parse(header, frame: frame)
            guard let text = refusal.text.text() else { throw .textNotUTF8 }
            return .refused(refusal.reason, text: text)
        } catch {
            return .malformedResponse("\(error.message)")
        }
    }

    private static func microseconds(_ deadline: Duration?) -> UInt32 {
        guard let deadline else { return 0 }
        let (seconds, attoseconds) = deadline.components
        // 0 would mean the default: a deadline that has passed is the shortest one.
        if seconds < 0 || attoseconds < 0 { return 1 }
        if seconds > 4000 { return .max }
        return UInt32(max(1, seconds * 1_000_000 + attoseconds / 1_000_000_000_000))
    }
}
