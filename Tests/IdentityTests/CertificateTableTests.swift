import Testing

@testable import Identity

/// One certificate, how it is judged, and what `openssl verify` says under the same options.
struct CertificateRow: CustomTestStringConvertible, Sendable {
    /// What `openssl verify` has to say.
    enum Opinion { case agrees, accepts }

    let name: String
    let expected: String
    var leaf: String?
    var roots = ["root"]
    var lists: [String] = []
    var revocation = TrustOptions.Revocation.none
    var afterDays: Int64 = 0
    /// `accepts` marks the rules that libcrypto does not have: the command lets these pass.
    var opinion = Opinion.agrees

    var testDescription: String { "\(name): \(expected)" }

    static let all: [CertificateRow] = [
        CertificateRow(name: "good", expected: "verified"),
        CertificateRow(name: "issued by the root", expected: "verified", leaf: "direct"),
        CertificateRow(name: "RSA 2048", expected: "verified", leaf: "strong_rsa"),
        CertificateRow(name: "unknown extension", expected: "verified", leaf: "unknown"),
        CertificateRow(name: "organization", expected: "verified", roots: ["organization_root"]),

        CertificateRow(name: "expired", expected: "expired", leaf: "short", afterDays: 2),
        CertificateRow(
            name: "issuer expired as well", expected: "expired", leaf: "good", afterDays: 2000),
        CertificateRow(
            name: "not yet valid", expected: "not_yet_valid", leaf: "good", afterDays: -1),
        CertificateRow(name: "server_only", expected: "wrong_purpose"),
        CertificateRow(name: "weak_key", expected: "weak_key"),
        CertificateRow(name: "sha1", expected: "weak_digest"),
        CertificateRow(name: "missing_chain", expected: "untrusted_issuer"),
        CertificateRow(name: "stranger", expected: "untrusted_issuer"),
        CertificateRow(name: "bad_signature", expected: "bad_signature"),
        CertificateRow(name: "past_final", expected: "path_too_long"),
        CertificateRow(name: "four between", expected: "verified", leaf: "deep4"),
        CertificateRow(name: "five between", expected: "path_too_long", leaf: "deep5"),
        CertificateRow(name: "critical", expected: "unknown_critical_extension"),
        CertificateRow(name: "named_inside", expected: "verified"),
        CertificateRow(name: "by_leaf", expected: "invalid_authority"),

        CertificateRow(name: "two_uris", expected: "several_uri_names", opinion: .accepts),
        CertificateRow(name: "semicolon", expected: "spiffe_id_malformed", opinion: .accepts),
        CertificateRow(name: "comma", expected: "spiffe_id_malformed", opinion: .accepts),
        CertificateRow(name: "root_path", expected: "spiffe_id_malformed", opinion: .accepts),
        CertificateRow(name: "https_uri", expected: "spiffe_id_malformed", opinion: .accepts),
        CertificateRow(name: "bad_dns", expected: "name_malformed", opinion: .accepts),
        CertificateRow(name: "authority", expected: "leaf_is_authority", opinion: .accepts),
        CertificateRow(name: "no_usage", expected: "leaf_key_usage", opinion: .accepts),
        CertificateRow(name: "encipherment", expected: "leaf_key_usage", opinion: .accepts),
        CertificateRow(name: "crl_signer", expected: "leaf_key_usage", opinion: .accepts),
        CertificateRow(name: "other_domain", expected: "untrusted_domain", opinion: .accepts),

        CertificateRow(
            name: "not revoked", expected: "verified", leaf: "good", lists: ["issuer", "root"],
            revocation: .chain),
        CertificateRow(
            name: "revoked", expected: "revoked", lists: ["issuer", "root"], revocation: .chain),
        CertificateRow(
            name: "revoked, leaf only", expected: "revoked", leaf: "revoked", lists: ["issuer"],
            revocation: .leaf),
        CertificateRow(
            name: "issuer revoked", expected: "revoked", leaf: "good",
            lists: ["issuer", "root_revoking"], revocation: .chain),
        CertificateRow(
            name: "no list at all", expected: "revocation_unknown", leaf: "good",
            revocation: .leaf),
        CertificateRow(
            name: "no list of the root", expected: "revocation_unknown", leaf: "good",
            lists: ["issuer"], revocation: .chain),
        CertificateRow(
            name: "list of another", expected: "revocation_unknown", leaf: "good",
            lists: ["other_root"], revocation: .leaf),
        CertificateRow(
            name: "list expired", expected: "revocation_list_expired", leaf: "good",
            lists: ["issuer", "root"], revocation: .chain, afterDays: 8),
        CertificateRow(
            name: "newest of two lists", expected: "revoked", leaf: "revoked",
            lists: ["issuer_clean", "issuer_newer"], revocation: .leaf),
        CertificateRow(
            name: "newest of two lists, the other way round", expected: "revoked",
            leaf: "revoked", lists: ["issuer_newer", "issuer_clean"], revocation: .leaf),
    ]
}

@Suite(.enabled(if: Mint.isAvailable, "the `openssl` command is not installed"))
struct CertificateTableTests {
    @Test(arguments: CertificateRow.all)
    func verdict(_ row: CertificateRow) throws {
        let mint = try Mint.shared.get()
        let leaf = row.leaf ?? row.name
        let seconds = now() + row.afterDays * day
        let verdict = try judge(row, mint, leaf, at: seconds)
        #expect(verdict.word == row.expected)

        let answer = Mint.run("openssl", commandLine(row, mint, leaf, seconds))
        #expect([0, 2].contains(answer.status), "\(answer.output)")
        let isAccepted = answer.status == 0
        switch row.opinion {
        case .agrees:
            #expect(isAccepted == (verdict.certificate != nil), "\(answer.output)")
            if case .rejected(let rejection) = verdict {
                // Not only the verdict: the reason is the command's.
                #expect(answer.output.contains("error \(rejection.libraryCode) at"))
            }
        case .accepts:
            #expect(isAccepted, "no longer needed: \(answer.output)")
            #expect(verdict.certificate == nil)
        }
    }

    private func judge(
        _ row: CertificateRow, _ mint: Mint, _ leaf: String, at seconds: Int64
    ) throws -> Verdict {
        let bundle = try mint.bundle(row.roots, lists: row.lists.map { "\($0).crl" })
        let options = TrustOptions(revocation: row.revocation)
        var contents = TrustContents()
        contents.domains[prod] = try TrustedDomain(bundle, options: options)
        contents.organizations = try TrustedDomain(bundle, options: options)
        var verifier = ChainVerifier(TrustState(contents))
        return verifier.verify(try mint.chain(leaf), at: seconds)
    }

    private func commandLine(
        _ row: CertificateRow, _ mint: Mint, _ leaf: String, _ seconds: Int64
    ) -> [String] {
        var arguments = [
            "verify", "-no-CApath", "-no-CAstore", "-purpose", "sslclient", "-auth_level", "2",
            "-x509_strict", "-verify_depth", "4", "-attime", "\(seconds)",
        ]
        for root in row.roots { arguments += ["-CAfile", mint.path("\(root).pem")] }
        if (try? mint.bytes("\(leaf).chain.pem").isEmpty) == false {
            arguments += ["-untrusted", mint.path("\(leaf).chain.pem")]
        }
        // The command is given what the bundle keeps: the newest list of each issuer.
        let newest = row.lists.filter { $0 != "issuer_clean" }
        for list in newest { arguments += ["-CRLfile", mint.path("\(list).crl")] }
        if row.revocation != .none { arguments.append("-crl_check") }
        if row.revocation == .chain { arguments.append("-crl_check_all") }
        return arguments + [mint.path("\(leaf).pem")]
    }

    @Test func nameConstraintsBindSpiffeIDs() throws {
        let mint = try Mint.shared.get()
        let domain = try TrustedDomain(mint.bundle(["root"]))
        var contents = TrustContents()
        contents.domains[other] = domain
        var verifier = ChainVerifier(TrustState(contents))
        let verdict = verifier.verify(try mint.chain("named_outside"), at: now())
        #expect(verdict.word == "name_constraint")
        let answer = Mint.run(
            "openssl",
            [
                "verify", "-x509_strict", "-CAfile", mint.path("root.pem"), "-untrusted",
                mint.path("named_outside.chain.pem"), mint.path("named_outside.pem"),
            ])
        #expect(answer.output.contains("error 47 at"))
    }

    @Test func sizesHaveLimits() throws {
        let mint = try Mint.shared.get()
        let leaf = try mint.certificates("long.pem", "long.chain.pem")
        #expect(leaf.count == 9)
        #expect(throws: CertificateEncodingError(.tooManyCertificates, at: 0)) {
            try EncodedChain(der: leaf)
        }
        #expect(try EncodedChain(der: Array(leaf.dropLast())).count == 8)

        let good = try mint.certificates("good.pem", "good.chain.pem")
        let size = good.reduce(0) { $0 + $1.count }
        #expect(throws: CertificateEncodingError(.tooLarge, at: 0)) {
            try EncodedChain(der: good, limits: IdentityLimits(maximumChainBytes: size - 1))
        }
        #expect(
            try EncodedChain(der: good, limits: IdentityLimits(maximumChainBytes: size)).count == 2)

        // A verifier has limits of its own, for chains that came another way.
        var contents = TrustContents()
        contents.domains[prod] = try TrustedDomain(mint.bundle(["root"]))
        var verifier = ChainVerifier(TrustState(contents))
        let tooLong = verifier.verify(try mint.chain("long"), at: now()).word
        #expect(tooLong == "chain_too_long")
        let big = [UInt8](repeating: 0, count: (64 << 10) - 4)
        let fitting: [UInt8] = [0x30, 0x82, 0xFF, 0xFC] + big
        let malformed = verifier.verify(try EncodedChain(der: [fitting]), at: now()).word
        #expect(malformed == "certificate_malformed")
        #expect(throws: CertificateEncodingError(.tooLarge, at: 0)) {
            try EncodedChain(der: [fitting + [0]])
        }
        let empty = verifier.verify(EncodedChain(), at: now()).word
        #expect(empty == "chain_empty")
    }

    @Test func everyShortenedOrLengthenedCertificateIsRefused() throws {
        let mint = try Mint.shared.get()
        let der = try mint.certificates("good.pem")[0]
        for count in 0..<der.count {
            #expect(throws: CertificateEncodingError.self) {
                try EncodedChain(der: [Array(der[..<count])])
            }
        }
        #expect(throws: CertificateEncodingError(.trailingBytes, at: 0)) {
            try EncodedChain(der: [der + [0]])
        }
    }

    @Test func noChangedByteIsVerified() throws {
        let mint = try Mint.shared.get()
        var contents = TrustContents()
        contents.domains[prod] = try TrustedDomain(mint.bundle(["root"]))
        var verifier = ChainVerifier(TrustState(contents))
        let chain = try mint.certificates("good.pem", "good.chain.pem")
        let seconds = now()
        for index in chain[0].indices {
            var changed = chain
            changed[0][index] ^= 1
            guard let encoded = try? EncodedChain(der: changed) else { continue }
            let verdict = verifier.verify(encoded, at: seconds)
            #expect(verdict.certificate == nil, "byte \(index)")
        }
    }
}
