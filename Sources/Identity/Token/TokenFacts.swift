/// A piece of the text of ``TokenFacts``.
package struct TokenText: Sendable, Hashable, BitwiseCopyable {
    let start: UInt32
    let count: UInt32

    /// Its place in ``TokenFacts/utf8``.
    package var bounds: Range<Int> { Int(start)..<Int(start) + Int(count) }
}

/// Several pieces of the text of ``TokenFacts``, in the token's order.
package struct TokenTexts: Sendable, Hashable, BitwiseCopyable {
    let first: UInt32
    package let count: Int

    /// Their places in ``TokenFacts/texts``.
    package var bounds: Range<Int> { Int(first)..<Int(first) + count }
}

/// What a token says, believed because its signature was verified, or its gateway.
///
/// All text lies one after another in one array, so that it can be laid out elsewhere without being
/// converted. No text has control characters. Compare by bytes.
package struct TokenFacts: Sendable {
    /// Where the facts come from.
    package enum Source: UInt8, Sendable {
        case accessToken
        case svid
        case introspection
    }

    /// A configured claim that the token has.
    package struct Claim: Sendable, BitwiseCopyable {
        package let name: TokenText
        /// One for a string, number or boolean, which is written as in JSON.
        package let values: TokenTexts
        package let isList: Bool
    }

    package internal(set) var source = Source.accessToken
    /// The text of all facts.
    package internal(set) var utf8: [UInt8] = []
    /// The pieces that lists consist of.
    package internal(set) var texts: [TokenText] = []
    package internal(set) var claims: [Claim] = []

    /// `iss`; empty for a JWT-SVID without it, where it means nothing.
    package internal(set) var issuer = TokenText(start: 0, count: 0)
    /// `sub`.
    package internal(set) var subject = TokenText(start: 0, count: 0)
    /// `client_id`; for ``TokenRules/Form/plain`` also `azp`.
    package internal(set) var clientID: TokenText?
    /// `jti`.
    package internal(set) var tokenID: TokenText?
    /// `acr`.
    package internal(set) var authenticationClass: TokenText?
    /// `sub` of `act`: who acts for the subject now. Source: RFC 8693, section 4.1.
    package internal(set) var actor: TokenText?
    /// `txn`. Source: RFC 8417, section 2.2.
    package internal(set) var transaction: TokenText?
    /// `aud`.
    package internal(set) var audience = TokenTexts(first: 0, count: 0)
    /// The words of `scope`.
    package internal(set) var scopes = TokenTexts(first: 0, count: 0)
    /// `amr`.
    package internal(set) var authenticationMethods = TokenTexts(first: 0, count: 0)

    /// `auth_time`, seconds since 1970.
    package internal(set) var authenticatedAtSeconds: Int64?
    /// `iat`, seconds since 1970.
    package internal(set) var issuedAtSeconds: Int64?
    /// `nbf`, seconds since 1970.
    package internal(set) var notBeforeSeconds: Int64?
    /// `exp`, seconds since 1970; the token has expired at this second, or the skew later.
    package internal(set) var expiresAtSeconds: Int64 = 0

    /// `x5t#S256` of `cnf`: the only certificate with which the token may be used; see
    /// ``bindingRejection(presented:)``.
    package internal(set) var boundTo: Fingerprint?

    /// The subject of a JWT-SVID. No other token has it, whatever its `sub` looks like.
    package internal(set) var spiffeID: SpiffeID?

    /// A copy of one text's bytes.
    package func bytes(_ text: TokenText) -> [UInt8] { Array(utf8[text.bounds]) }

    /// One text.
    package func string(_ text: TokenText) -> String {
        String(decoding: utf8[text.bounds], as: UTF8.self)
    }

    /// The texts of a list.
    package func strings(_ list: TokenTexts) -> [String] { texts[list.bounds].map(string) }

    /// A configured claim by its name; nil when the token does not have it.
    package func claim(_ name: String) -> Claim? {
        claims.first { utf8[$0.name.bounds].elementsEqual(name.utf8) }
    }

    /// Why the token may not be used with this certificate; nil when it may.
    ///
    /// Source: RFC 8705, section 3.
    /// - Parameter presented: the thumbprint of the certificate that the client proved to have the
    ///   key of; nil when it presented none. A token that is bound to nothing goes with any.
    package func bindingRejection(presented: Fingerprint?) -> TokenRejection? {
        guard let boundTo, boundTo != presented else { return nil }
        return TokenRejection(.boundToOtherCertificate, .confirmation)
    }
}

/// What a verified token proves, shared by all who recall the verdict.
package final class VerifiedToken: Sendable {
    package let facts: TokenFacts

    /// Seconds since 1970 from which the token is valid, skew included, inclusive.
    package let validFromSeconds: Int64

    /// Seconds since 1970 at which the token expires, skew included, or its keys do; from then on the
    /// verdict must be found anew.
    package let validUntilSeconds: Int64

    init(facts: TokenFacts, validFromSeconds: Int64, validUntilSeconds: Int64) {
        self.facts = facts
        self.validFromSeconds = validFromSeconds
        self.validUntilSeconds = validUntilSeconds
    }
}

/// The judgement on a token. There is no third state.
package enum TokenVerdict: Sendable {
    /// The token is its issuer's, is meant for us, and holds now. Whether it may be used with this
    /// connection's certificate is asked for separately: ``TokenFacts/bindingRejection(presented:)``.
    case verified(VerifiedToken)
    /// It is not believed.
    case rejected(TokenRejection)
}
