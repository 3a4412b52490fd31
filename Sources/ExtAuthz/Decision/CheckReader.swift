import DecisionPoint
import ExtAuthzMessages
import Routes
import Wire

/// Reads what a gateway tells into what routes and identities are judged by; copies only what
/// routes need.
enum CheckReader {
    /// Reads method, host, target and the header fields that routes name.
    static func read(
        _ check: borrowing CheckRequestView, fields names: [[UInt8]],
        into request: inout HTTPRequest
    ) throws(RequestRefusal) {
        request.removeAll()
        let (method, host, path) = (check.method, check.host, check.path)
        try method.withSpan { (method) throws(RequestRefusal) in
            try host.withSpan { (host) throws(RequestRefusal) in
                try path.withSpan { (target) throws(RequestRefusal) in
                    try request.read(method: method, host: host, target: target)
                }
            }
        }
        guard !names.isEmpty else { return }
        var headers = check.headers
        while let entry = headers.next() {
            guard isNamed(entry.name, names) else { continue }
            try entry.name.withSpan { (name) throws(RequestRefusal) in
                try entry.value.withSpan { (value) throws(RequestRefusal) in
                    try request.headers.append(name: name, value: value)
                }
            }
        }
    }

    private static func isNamed(_ name: ByteRegion, _ names: [[UInt8]]) -> Bool {
        for index in names.indices where names[index].count == name.count {
            if name.equals(names[index]) { return true }
        }
        return false
    }

    /// Lays out what proves who asks.
    ///
    /// - Returns: nil when there are several `Authorization` fields, of which nobody may choose one.
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
            if let token = bearer(value) { evidence.token = unsafe UntrustedBytes(token.buffer) }
        }
        return evidence
    }

    /// The token of `Authorization: Bearer`; nil for another scheme.
    ///
    /// A field with the scheme and nothing else leads to a token that no judge accepts.
    ///
    /// Source: RFC 6750, section 2.1; RFC 9110, section 11.1.
    private static func bearer(_ value: ByteRegion) -> ByteRegion? {
        let scheme: StaticString = "bearer"
        guard value.count >= scheme.utf8CodeUnitCount else { return nil }
        let word = unsafe UnsafeBufferPointer(
            start: scheme.utf8Start, count: scheme.utf8CodeUnitCount)
        for index in 0..<scheme.utf8CodeUnitCount {
            guard unsafe value.byte(at: index) | 0x20 == word[index] else { return nil }
        }
        var start = scheme.utf8CodeUnitCount
        // `bearer` alone, or another scheme that begins so.
        guard start < value.count else { return value }
        guard value.byte(at: start) == 0x20 else { return nil }
        while start < value.count, value.byte(at: start) == 0x20 { start += 1 }
        guard start < value.count else { return value }
        return value.region(from: start, count: value.count - start)
    }
}

extension ByteRegion {
    /// Lends the bytes.
    func withSpan<Result, Failure: Error>(
        _ body: (Span<UInt8>) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        guard count > 0 else {
            let nothing: [UInt8] = []
            return try body(nothing.span)
        }
        let elements = unsafe buffer.assumingMemoryBound(to: UInt8.self)
        return try unsafe body(Span(_unsafeElements: elements))
    }
}
