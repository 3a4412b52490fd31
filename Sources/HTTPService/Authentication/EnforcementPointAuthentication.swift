import AuthZEN

/// Who may ask: how a policy enforcement point proves that it is one.
package struct EnforcementPointAuthentication: Sendable {
    /// A key of which only the digest is known here.
    package struct APIKey: Sendable {
        /// The caller's name in logs.
        package let name: String
        let digest: [UInt8]

        /// - Parameter digest: the SHA-256 of the key; nil is returned for another size.
        package init?(name: String, digest: [UInt8]) {
            guard digest.count == Digest.byteCount else { return nil }
            self.name = name
            self.digest = digest
        }
    }

    /// Judges a bearer token; nil when it is not accepted.
    package typealias TokenJudge = @Sendable (_ token: [UInt8]) -> String?

    package var keys: [APIKey] = []
    /// Whether a client certificate that the listener verified is proof enough.
    package var takesCertificates = false
    package var judgesToken: TokenJudge?

    package init(
        keys: [APIKey] = [], takesCertificates: Bool = false, judgesToken: TokenJudge? = nil
    ) {
        self.keys = keys
        self.takesCertificates = takesCertificates
        self.judgesToken = judgesToken
    }

    /// Anybody who reaches the address may ask: for local sockets, whose file says who reaches it.
    package static let open = EnforcementPointAuthentication()

    /// Whether nothing is asked for.
    var isOpen: Bool { keys.isEmpty && !takesCertificates && judgesToken == nil }

    /// The name of the caller that a header field proves; nil when it proves none.
    ///
    /// - Parameter authorization: `Bearer KEY`, or the key alone, as some clients send it.
    func caller(authorization: String?) -> String? {
        guard var credentials = authorization.map({ Array($0.utf8) }), !credentials.isEmpty else {
            return nil
        }
        let scheme = Array("bearer ".utf8)
        let start = credentials.prefix(scheme.count).map { $0 | 0x20 }
        if start == scheme { credentials.removeFirst(scheme.count) }
        guard !credentials.isEmpty else { return nil }
        let digest = Digest.sha256(credentials)
        // All are compared, so that the time tells nothing of which one it is.
        var found: String?
        for key in keys where Digest.areEqual(key.digest, digest) { found = key.name }
        return found ?? judgesToken?(credentials)
    }
}
