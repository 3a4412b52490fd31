import Testing

@testable import Identity

@Suite struct ForwardedClientCertTests {
    static let firstHash = hash(first)
    static let secondHash = hash(second)
    static let cert = "Cert=\"\(escaped(firstPEM))\""
    static let chain = "Chain=\"\(escaped(firstPEM + secondPEM))\""

    static func hash(_ bytes: [UInt8]) -> String {
        Fingerprint.sha256(bytes.span)!.description
    }

    private func parse(_ text: String) throws(CertificateEncodingError) -> [[UInt8]] {
        var chain = EncodedChain()
        let bytes = Array(text.utf8)
        try chain.parse(forwardedClientCert: bytes.span)
        return chain.all
    }

    @Test func readsWhatEnvoyWrites() throws {
        let hash = "Hash=\(Self.firstHash)"
        #expect(try parse("\(hash);\(Self.cert)") == [first])
        #expect(try parse("\(hash);\(Self.chain)") == [first, second])
        #expect(try parse("\(hash);\(Self.cert);\(Self.chain)") == [first, second])
        #expect(try parse("\(hash);\(Self.chain);\(Self.cert)") == [first, second])
        #expect(try parse("hASH=\(Self.firstHash);cERT=\(Self.cert.dropFirst(5))") == [first])
        let all =
            "By=spiffe://td/proxy;\(hash);\(Self.cert);Subject=\"O=\\\"A;B\\\",CN=x\";"
            + "URI=spiffe://td/a;DNS=a.example;DNS=b.example"
        #expect(try parse(all) == [first])
    }

    @Test(
        arguments: [
            ("", .noCertificate), ("Hash=\(firstHash)", .noCertificate), (cert, .missingHash),
            ("Hash=\(firstHash);Cert=\"\"", .noCertificate),
            ("Hash=\(secondHash);\(cert)", .hashMismatch),
            ("Hash=\(firstHash.dropLast())g;\(cert)", .badHeader),
            ("Hash=\(firstHash.dropLast());\(cert)", .badHeader),
            ("Hash=\"\(firstHash)\";\(cert)", .badHeader),
            ("Hash=\(firstHash);Cert=\(escaped(firstPEM))", .badHeader),
            ("Hash=\(firstHash);Cert=\"\(escaped(firstPEM + secondPEM))\"", .badHeader),
            ("Hash=\(firstHash);Cert=\"\(escaped(firstPEM))", .badHeader),
            ("Hash=\(firstHash);\(cert)x", .badHeader), ("Hash=\(firstHash);\(cert);", .badHeader),
            (";\(cert)", .badHeader), ("Hash", .badHeader), ("=x", .badHeader),
            ("Hash=\(firstHash);\(cert);Other=x", .unknownKey),
            ("Hash=\(firstHash);\(cert); DNS=x", .badHeader),
            ("Hash=\(firstHash);\(cert);DNS=a\"b", .badHeader),
            ("Hash=\(firstHash);\(cert);DNS=a\u{1}", .badHeader),
            ("Hash=\(secondHash);Cert=\"\(escaped(secondPEM))\";\(chain)", .chainMismatch),
        ] as [(String, CertificateEncodingError.Kind)])
    func refuses(_ text: String, _ kind: CertificateEncodingError.Kind) {
        let error = #expect(throws: CertificateEncodingError.self) { try parse(text) }
        #expect(error?.kind == kind)
        #expect(0...text.utf8.count ~= error?.offset ?? -1)
    }

    /// A client whose certificate has such a name makes Envoy write what follows `URI=` here.
    @Test(
        arguments: [
            ("spiffe://td/a;Cert=\"\(escaped(secondPEM))\"", .duplicateKey),
            ("spiffe://td/a;Hash=\(secondHash)", .duplicateKey),
            ("spiffe://td/a,Hash=\(secondHash);Cert=\"\(escaped(secondPEM))\"", .severalElements),
            ("spiffe://td/a,By=x", .severalElements),
        ] as [(String, CertificateEncodingError.Kind)])
    func namesCannotForge(_ name: String, _ kind: CertificateEncodingError.Kind) {
        let error = #expect(throws: CertificateEncodingError.self) {
            try parse("Hash=\(Self.firstHash);\(Self.cert);URI=\(name)")
        }
        #expect(error?.kind == kind)
    }

    @Test func namesCannotForgeWhereTheGatewaySendsNoCertificate() {
        let cert = "Cert=\"\(escaped(secondPEM))\""
        for header in [
            "Hash=\(Self.firstHash);URI=spiffe://td/a;\(cert)",
            "URI=spiffe://td/a;Hash=\(Self.secondHash);\(cert)",
            "By=spiffe://td/p;DNS=a;Hash=\(Self.secondHash);\(cert)",
        ] {
            let error = #expect(throws: CertificateEncodingError.self) { try parse(header) }
            #expect(error?.kind == .misplacedKey)
        }
        let unbound = #expect(throws: CertificateEncodingError.self) {
            try parse("Hash=\(Self.firstHash);\(cert)")
        }
        #expect(unbound?.kind == .hashMismatch)
    }

    @Test func uriIsNeverBelieved() throws {
        let one = try parse("Hash=\(Self.firstHash);\(Self.cert);URI=spiffe://td/admin")
        #expect(one == [first])
    }
}

@Suite struct ClientCertFieldTests {
    private func parse(
        _ leaf: String, _ issuers: String? = nil
    ) throws(CertificateEncodingError) -> [[UInt8]] {
        var chain = EncodedChain()
        let leaf = Array(leaf.utf8)
        if let issuers {
            let issuers = Array(issuers.utf8)
            try chain.parse(clientCert: leaf.span, clientCertChain: issuers.span)
        } else {
            try chain.parse(clientCert: leaf.span)
        }
        return chain.all
    }

    @Test func readsLeafAndIssuers() throws {
        #expect(try parse(":\(firstBase64):") == [first])
        #expect(try parse("  :\(firstBase64):  ", "") == [first])
        #expect(try parse(":\(firstBase64):", ":\(secondBase64):") == [first, second])
        #expect(
            try parse(":\(firstBase64):", ":\(secondBase64): ,\t:\(firstBase64):")
                == [first, second, first])
    }

    @Test(
        arguments: [
            ("", nil, .noCertificate, 0), (firstBase64, nil, .badHeader, 0),
            (":\(firstBase64)", nil, .badHeader, 9), ("::", nil, .badDER, 1),
            (":MAMCAQU:", nil, .badBase64, 8), (":\(firstBase64):;a=1", nil, .badHeader, 10),
            (":\(firstBase64):, :\(secondBase64):", nil, .severalElements, 10),
            ("\t:\(firstBase64):", nil, .badHeader, 0),
            (":\(firstBase64):", ",", .badHeader, 0),
            (":\(firstBase64):", ":\(secondBase64):,", .badHeader, 11),
            (":\(firstBase64):", ":\(secondBase64)::\(firstBase64):", .badHeader, 10),
            (":\(firstBase64):", "(:\(secondBase64):)", .badHeader, 0),
            (":\(firstBase64):", ":\(secondBase64):;p", .badHeader, 10),
        ] as [(String, String?, CertificateEncodingError.Kind, Int)])
    func refuses(
        _ leaf: String, _ issuers: String?, _ kind: CertificateEncodingError.Kind, _ offset: Int
    ) {
        #expect(throws: CertificateEncodingError(kind, at: offset)) { try parse(leaf, issuers) }
    }

    @Test func issuersCountTowardsTheLimit() throws {
        let seven = Array(repeating: ":\(secondBase64):", count: 7).joined(separator: ", ")
        #expect(try parse(":\(firstBase64):", seven).count == 8)
        let error = #expect(throws: CertificateEncodingError.self) {
            try parse(":\(firstBase64):", seven + ", :\(secondBase64):")
        }
        #expect(error?.kind == .tooManyCertificates)
    }
}
