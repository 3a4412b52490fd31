import DecisionPoint
import ExtAuthzMessages
import Gateway
import Routes
import Wire

/// Reads what a gateway tells into what routes and identities are judged by; copies only what
/// routes need.
enum CheckReader {
    /// Reads method, host, target and what routes name of the header fields, of the extensions and of
    /// the body.
    static func read(
        _ check: borrowing CheckRequestView, into decider: inout GatewayDecider
    ) throws(RequestRefusal) {
        decider.request.removeAll()
        let (method, host, path) = (check.method, check.host, check.path)
        try method.withSpan { (method) throws(RequestRefusal) in
            try host.withSpan { (host) throws(RequestRefusal) in
                try path.withSpan { (target) throws(RequestRefusal) in
                    try decider.request.read(method: method, host: host, target: target)
                }
            }
        }
        if decider.readsHeaders {
            var headers = check.headers
            while let entry = headers.next() {
                try entry.name.withSpan { (name) throws(RequestRefusal) in
                    try entry.value.withSpan { (value) throws(RequestRefusal) in
                        try decider.takeHeader(name: name, value: value)
                    }
                }
            }
        }
        if decider.readsExtensions {
            var extensions = check.contextExtensions
            while let entry = extensions.next() {
                entry.name.withSpan { name in
                    guard decider.readsExtension(name) else { return }
                    entry.value.withSpan {
                        decider.request.extensions.append(name: name, value: $0)
                    }
                }
            }
        }
        if decider.readsBodies { readBody(check, into: &decider.request) }
    }

    /// Envoy says the same of a request without a body, of an empty one, and of one whose body it was
    /// not told to show; and a client can send the header of Envoy that says "this is all" to a host
    /// that shows none. So only the length that the client's HTTP is bound to tells that there is none.
    private static func readBody(
        _ check: borrowing CheckRequestView, into request: inout HTTPRequest
    ) {
        let (extent, size) = (check.bodyExtent, check.sizeBytes)
        if extent == .complete, check.body.count > 0 {
            check.body.withSpan { request.body.set(whole: $0) }
        } else if extent == .partial || size > 0 {
            request.body.setPartial()
        } else if case .one(let length) = request.headers.find("content-length"),
            request.headers.withValue(length, { $0.count == 1 && $0[0] == UInt8(ascii: "0") })
        {
            request.body.setAbsent()
        }
    }

    /// What logs keep of the request.
    static func asked(_ check: borrowing CheckRequestView) -> AskedRequest {
        var asked = AskedRequest(
            method: check.method.withSpan { String(repairing: $0) },
            host: check.host.withSpan { String(repairing: $0) },
            target: check.path.withSpan { String(repairing: $0) })
        var headers = check.headers
        while let entry = headers.next() {
            entry.name.withSpan { name in
                entry.value.withSpan { asked.take(field: name, $0) }
            }
        }
        return asked
    }

    /// Lays out what proves who asks.
    ///
    /// - Returns: nil when there are several `Authorization` fields, or could be: nobody may choose one.
    static func evidence(
        _ check: borrowing CheckRequestView, judgesTokens: Bool
    ) -> Evidence? {
        var evidence = Evidence()
        evidence.certificateForm = .escapedPEM
        evidence.certificate = unsafe UntrustedBytes(check.source.certificate.buffer)
        if case .socket(let host, _) = check.source.address {
            evidence.sourceIP = unsafe UntrustedBytes(host.buffer)
        }
        guard judgesTokens else { return evidence }
        switch check.authorization {
        case .absent: break
        case .several: return nil
        case .one(let value):
            let isJoined = !check.hasRawHeaders
            let field = value.withSpan { AuthorizationField($0, isJoined: isJoined) }
            switch field {
            case .other: break
            case .several: return nil
            case .bearer(let start):
                let token = value.region(from: start, count: value.count - start)
                evidence.token = unsafe UntrustedBytes(token.buffer)
            }
        }
        return evidence
    }
}
