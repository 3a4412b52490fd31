/// Tokens that are refused whoever signed them.
///
/// It works at once, unlike the short life that tokens have. Names are compared byte by byte.
package struct TokenDenyList: Sendable, Equatable {
    /// A name within an issuer.
    package struct Name: Hashable, Sendable {
        package let issuer: [UInt8]
        package let value: [UInt8]

        package init(_ value: String, issuer: String) {
            self.init(Array(value.utf8), issuer: Array(issuer.utf8))
        }

        package init(_ value: [UInt8], issuer: [UInt8]) {
            self.issuer = issuer
            self.value = value
        }
    }

    /// Tokens by `jti`.
    package var tokens: Set<Name> = []

    /// Subjects by `sub`, with the second since 1970 before which their tokens must have been issued
    /// to be refused; `Int64.max` refuses them all. A token without `iat` is refused in any case.
    package var subjects: [Name: Int64] = [:]

    /// Clients by `client_id`.
    package var clients: Set<Name> = []

    /// Issuers by `iss`.
    package var issuers: Set<[UInt8]> = []

    /// Workloads by the SPIFFE id of their JWT-SVID.
    package var identities: Set<SpiffeID> = []

    /// Makes a list that denies nothing.
    package init() {}

    package var isEmpty: Bool {
        tokens.isEmpty && subjects.isEmpty && clients.isEmpty && issuers.isEmpty
            && identities.isEmpty
    }

    /// The first entry that believed facts meet.
    func rejection(_ facts: TokenFacts) -> TokenRejection? {
        if isEmpty { return nil }
        if let id = facts.spiffeID, identities.contains(id) {
            return TokenRejection(.deniedSubject, .subject)
        }
        let issuer = facts.bytes(facts.issuer)
        if issuers.contains(issuer) { return TokenRejection(.deniedIssuer, .issuer) }
        if let id = facts.tokenID, tokens.contains(Name(facts.bytes(id), issuer: issuer)) {
            return TokenRejection(.deniedToken, .tokenID)
        }
        if let before = subjects[Name(facts.bytes(facts.subject), issuer: issuer)],
            facts.issuedAtSeconds.map({ $0 < before }) ?? true
        {
            return TokenRejection(.deniedSubject, .subject)
        }
        if let client = facts.clientID, clients.contains(Name(facts.bytes(client), issuer: issuer))
        {
            return TokenRejection(.deniedClient, .clientID)
        }
        return nil
    }
}
