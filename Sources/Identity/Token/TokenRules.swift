/// What the tokens of one issuer or trust domain must be. The defaults are the strict ones.
package struct TokenRules: Sendable, Equatable {
    /// The form of the tokens.
    package enum Form: UInt8, Sendable {
        /// An access token of RFC 9068: `typ` is `at+jwt`, and `iss`, `exp`, `aud`, `sub`,
        /// `client_id`, `iat` and `jti` are there.
        case accessToken
        /// An access token of an issuer that does not know RFC 9068: `typ` is that, `JWT`, `JOSE` or
        /// absent, and `iss`, `exp`, `aud` and `sub` are there. An ID token has this form too: its
        /// audience is the client's, so never list a client among the audiences.
        case plain
        /// A JWT-SVID: `typ` is `JWT`, `JOSE` or absent, and `exp`, `aud` and `sub` are there.
        case svid
    }

    /// A claim to be read besides those that ``TokenFacts`` names.
    package struct Claim: Sendable, Hashable {
        /// The name by which ``TokenFacts/claim(_:)`` finds it.
        package let name: [UInt8]
        /// The members on the way to it, from the top: one for most claims.
        package let path: [[UInt8]]

        /// Makes a claim that is a member at the top.
        package init(_ name: String) {
            self.init(name, path: [name])
        }

        /// Makes a claim that is a member of a member, such as `realm_access` and `roles`.
        package init(_ name: String, path: [String]) {
            self.name = Array(name.utf8)
            self.path = path.map { Array($0.utf8) }
        }
    }

    package var form: Form
    /// The names by which this service is meant; one of them must be in `aud`.
    package var audiences: [[UInt8]]
    package var algorithms: SignatureAlgorithms
    /// By how much the issuer's clock may differ from ours, in seconds.
    package var skewSeconds: Int64
    /// Most seconds between `iat`, or now when a token has none, and `exp`; nil for any number.
    package var maximumLifetimeSeconds: Int64?
    /// Claims to be read besides the known ones; a token may lack them.
    package var claims: [Claim]
    /// Whether a gateway's introspection results of this issuer are believed.
    package var acceptsIntrospection: Bool

    /// Makes rules.
    package init(
        form: Form = .accessToken, audiences: [String],
        algorithms: SignatureAlgorithms = .all, skewSeconds: Int64 = 60,
        maximumLifetimeSeconds: Int64? = 86_400, claims: [Claim] = [],
        acceptsIntrospection: Bool = false
    ) {
        self.form = form
        self.audiences = audiences.map { Array($0.utf8) }
        self.algorithms = form == .svid ? algorithms.intersection(.jwtSVID) : algorithms
        self.skewSeconds = min(max(skewSeconds, 0), Self.maximumSkewSeconds)
        self.maximumLifetimeSeconds = maximumLifetimeSeconds.map { max($0, 0) }
        self.claims = claims
        self.acceptsIntrospection = acceptsIntrospection
    }

    /// The largest skew: what differs by more is not a clock.
    package static let maximumSkewSeconds: Int64 = 600
}
