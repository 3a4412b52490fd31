import AuthZEN
import DecisionPoint
import HTTPTypes
import HummingbirdCore
import Identity
import NIOCore
import NIOHTTP1
import Server
import Synchronization

/// Answers the requests of one listener.
struct ListenerResponder: Sendable {
    let listener: HTTPListener
    let pool: WorkerPool<AuthZENService>
    /// From this size on a body takes long, in bytes: a thousand evaluations of a large context do.
    private static let largeBodyBytes = 64 << 10

    /// Where searches are made, and what is large is decided; nil where there are none.
    let searches: SearchPlaces<AuthZENService>?
    let metrics: ListenerMetrics
    /// All figures as Prometheus reads them.
    let figures: @Sendable () -> String
    let metadata: [UInt8]?
    let identifiers: DecisionIdentifiers
    let drain: DrainState
    let peers: ConnectionPeers
    let log: RequestLog
    private let clock = ContinuousClock()
    let date = ResponseDate()

    /// What is found out about a request while it is answered, for the log.
    private struct Trail {
        var caller: String?
        /// The caller with what proved it.
        var peer = AuthenticatedPeer.anonymous
        var requestID: String?
        var decisionID: String?
        var trace: TraceParent?
        var decisions: [DecisionRecord] = []
        var omitted = 0
        var asked: RequestLog.AskedRequest?
        /// Whether a mounted route has answered.
        var isMounts = false
    }

    init(
        _ listener: HTTPListener, _ pool: WorkerPool<AuthZENService>,
        searches: SearchPlaces<AuthZENService>?, _ metrics: ListenerMetrics,
        metadata: [UInt8]?, drain: DrainState, peers: ConnectionPeers, log: RequestLog,
        figures: @escaping @Sendable () -> String
    ) {
        self.listener = listener
        self.pool = pool
        self.searches = searches
        self.metrics = metrics
        self.figures = figures
        self.metadata = metadata
        self.drain = drain
        self.peers = peers
        self.log = log
        identifiers = DecisionIdentifiers()
    }

    func respond(to request: Request, on channel: any Channel) async -> Response {
        let begin = clock.now
        let target = RequestTarget(request.head.path ?? "")
        let route = RouteKey(target.path, listener, hasMetadata: metadata != nil)
        var trail = Trail()
        // One that is refused does not come back: what would is not what was sent.
        if refusal(ofRequestIDs: request) == nil { trail.requestID = request.headers[.requestID] }
        var answer = await self.answer(request, route, target, channel, &trail)
        if listener.family == .forwardAuth, case .mounted = route, !trail.isMounts {
            // nginx makes a 500 of another code, and others pass it on to their clients.
            answer.status = .forbidden
            answer.headers[.wwwAuthenticate] = nil
        }
        answer.headers[.date] = date.text
        if let requestID = trail.requestID { answer.headers[.requestID] = requestID }
        let elapsed = (clock.now - begin).components
        let nanoseconds =
            UInt64(elapsed.seconds) * 1_000_000_000 + UInt64(elapsed.attoseconds / 1_000_000_000)
        metrics.count(route.metric, status: answer.status.code, nanoseconds: nanoseconds)
        if listener.logged != .none {
            write(request, target, answer.status.code, nanoseconds, trail)
        }
        // A body behind it would be taken for the beginning of the next answer.
        return request.method == .head ? answer.createHeadResponse() : answer
    }

    private func write(
        _ request: Request, _ target: RequestTarget, _ status: Int, _ nanoseconds: UInt64,
        _ trail: Trail
    ) {
        guard listener.logged.includes(status: status, trail.decisions) else { return }
        log.write(
            RequestLog.Entry(
                listener: listener.name, caller: trail.caller, method: request.method.rawValue,
                path: String(target.path), asked: trail.asked, status: status,
                nanoseconds: nanoseconds,
                requestID: trail.requestID,
                trace: trail.trace ?? request.headers[.traceParent].flatMap { TraceParent($0) },
                decisionID: trail.decisionID, decisions: trail.decisions, omitted: trail.omitted))
    }

    private func answer(
        _ request: Request, _ route: RouteKey, _ target: RequestTarget,
        _ channel: any Channel, _ trail: inout Trail
    ) async -> Response {
        if let refusal = refusal(request, target) { return refusal }
        switch route {
        case .live: return only(.get, request) { .text(.ok, "live") }
        case .ready: return only(.get, request) { ready() }
        case .metadata:
            // Whoever looks for the decision point is not known yet.
            return only(.get, request) { metadataAnswer() }
        case .openAPI:
            return only(.get, request) {
                .json(OpenAPIDocument.bytes(withMetrics: listener.servesMetrics))
            }
        case .unknown:
            return .text(
                .notFound,
                listener.family == .authzen
                    ? "there is nothing here: see `/openapi.json`" : "there is nothing here")
        case .metrics, .operation, .mounted: break
        }
        if listener.authentication.isOpen {
            trail.peer = peer(channel)
        } else {
            guard let (name, peer) = await caller(request, channel) else {
                return .unauthenticated
            }
            trail.caller = name
            trail.peer = peer
        }
        switch route {
        case .metrics:
            if let refusal = refusal(of: trail.peer, &trail) { return refusal }
            return only(.get, request) { metricsAnswer() }
        case .operation(let operation):
            return await decide(operation, request, channel, &trail)
        case .mounted(let mount):
            return await answer(mount, request, target, channel, &trail)
        case .live, .ready, .metadata, .openAPI, .unknown:
            return .text(.notFound, "there is nothing here")
        }
    }

    private func only(
        _ method: HTTPRequest.Method, _ request: Request, _ body: () -> Response
    ) -> Response {
        guard request.method == method || (method == .get && request.method == .head) else {
            return .notAllowed(method)
        }
        return body()
    }

    /// What is wrong with a request before anybody looks at what it asks for.
    private func refusal(_ request: Request, _ target: RequestTarget) -> Response? {
        if target.byteCount > listener.limits.maximumPathBytes {
            return .text(
                .uriTooLong, "the path is longer than \(listener.limits.maximumPathBytes) bytes")
        }
        // A gateway's call carries the field of its client.
        if listener.family != .forwardAuth, request.headers.contains(.expect),
            request.headers[values: .expect].contains(where: { !ConnectionEnding.isContinue($0) })
        {
            return .text(.expectationFailed, "of `Expect` only `100-continue` is understood")
        }
        return refusal(ofRequestIDs: request)
    }

    /// What is wrong with `X-Request-ID`: it stands once and is of visible ASCII, so that it comes back
    /// byte for byte and is one word in logs.
    private func refusal(ofRequestIDs request: Request) -> Response? {
        var ids = 0
        for field in request.headers where field.name == .requestID {
            ids += 1
            if ids > 1 { return .text(.badRequest, "`X-Request-ID` is sent twice") }
            if field.value.utf8.count > listener.limits.maximumRequestIDBytes {
                return .text(
                    .badRequest,
                    "`X-Request-ID` is longer than \(listener.limits.maximumRequestIDBytes) bytes")
            }
            if field.value.isEmpty || !field.value.utf8.allSatisfy({ 0x21..<0x7F ~= $0 }) {
                return .text(
                    .badRequest, "`X-Request-ID` must be visible ASCII without spaces")
            }
        }
        return nil
    }

    // MARK: Authentication

    /// Who asks; nil when they prove nothing, or show a certificate that is not believed.
    private func caller(
        _ request: Request, _ channel: any Channel
    ) async -> (name: String, peer: AuthenticatedPeer)? {
        let authentication = listener.authentication
        var certificate: JudgedCertificate?
        switch await peers.certificate(of: channel) {
        case .none: break
        case .rejected: return nil
        case .certificate(let shown):
            // A key does not mend it.
            guard let judged = shown.judged else { return nil }
            certificate = judged
        }
        var values: [String] = []
        for field in request.headers where field.name == .authorization {
            values.append(field.value)
        }
        let found: ProvenCaller?
        // A gateway's call carries the field of its client.
        if let value = values.first, listener.family != .forwardAuth {
            // One that is sent twice could be read differently by whoever stands between, and a wrong
            // one is not mended by a certificate.
            guard values.count == 1 else { return nil }
            found = authentication.caller(authorization: value, certificate: certificate)
        } else {
            found = certificate.flatMap { judged in
                authentication.certificates?.caller(judged.certificate.facts)
            }.map { ProvenCaller(name: $0) }
        }
        guard let found else { return nil }
        return (
            found.name, peer(channel, found.name, certificate: certificate, token: found.token)
        )
    }

    /// The caller as policies see it, with what proved it.
    private func peer(
        _ channel: any Channel, _ caller: String? = nil, certificate: JudgedCertificate? = nil,
        token: JudgedToken? = nil
    ) -> AuthenticatedPeer {
        var peer: ListenerFacts.Peer = caller.map { .identified($0) } ?? .anonymous
        if let local = peers[channel].credentials {
            peer = .local(userID: local.userID, groupID: local.groupID)
        }
        return AuthenticatedPeer(peer, certificate: certificate, token: token)
    }

    /// What is told a caller whose own certificate or token is restricted, as of now; nil for others.
    private func refusal(of peer: AuthenticatedPeer, _ trail: inout Trail) -> Response? {
        guard peer.certificate != nil || peer.token != nil,
            let reply = pool.withWorker({ $0.refusal(of: peer) })
        else { return nil }
        return response(reply, &trail)
    }

    // MARK: Answers

    private func ready() -> Response {
        guard !drain.isDraining else { return .text(.serviceUnavailable, "stopping") }
        let readiness = pool.withWorker { $0.readiness() }
        guard readiness.isStoreReadable else {
            return .text(.serviceUnavailable, "the entity store cannot be read")
        }
        guard readiness.policyCount > 0 else {
            return .text(.serviceUnavailable, "there are no policies: everything is denied")
        }
        return .text(.ok, "ready")
    }

    private func metadataAnswer() -> Response {
        var response = Response.json(metadata ?? [])
        response.headers[.cacheControl] = "max-age=3600"
        return response
    }

    private func metricsAnswer() -> Response {
        var response = Response.text(.ok, figures())
        response.headers[.contentType] = "text/plain; version=0.0.4; charset=utf-8"
        return response
    }

    private func decide(
        _ operation: AuthZENOperation, _ request: Request, _ channel: any Channel,
        _ trail: inout Trail
    ) async -> Response {
        guard request.method == .post else { return .notAllowed(.post) }
        guard request.isJSON else {
            return .text(.badRequest, "the content type must be `application/json`, in UTF-8")
        }
        guard !request.isEncoded else {
            return .text(
                .unsupportedMediaType, "send the body as it is, without `Content-Encoding`")
        }
        let body: ByteBuffer
        switch await self.body(request, channel) {
        case .whole(let bytes): body = bytes
        case .refused(let refusal): return refusal
        }
        let peer = trail.peer
        guard let searches, operation.isSearch || body.readableBytes >= Self.largeBodyBytes else {
            return response(
                pool.withWorker { worker in
                    body.withUnsafeReadableBytesSpan { worker.answer(operation, $0, from: peer) }
                }, &trail)
        }
        let reply = await searches.search { worker in
            body.withUnsafeReadableBytesSpan { worker.answer(operation, $0, from: peer) }
        }
        guard let reply else {
            metrics.connections.add(.refusedSearches)
            return .overloaded
        }
        return response(reply, &trail)
    }

    private func response(_ reply: AuthZENReply, _ trail: inout Trail) -> Response {
        metrics.count(reply)
        if reply.status == 403 { metrics.connections.add(.quarantinedCallers) }
        let decisionID = identifiers.next()
        trail.decisionID = decisionID
        trail.decisions = reply.decisions
        trail.omitted = reply.omittedDecisions
        var response =
            reply.status == 200
            ? Response.json(reply.body)
            : .text(
                HTTPResponse.Status(code: Int(reply.status)),
                String(decoding: reply.body, as: UTF8.self))
        response.headers[.errorCode] = reply.errorCode
        response.headers[.decisionID] = decisionID
        response.headers[.policyVersion] = HexadecimalDigits(reply.policyVersion).text
        response.headers[.revision] = String(reply.revision)
        return response
    }

    /// A request's body, or what is said to the caller instead.
    private enum ReceivedBody {
        case whole(ByteBuffer)
        case refused(Response)
    }

    private func body(_ request: Request, _ channel: any Channel) async -> ReceivedBody {
        let maximum = listener.authzen.limits.maximumBodyBytes
        if let length = request.headers[.contentLength].flatMap({ Int($0) }), length > maximum {
            return .refused(tooLarge)
        }
        if request.headers.contains(.expect) {
            // A connection that has ended shows when it is read from.
            try? await channel.triggerUserOutboundEvent(ConnectionEnding.BodyWanted())
        }
        do {
            return .whole(try await request.body.collect(upTo: maximum))
        } catch is NIOTooManyBytesError {
            return .refused(tooLarge)
        } catch {
            return .refused(.text(.badRequest, "the body does not come as HTTP/1.1 has it"))
        }
    }

    private var tooLarge: Response {
        .text(
            .contentTooLarge,
            "the body is longer than \(listener.authzen.limits.maximumBodyBytes) bytes")
    }

    private func answer(
        _ mount: MountedRoute, _ request: Request, _ target: RequestTarget,
        _ channel: any Channel, _ trail: inout Trail
    ) async -> Response {
        let body: ByteBuffer
        switch await self.body(request, channel) {
        case .whole(let bytes): body = bytes
        case .refused(let refusal): return refusal
        }
        let decisionID = identifiers.next()
        trail.trace = request.headers[.traceParent].flatMap { TraceParent($0) }
        let reply = mount.answer(
            MountedRequest(
                method: request.method.rawValue, path: String(target.path),
                query: target.query.map { String($0) },
                fields: request.headers.map { ($0.name.canonicalName, $0.value) },
                body: Array(body.readableBytesView), caller: trail.caller,
                peer: trail.peer, decisionID: decisionID, trace: trail.trace))
        var response = Response(
            status: HTTPResponse.Status(code: reply.status),
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: reply.body)))
        for field in reply.fields {
            guard let name = HTTPField.Name(field.name) else { continue }
            response.headers.append(HTTPField(name: name, value: field.value))
        }
        trail.isMounts = true
        trail.asked = reply.asked
        trail.decisionID = reply.decisionID ?? decisionID
        if let decision = reply.decision {
            metrics.count(decision)
            trail.decisions = [decision]
        }
        return response
    }
}

/// Whether the service is being stopped.
final class DrainState: Sendable {
    private let state = Atomic<Bool>(false)

    var isDraining: Bool { state.load(ordering: .relaxed) }

    func begin() { state.store(true, ordering: .relaxed) }
}

/// Names for decisions that no two of one process share, nor two processes but by chance.
final class DecisionIdentifiers: Sendable {
    private let prefix = HexadecimalDigits(UInt64.random(in: .min ... .max)).text
    private let count = Atomic<UInt64>(0)

    func next() -> String {
        prefix + HexadecimalDigits(count.add(1, ordering: .relaxed).newValue).text
    }
}
