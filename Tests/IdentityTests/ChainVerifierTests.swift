import Testing

@testable import Identity

@Suite(.enabled(if: Mint.isAvailable, "the `openssl` command is not installed"))
struct ChainVerifierTests {
    let mint: Mint
    init() throws { mint = try Mint.shared.get() }

    private func state(
        _ lists: [String] = [], _ options: TrustOptions = TrustOptions()
    ) throws -> TrustState {
        var contents = TrustContents()
        contents.domains[prod] = try TrustedDomain(
            mint.bundle(["root"], lists: lists), options: options)
        return TrustState(contents)
    }

    private func fingerprint(of chain: EncodedChain) -> Fingerprint {
        let verifier = ChainVerifier(TrustState(), cacheCapacity: 1)
        return verifier.fingerprint(chain)!
    }

    private func judge(_ verifier: inout ChainVerifier, _ chain: EncodedChain)
        -> VerifiedCertificate?
    {
        verifier.verify(chain, at: now()).certificate
    }

    private func nextUpdate(_ name: String) throws -> Int64 {
        let der = try mint.lists([name])[0]
        return RevocationList(der.span)!.nextUpdateSeconds
    }

    @Test func factsAreThoseOfTheLeaf() throws {
        var verifier = ChainVerifier(try state())
        let verdict = verifier.verify(try mint.chain("good"), at: now())
        let facts = try #require(verdict.certificate).facts
        #expect(facts.spiffeID?.description == "spiffe://prod.example.org/ns/payments/sa/api")
        #expect(facts.trustDomain == prod)
        #expect(facts.subject == "CN=api,O=Example")
        #expect(facts.issuer == "CN=Issuer")
        #expect(facts.dnsNames == ["api.prod.example.org"])
        #expect(facts.organizationIdentifier == nil)
        #expect(facts.notAfterSeconds - facts.notBeforeSeconds == 30 * day)
        let printed = Mint.run(
            "openssl",
            ["x509", "-in", mint.path("good.pem"), "-noout", "-serial", "-fingerprint", "-sha256"])
        let lines = printed.output.split(separator: "\n").map { $0.split(separator: "=")[1] }
        #expect(facts.serial == lines[0].lowercased())
        #expect(facts.thumbprint == Fingerprint(hexadecimal: String(lines[1])))
    }

    @Test func organizationsHaveNoSpiffeID() throws {
        var contents = TrustContents()
        contents.organizations = try TrustedDomain(mint.bundle(["organization_root"]))
        var verifier = ChainVerifier(TrustState(contents))
        let verdict = verifier.verify(try mint.chain("organization"), at: now())
        let facts = try #require(verdict.certificate).facts
        #expect(facts.spiffeID == nil)
        #expect(facts.organizationIdentifier == "PSDDE-BAFIN-123456")
        let spiffe = verifier.verify(try mint.chain("good"), at: now()).word
        #expect(spiffe == "untrusted_domain")
    }

    /// An authority that one domain trusts says nothing about another, though it signs its names.
    @Test func storesAreNeverMerged() throws {
        var contents = TrustContents()
        contents.domains[prod] = try TrustedDomain(mint.bundle(["root"]))
        contents.domains[other] = try TrustedDomain(mint.bundle(["other_root"]))
        var verifier = ChainVerifier(TrustState(contents))
        let crossed = verifier.verify(try mint.chain("other_domain"), at: now()).word
        #expect(crossed == "untrusted_issuer")
        let crossedBack = verifier.verify(try mint.chain("stranger"), at: now()).word
        #expect(crossedBack == "untrusted_issuer")
        let straight = verifier.verify(try mint.chain("foreign_good"), at: now()).word
        #expect(straight == "verified")
    }

    @Test func emptyBundleDistrusts() throws {
        let state = try state()
        var verifier = ChainVerifier(state)
        let chain = try mint.chain("good")
        let before = verifier.verify(chain, at: now()).word
        #expect(before == "verified")
        let empty = try TrustedDomain(TrustBundle())
        state.update { $0.domains[prod] = empty }
        let after = verifier.verify(chain, at: now()).word
        #expect(after == "untrusted_domain")
    }

    @Test func bundleExpires() throws {
        var bundle = try mint.bundle(["root"])
        let seconds = now()
        bundle.expiresAtSeconds = seconds + 10
        var contents = TrustContents()
        contents.domains[prod] = try TrustedDomain(bundle)
        var verifier = ChainVerifier(TrustState(contents))
        let chain = try mint.chain("good")
        let words = [seconds, seconds + 9, seconds + 10].map { verifier.verify(chain, at: $0).word }
        #expect(words == ["verified", "verified", "untrusted_domain"])
    }

    @Test func equalThisUpdateIsRefused() throws {
        #expect(throws: TrustError(.conflictingLists, 1)) {
            try TrustStore(
                mint.bundle(["root"], lists: ["issuer_clean.crl", "issuer.crl"]),
                options: TrustOptions())
        }
        // The same list twice is one list.
        #expect(throws: Never.self) {
            try TrustStore(
                mint.bundle(["root"], lists: ["issuer.crl", "issuer.crl"]), options: TrustOptions())
        }
        // The trap: the command takes the first of the two and lets the revoked one pass.
        let answer = Mint.run(
            "openssl",
            [
                "verify", "-crl_check", "-CAfile", mint.path("root.pem"), "-untrusted",
                mint.path("issuer.pem"), "-CRLfile", mint.path("issuer_clean.crl"), "-CRLfile",
                mint.path("issuer.crl"), mint.path("revoked.pem"),
            ])
        #expect(answer.status == 0)
    }

    @Test func graceCoversOverdueListsOnly() throws {
        let options = TrustOptions(revocation: .chain, expiredListGraceSeconds: 2 * day)
        var verifier = ChainVerifier(try state(["issuer.crl", "root.crl"], options))
        let end = try nextUpdate("issuer.crl") + 2 * day
        let good = try mint.chain("good")
        let revoked = try mint.chain("revoked")
        let words = [end - 1, end].map { verifier.verify(good, at: $0).word }
        #expect(words == ["verified", "revocation_list_expired"])
        let late = verifier.verify(revoked, at: end - 1).word
        #expect(late == "revoked")
        let expired = verifier.verify(try mint.chain("short"), at: end - 1).word
        #expect(expired == "expired")
    }

    @Test func denyListCoversTheWholeChain() throws {
        let state = try state()
        var verifier = ChainVerifier(state)
        let chain = try mint.chain("good")
        let judged = judge(&verifier, chain)
        let facts = try #require(judged).facts
        let root = try mint.certificates("root.pem")[0]
        let rootPrint = fingerprint(of: try EncodedChain(der: [root]))
        func deny(_ list: inout DenyList, _ serial: String, _ issuer: String, _ isUnderstood: Bool)
        {
            let answer = list.deny(serial: serial, issuer: issuer)
            #expect(answer == isUnderstood)
        }
        let changes: [(String, (inout DenyList) -> Void)] = [
            ("denied_identity", { $0.identities.insert(facts.spiffeID!) }),
            ("denied_thumbprint", { $0.thumbprints.insert(facts.thumbprint) }),
            ("denied_thumbprint", { $0.thumbprints.insert(rootPrint) }),
            ("denied_serial", { deny(&$0, "00" + facts.serial, facts.issuer, true) }),
            ("denied_serial", { deny(&$0, facts.serial.uppercased(), facts.issuer, true) }),
            ("verified", { deny(&$0, facts.serial, "CN=Root", true) }),
            ("verified", { deny(&$0, "0x1", facts.issuer, false) }),
        ]
        for (expected, change) in changes {
            state.update {
                $0.denyList = DenyList()
                change(&$0.denyList)
            }
            let word = verifier.verify(chain, at: now()).word
            #expect(word == expected)
        }
    }

    @Test func verdictsEndWithTheEarliestExpiry() throws {
        let options = TrustOptions(revocation: .leaf)
        let due = try nextUpdate("issuer.crl")
        var verifier = ChainVerifier(try state(["issuer.crl"], options))
        let chain = try mint.chain("good")
        let judged = judge(&verifier, chain)
        let verified = try #require(judged)
        #expect(verified.validUntilSeconds == due)
        let key = fingerprint(of: chain)
        let recalled = [
            verified.validFromSeconds - 1, verified.validFromSeconds,
            verified.validUntilSeconds - 1, verified.validUntilSeconds,
        ].map { verifier.recall(key, at: $0)?.word }
        #expect(recalled == [nil, "verified", "verified", nil])
        let after = verifier.verify(chain, at: verified.validUntilSeconds).word
        #expect(after == "revocation_list_expired")

        var plain = ChainVerifier(try state())
        let judgedShort = judge(&plain, try mint.chain("short"))
        let short = try #require(judgedShort)
        #expect(short.validUntilSeconds == short.facts.notAfterSeconds)
        // The second of expiry itself is libcrypto's too.
        let words = [short.validUntilSeconds - 1, short.validUntilSeconds].map { seconds in
            var fresh = ChainVerifier(try! state())
            return fresh.verify(try! mint.chain("short"), at: seconds).word
        }
        #expect(words == ["verified", "expired"])
    }

    @Test func clockMovingBackwardsRecallsNothingOutsideTheBounds() throws {
        var verifier = ChainVerifier(try state())
        let chain = try mint.chain("short")
        let start = now()
        let words = [start, start + 2 * day, start, start - day, start + 3600].map {
            verifier.verify(chain, at: $0).word
        }
        #expect(words == ["verified", "expired", "verified", "not_yet_valid", "verified"])
    }

    @Test func rejectionsByTimeAreNotRecalled() throws {
        var verifier = ChainVerifier(try state())
        let seconds = now()
        for (name, later) in [("good", -day), ("short", 2 * day)] {
            let chain = try mint.chain(name)
            let verdict = verifier.verify(chain, at: seconds + later)
            #expect(verdict.certificate == nil)
            let key = fingerprint(of: chain)
            let recalled = verifier.recall(key, at: seconds + later)
            #expect(recalled?.word == nil)
        }
        let chain = try mint.chain("two_uris")
        _ = verifier.verify(chain, at: seconds)
        let key = fingerprint(of: chain)
        let life = ChainVerifier.rejectionLifeSeconds
        let recalled = [0, life - 1, life].map { verifier.recall(key, at: seconds + $0)?.word }
        #expect(recalled == ["several_uri_names", "several_uri_names", nil])
    }

    @Test func everyChangeEmptiesTheCache() throws {
        let state = try state()
        var verifier = ChainVerifier(state)
        let chain = try mint.chain("good")
        let key = fingerprint(of: chain)
        _ = verifier.verify(chain, at: now())
        let held = verifier.recall(key, at: now())?.word
        #expect(held == "verified")
        state.update { _ in }
        let gone = verifier.recall(key, at: now())?.word
        #expect(gone == nil)
    }

    @Test func onlyTheVerdictThatStillHoldsIsTheSame() throws {
        let state = try state()
        var verifier = ChainVerifier(state)
        let chain = try mint.chain("good")
        let key = fingerprint(of: chain)
        let seconds = now()
        let certificate = try #require(verifier.verify(chain, at: seconds).certificate)
        var other = ChainVerifier(state)
        let same = try #require(other.verify(chain, at: seconds).certificate)
        let ofAnother = verifier.recalls(same, key, at: seconds)
        #expect(!ofAnother)
        let refused = try mint.chain("two_uris")
        _ = verifier.verify(refused, at: seconds)
        let ofRefused = verifier.recalls(certificate, fingerprint(of: refused), at: seconds)
        #expect(!ofRefused)
        let end = certificate.validUntilSeconds
        let held = [seconds, end - 1, end].map { verifier.recalls(certificate, key, at: $0) }
        #expect(held == [true, true, false])
        state.update { _ in }
        let afterChange = verifier.recalls(certificate, key, at: seconds)
        #expect(!afterChange)
    }

    @Test func orderOfIssuersDoesNotMatterAndMakesAnotherKey() throws {
        var verifier = ChainVerifier(try state())
        let certificates = try mint.certificates("deep4.pem", "deep4.chain.pem")
        let straight = try EncodedChain(der: certificates)
        let turned = try EncodedChain(der: [certificates[0]] + certificates.dropFirst().reversed())
        let words = [straight, turned].map { verifier.verify($0, at: now()).word }
        #expect(words == ["verified", "verified"])
        #expect(fingerprint(of: straight) != fingerprint(of: turned))
    }

    @Test func intermediateAuthoritiesNeedAnOption() throws {
        #expect(throws: TrustError(.intermediateAuthority, 0)) {
            try TrustStore(mint.bundle(["issuer"]), options: TrustOptions())
        }
        #expect(throws: TrustError(.notAnAuthority, 0)) {
            try TrustStore(
                mint.bundle(["good"]), options: TrustOptions(acceptsIntermediateAuthorities: true))
        }
        let options = TrustOptions(revocation: .chain, acceptsIntermediateAuthorities: true)
        var contents = TrustContents()
        contents.domains[prod] = try TrustedDomain(
            mint.bundle(["issuer"], lists: ["issuer.crl"]), options: options)
        var verifier = ChainVerifier(TrustState(contents))
        let words = ["missing_chain", "good", "revoked", "direct"].map {
            verifier.verify(try! mint.chain($0), at: now()).word
        }
        #expect(words == ["verified", "verified", "revoked", "untrusted_issuer"])
    }

    @Test func headersOfGatewaysLeadToTheSameVerdict() throws {
        var verifier = ChainVerifier(try state())
        let chain = try mint.chain("good")
        let key = fingerprint(of: chain)
        _ = verifier.verify(chain, at: now())
        let text = String(decoding: try mint.bytes("good.pem"), as: UTF8.self)
        let issuers = String(decoding: try mint.bytes("good.chain.pem"), as: UTF8.self)
        let leaf = ForwardedClientCertTests.hash(chain.certificate(0))
        let header = Array("Hash=\(leaf);Chain=\"\(escaped(text + issuers))\"".utf8)
        var read = EncodedChain()
        try read.parse(forwardedClientCert: header.span)
        let recalled = verifier.recall(fingerprint(of: read), at: now())
        #expect(fingerprint(of: read) == key)
        #expect(recalled?.word == "verified")
    }
}

@Suite struct VerdictCacheTests {
    private func key(_ number: UInt64) -> Fingerprint {
        Fingerprint(Fingerprint.InlineWords(first: 0, second: number))
    }

    @Test func isBounded() {
        var cache = VerdictCache<Verdict>(
            capacity: 16, none: .rejected(Rejection(.internalError)))
        let capacity = cache.capacity
        #expect(capacity == 16)
        let verdict = Verdict.rejected(Rejection(.revoked))
        for number in 0..<5 as Range<UInt64> {
            cache.remember(verdict, key(number), 1, from: 0, until: 10)
            // The first is used all the time, so the others make room.
            _ = cache.recall(key(0), 1, at: 5)
        }
        let held = (0..<5 as Range<UInt64>).map { cache.recall(key($0), 1, at: 5) != nil }
        #expect(held == [true, false, true, true, true])
        let ofAnotherGeneration = cache.recall(key(0), 2, at: 5)
        #expect(ofAnotherGeneration?.word == nil)
        cache.removeAll()
        let afterwards = cache.recall(key(0), 1, at: 5)
        #expect(afterwards?.word == nil)
    }
}

@Suite struct RejectionTests {
    @Test func codesAreDistinct() {
        let codes = RejectionReason.allCases.map { "\($0.code)" }
        #expect(Set(codes).count == codes.count)
    }

    @Test func everyEncodingErrorHasARejection() {
        for kind in CertificateEncodingError.Kind.allCases {
            #expect(CertificateEncodingError(kind, at: 0).rejection.reason != .internalError)
        }
    }
}
