/// The rules on what believed claims say: who is meant, and when.
enum ClaimRules {
    /// Judges facts whose signature, or gateway, is believed.
    ///
    /// - Returns: the facts with the seconds between which they hold: from the first, inclusive,
    ///   until the second, exclusive.
    static func verified(
        _ facts: consuming TokenFacts, _ authority: TokenAuthority, at nowSeconds: Int64
    ) throws(TokenRejection) -> VerifiedToken {
        let rules = authority.rules
        guard isMeant(facts, rules) else { throw TokenRejection(.wrongAudience, .audience) }
        // None of these overflows: claims end with the year 9999 and a skew is minutes.
        let skew = rules.skewSeconds
        var until = facts.expiresAtSeconds + skew
        var from = Int64.min
        if nowSeconds >= until { throw TokenRejection(.expired, .expiresAt) }
        if let issued = facts.issuedAtSeconds {
            guard issued < facts.expiresAtSeconds else {
                throw TokenRejection(.claimMalformed, .issuedAt)
            }
            from = issued - skew
            if nowSeconds < from { throw TokenRejection(.issuedInFuture, .issuedAt) }
        }
        if let start = facts.notBeforeSeconds {
            from = max(from, start - skew)
            if nowSeconds < from { throw TokenRejection(.notYetValid, .notBefore) }
        }
        if let maximum = rules.maximumLifetimeSeconds {
            if let issued = facts.issuedAtSeconds {
                if facts.expiresAtSeconds - issued > maximum {
                    throw TokenRejection(.lifetimeTooLong, .expiresAt)
                }
            } else {
                let (earliest, overflow) = until.subtractingReportingOverflow(maximum)
                if !overflow {
                    from = max(from, earliest)
                    if nowSeconds < earliest {
                        throw TokenRejection(.lifetimeTooLong, .expiresAt)
                    }
                }
            }
        }
        if let end = authority.expiresAtSeconds { until = min(until, end) }
        return VerifiedToken(facts: facts, validFromSeconds: from, validUntilSeconds: until)
    }

    private static func isMeant(_ facts: borrowing TokenFacts, _ rules: TokenRules) -> Bool {
        for place in facts.audience.bounds {
            let bounds = facts.texts[place].bounds
            for audience in rules.audiences
            where facts.utf8.span.extracting(bounds).hasBytes(of: audience.span) {
                return true
            }
        }
        return false
    }
}
