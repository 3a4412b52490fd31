import JSON

/// Reads the claims of a token, or of an introspection result, into facts.
///
/// Numbers are whole seconds from 1970 to 9999. Texts are not empty and have no control characters.
struct ClaimReader: ~Copyable {
    /// 9999-12-31T23:59:59Z.
    private static let lastSecond: Int64 = 253_402_300_799

    private let limits: TokenLimits
    private(set) var facts = TokenFacts()

    init(_ limits: TokenLimits) { self.limits = limits }

    /// Reads everything that the rules want or know.
    ///
    /// - Throws: `claimMissing`, `claimMalformed`, `subjectNotSPIFFE`, `confirmationUnsupported`.
    mutating func read(
        _ tape: borrowing JSONTape, _ rules: TokenRules, _ source: TokenFacts.Source
    ) throws(TokenRejection) {
        let root = tape.root
        let isComplete = rules.form == .accessToken && source == .accessToken
        facts.source = source
        facts.utf8.reserveCapacity(512)
        if let issuer = try member(tape, root, .issuer, isRequired: source != .svid) {
            facts.issuer = issuer
        }
        if let subject = try member(tape, root, .subject, isRequired: true) {
            facts.subject = subject
        }
        if source == .svid {
            guard let id = try? SpiffeID(parsing: facts.bytes(facts.subject)), !id.isRoot else {
                throw TokenRejection(.subjectNotSPIFFE, .subject)
            }
            facts.spiffeID = id
        }
        facts.audience = try list(tape, root, .audience, acceptsText: true)
        if facts.audience.count == 0 { throw TokenRejection(.claimMissing, .audience) }
        guard let end = try seconds(tape, root, .expiresAt, isRequired: true) else {
            throw TokenRejection(.claimMissing, .expiresAt)
        }
        facts.expiresAtSeconds = end
        facts.notBeforeSeconds = try seconds(tape, root, .notBefore)
        facts.issuedAtSeconds = try seconds(tape, root, .issuedAt, isRequired: isComplete)
        facts.authenticatedAtSeconds = try seconds(tape, root, .authenticationTime)
        facts.tokenID = try member(tape, root, .tokenID, isRequired: isComplete)
        facts.clientID = try member(tape, root, .clientID, isRequired: isComplete)
        if facts.clientID == nil, rules.form == .plain, let party = tape.member(root, "azp") {
            facts.clientID = try text(tape, party, .clientID)
        }
        facts.authenticationClass = try member(tape, root, .authenticationClass)
        facts.authenticationMethods = try list(tape, root, .authenticationMethods)
        facts.transaction = try member(tape, root, .transaction)
        try readScopes(tape, root, rules)
        try readActor(tape, root)
        try readConfirmation(tape, root)
        for claim in rules.claims { try readConfigured(tape, root, claim) }
    }

    /// The facts, when all has been read.
    consuming func finish() -> TokenFacts { facts }

    private mutating func member(
        _ tape: borrowing JSONTape, _ object: JSONNode, _ claim: TokenClaim,
        isRequired: Bool = false
    ) throws(TokenRejection) -> TokenText? {
        guard let node = tape.member(object, claim.name) else {
            if isRequired { throw TokenRejection(.claimMissing, claim) }
            return nil
        }
        return try text(tape, node, claim)
    }

    private mutating func text(
        _ tape: borrowing JSONTape, _ node: JSONNode, _ claim: TokenClaim
    ) throws(TokenRejection) -> TokenText {
        guard tape.kind(node) == .string else { throw TokenRejection(.claimMalformed, claim) }
        let start = facts.utf8.count
        let isClean = tape.withUTF8(node) { bytes in
            for index in 0..<bytes.count {
                // Control characters have no place in a name that ends in logs and headers.
                if bytes[index] < 0x20 || bytes[index] == 0x7F { return false }
                facts.utf8.append(bytes[index])
            }
            return !bytes.isEmpty
        }
        guard isClean else { throw TokenRejection(.claimMalformed, claim) }
        return piece(from: start)
    }

    private func piece(from start: Int) -> TokenText {
        TokenText(start: UInt32(start), count: UInt32(facts.utf8.count - start))
    }

    private func seconds(
        _ tape: borrowing JSONTape, _ object: JSONNode, _ claim: TokenClaim,
        isRequired: Bool = false
    ) throws(TokenRejection) -> Int64? {
        guard let node = tape.member(object, claim.name) else {
            if isRequired { throw TokenRejection(.claimMissing, claim) }
            return nil
        }
        guard let value = tape.integer(node), 0...Self.lastSecond ~= value else {
            throw TokenRejection(.claimMalformed, claim)
        }
        return value
    }

    private mutating func list(
        _ tape: borrowing JSONTape, _ object: JSONNode, _ claim: TokenClaim,
        acceptsText: Bool = false
    ) throws(TokenRejection) -> TokenTexts {
        guard let node = tape.member(object, claim.name) else { return none }
        return try list(tape, of: node, claim, acceptsText: acceptsText)
    }

    private mutating func list(
        _ tape: borrowing JSONTape, of node: JSONNode, _ claim: TokenClaim,
        acceptsText: Bool = false
    ) throws(TokenRejection) -> TokenTexts {
        let first = facts.texts.count
        switch tape.kind(node) {
        case .string where acceptsText:
            facts.texts.append(try text(tape, node, claim))
        case .array:
            guard tape.count(node) <= limits.maximumListElements else {
                throw TokenRejection(.claimMalformed, claim)
            }
            for element in tape.elements(node) {
                let text = try text(tape, element, claim)
                facts.texts.append(text)
            }
        default: throw TokenRejection(.claimMalformed, claim)
        }
        return TokenTexts(first: UInt32(first), count: facts.texts.count - first)
    }

    private var none: TokenTexts { TokenTexts(first: 0, count: 0) }

    /// Reads `scope`: words with one space between. Source: RFC 6749, section 3.3.
    ///
    /// Issuers that do not know RFC 9068 also write a list, or `scp`.
    private mutating func readScopes(
        _ tape: borrowing JSONTape, _ root: JSONNode, _ rules: TokenRules
    ) throws(TokenRejection) {
        var node = tape.member(root, "scope")
        if node == nil, rules.form == .plain { node = tape.member(root, "scp") }
        guard let node else { return }
        if rules.form == .plain, tape.kind(node) == .array {
            facts.scopes = try list(tape, of: node, .scope)
            return
        }
        // No scope at all is written as an empty text, too.
        if tape.stringEquals(node, "") { return }
        let whole = try text(tape, node, .scope).bounds
        let first = facts.texts.count
        var start = whole.lowerBound
        for index in whole.lowerBound...whole.upperBound {
            if index < whole.upperBound, facts.utf8[index] != UInt8(ascii: " ") { continue }
            guard index > start, facts.texts.count - first < limits.maximumListElements else {
                throw TokenRejection(.claimMalformed, .scope)
            }
            facts.texts.append(TokenText(start: UInt32(start), count: UInt32(index - start)))
            start = index + 1
        }
        facts.scopes = TokenTexts(first: UInt32(first), count: facts.texts.count - first)
    }

    private mutating func readActor(
        _ tape: borrowing JSONTape, _ root: JSONNode
    ) throws(TokenRejection) {
        guard let node = tape.member(root, TokenClaim.actor.name) else { return }
        guard tape.kind(node) == .object, let subject = tape.member(node, "sub") else {
            throw TokenRejection(.claimMalformed, .actor)
        }
        facts.actor = try text(tape, subject, .actor)
    }

    /// Reads `cnf`, which may bind to a certificate only: proofs of other keys are not judged here, and
    /// what cannot be judged must not be passed over. Source: RFC 7800, section 3.1.
    private mutating func readConfirmation(
        _ tape: borrowing JSONTape, _ root: JSONNode
    ) throws(TokenRejection) {
        guard let node = tape.member(root, TokenClaim.confirmation.name) else { return }
        guard tape.kind(node) == .object else {
            throw TokenRejection(.claimMalformed, .confirmation)
        }
        guard let thumbprint = tape.member(node, "x5t#S256"), tape.count(node) == 1 else {
            throw TokenRejection(.confirmationUnsupported, .confirmation)
        }
        guard tape.kind(thumbprint) == .string,
            let bytes = tape.withUTF8(thumbprint, { Base64URL.decode($0) }),
            let value = Fingerprint(bytes)
        else { throw TokenRejection(.claimMalformed, .confirmation) }
        facts.boundTo = value
    }

    private mutating func readConfigured(
        _ tape: borrowing JSONTape, _ root: JSONNode, _ claim: TokenRules.Claim
    ) throws(TokenRejection) {
        var node = root
        for name in claim.path {
            guard tape.kind(node) == .object else {
                throw TokenRejection(.claimMalformed, .configured)
            }
            guard
                let next = tape.members(node).first(where: {
                    tape.stringEquals($0.key, name.span)
                })
            else { return }
            node = next.value
        }
        let start = facts.utf8.count
        facts.utf8.append(contentsOf: claim.name)
        let name = piece(from: start)
        let isList = tape.kind(node) == .array
        let values: TokenTexts
        switch tape.kind(node) {
        case .string, .array:
            values = try list(tape, of: node, .configured, acceptsText: true)
        case .integer, .true, .false:
            values = TokenTexts(first: UInt32(facts.texts.count), count: 1)
            let start = facts.utf8.count
            let word = tape.numberText(node) ?? (tape.kind(node) == .true ? "true" : "false")
            facts.utf8.append(contentsOf: word.utf8)
            facts.texts.append(piece(from: start))
        case .null, .otherNumber, .object:
            throw TokenRejection(.claimMalformed, .configured)
        }
        facts.claims.append(TokenFacts.Claim(name: name, values: values, isList: isList))
    }
}
