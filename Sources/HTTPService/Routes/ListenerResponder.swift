import AuthZEN
import HTTPTypes
import Hummingbird
import Logging
import NIOCore
import NIOSSL
import Synchronization

/// Answers the requests of one listener.
struct ListenerResponder: HTTPResponder {
    let listener: HTTPListener
    let pool: DecisionPool
    let metrics: ListenerMetrics
    let allMetrics: ServiceMetrics
    let metadata: [UInt8]?
    let mounts: [MountedRoute]
    let identifiers: DecisionIdentifiers
    let drain: DrainState
    private let clock = ContinuousClock()

    init(
        _ listener: HTTPListener, _ pool: DecisionPool, _ metrics: ListenerMetrics,
        _ allMetrics: ServiceMetrics, metadata: [UInt8]?, mounts: [MountedRoute],
        drain: DrainState
    ) {
        self.listener = listener
        self.pool = pool
        self.metrics = metrics
        self.allMetrics = allMetrics
        self.metadata = metadata
        self.mounts = mounts
        self.drain = drain
        identifiers = DecisionIdentifiers()
    }

    func respond(to request: Request, context: ListenerContext) async throws -> Response {
        let begin = clock.now
        let target = RequestTarget(request.head.path ?? "")
        let route = RouteKey(target.path, mounts, hasMetadata: metadata != nil)
        var answer = await self.answer(request, route, target, context)
        let requestID = request.headers[.requestID]
        if let requestID, requestID.utf8.count <= listener.limits.maximumRequestIDBytes {
            answer.headers[.requestID] = requestID
        }
        let elapsed = (clock.now - begin).components
        metrics.count(
            route.metric, status: answer.status.code,
            nanoseconds: UInt64(elapsed.seconds) * 1_000_000_000
                + UInt64(elapsed.attoseconds / 1_000_000_000))
        return answer
    }

    private func answer(
        _ request: Request, _ route: RouteKey, _ target: RequestTarget, _ context: ListenerContext
    ) async -> Response {
        if let refusal = refusal(request, target) { return refusal }
        switch route {
        case .live: return only(.get, request) { .text(.ok, "live") }
        case .ready: return only(.get, request) { ready() }
        case .metadata:
            // Whoever looks for the decision point is not known yet.
            return only(.get, request) { metadataAnswer() }
        case .openAPI: return only(.get, request) { .json(OpenAPIDocument.bytes) }
        case .unknown: return .text(.notFound, "there is nothing here: see `/openapi.json`")
        case .metrics, .operation, .mounted: break
        }
        var caller: String?
        if !listener.authentication.isOpen {
            caller = await self.caller(request, context)
            guard caller != nil else { return .unauthenticated }
        }
        switch route {
        case .metrics:
            guard listener.servesMetrics else { return .text(.notFound, "no metrics here") }
            return only(.get, request) { metricsAnswer() }
        case .operation(let operation): return await decide(operation, request)
        case .mounted(let mount): return await answer(mount, request, target, caller)
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
        var ids = 0
        for field in request.headers where field.name == .requestID {
            ids += 1
            if ids > 1 { return .text(.badRequest, "`X-Request-ID` is sent twice") }
            if field.value.utf8.count > listener.limits.maximumRequestIDBytes {
                return .text(
                    .badRequest,
                    "`X-Request-ID` is longer than \(listener.limits.maximumRequestIDBytes) bytes")
            }
        }
        return nil
    }

    // MARK: Authentication

    private func caller(_ request: Request, _ context: ListenerContext) async -> String? {
        var values: [String] = []
        for field in request.headers where field.name == .authorization {
            values.append(field.value)
        }
        // One that is sent twice could be read differently by whoever stands between.
        if values.count == 1, let name = listener.authentication.caller(authorization: values[0]) {
            return name
        }
        guard values.isEmpty, listener.authentication.takesCertificates,
            let certificate = try? await context.channel.nioSSL_peerCertificate().get(),
            let der = try? certificate.toDERBytes()
        else { return nil }
        // TLS has verified the chain: it does not let others through.
        return "certificate:"
            + Digest.sha256(der).prefix(16).map { hexadecimal(UInt64($0)).suffix(2) }
            .joined()
    }

    // MARK: Answers

    private func ready() -> Response {
        guard !drain.isDraining else { return .text(.serviceUnavailable, "stopping") }
        let readiness = pool.readiness()
        guard readiness.isStoreReadable else {
            return .text(.serviceUnavailable, "the entity store cannot be read")
        }
        return .text(.ok, "ready")
    }

    private func metadataAnswer() -> Response {
        var response = Response.json(metadata ?? [])
        response.headers[.cacheControl] = "max-age=3600"
        return response
    }

    private func metricsAnswer() -> Response {
        let readiness = pool.readiness()
        var response = Response.text(
            .ok,
            allMetrics.text(
                policyVersion: readiness.policyVersion, revision: readiness.revision))
        response.headers[.contentType] = "text/plain; version=0.0.4; charset=utf-8"
        return response
    }

    private func decide(_ operation: AuthZENOperation, _ request: Request) async -> Response {
        guard request.method == .post else { return .notAllowed(.post) }
        guard request.isJSON else {
            return .text(.badRequest, "the content type must be `application/json`")
        }
        guard let body = await self.body(request) else { return tooLarge }
        let reply = body.withUnsafeReadableBytesSpan { pool.answer(operation, $0) }
        metrics.count(reply)
        let status: HTTPResponse.Status =
            reply.status == 200 ? .ok : reply.status == 400 ? .badRequest : .internalServerError
        var response =
            reply.status == 200
            ? Response.json(reply.body) : .text(status, String(decoding: reply.body, as: UTF8.self))
        response.headers[.decisionID] = identifiers.next()
        response.headers[.policyVersion] = hexadecimal(reply.policyVersion)
        response.headers[.revision] = String(reply.revision)
        return response
    }

    private func body(_ request: Request) async -> ByteBuffer? {
        let maximum = listener.authzen.limits.maximumBodyBytes
        if let length = request.headers[.contentLength].flatMap({ Int($0) }), length > maximum {
            return nil
        }
        return try? await request.body.collect(upTo: maximum)
    }

    private var tooLarge: Response {
        .text(
            .contentTooLarge,
            "the body is longer than \(listener.authzen.limits.maximumBodyBytes) bytes")
    }

    private func answer(
        _ mount: MountedRoute, _ request: Request, _ target: RequestTarget, _ caller: String?
    ) async -> Response {
        guard let body = await self.body(request) else { return tooLarge }
        let reply = mount.answer(
            MountedRequest(
                method: request.method.rawValue, path: String(target.path),
                query: target.query.map { String($0) },
                fields: request.headers.map { ($0.name.canonicalName, $0.value) },
                body: Array(body.readableBytesView), caller: caller))
        var response = Response(
            status: HTTPResponse.Status(code: reply.status),
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: reply.body)))
        for field in reply.fields {
            guard let name = HTTPField.Name(field.name) else { continue }
            response.headers.append(HTTPField(name: name, value: field.value))
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
    private let prefix = hexadecimal(UInt64.random(in: .min ... .max))
    private let count = Atomic<UInt64>(0)

    func next() -> String {
        prefix + hexadecimal(count.add(1, ordering: .relaxed).newValue)
    }
}
