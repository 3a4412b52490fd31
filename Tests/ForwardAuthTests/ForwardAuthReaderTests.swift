import ForwardAuth
import Routes
import Testing

/// The fields that each gateway sends with the configurations of the scenarios.
private func fields(_ family: GatewayFamily) -> [(String, String)] {
    switch family {
    case .nginx:
        [
            ("X-Original-Method", "GET"), ("X-Original-URI", "/a/../b//c%2fd?x=1"),
            ("X-Original-Host", "api.example.org"), ("X-Forwarded-For", "192.0.2.7"),
            ("X-Forwarded-Proto", "https"), ("X-Client-Cert", "-----BEGIN%20CERTIFICATE"),
            ("X-Client-Verify", "SUCCESS"),
        ]
    case .traefik:
        forwarded + [("X-Forwarded-Tls-Client-Cert", "MIIB")]
    case .caddy, .haproxy:
        forwarded + [("X-Client-Cert-Der", "MIIB")]
    }
}

private let forwarded = [
    ("X-Forwarded-Method", "GET"), ("X-Forwarded-Uri", "/a/../b//c%2fd?x=1"),
    ("X-Forwarded-Host", "api.example.org"), ("X-Forwarded-For", "192.0.2.7"),
    ("X-Forwarded-Proto", "https"),
]

private func list(_ fields: [(String, String)]) throws -> HeaderList {
    var list = HeaderList()
    for (name, value) in fields { try list.append(name: name, value: value) }
    return list
}

private func read(
    _ family: GatewayFamily, _ fields: [(String, String)], certificate: CertificateField?? = nil,
    requiresCertificate: Bool = false
) throws -> Result<ForwardedRequest, ForwardAuthRefusal> {
    let reader = ForwardAuthReader(
        family, certificate: certificate ?? family.usualCertificate,
        requiresCertificate: requiresCertificate)
    let headers = try list(fields)
    do throws(ForwardAuthRefusal) {
        return .success(try reader.read(headers))
    } catch {
        return .failure(error)
    }
}

@Suite struct ForwardAuthReaderTests {
    private static let parts: [(part: String, ForwardAuthRefusal, ForwardAuthRefusal)] = [
        ("method", .methodMissing, .methodDuplicated), ("host", .hostMissing, .hostDuplicated),
        ("uri", .targetMissing, .targetDuplicated), ("proto", .schemeMissing, .schemeDuplicated),
        ("for", .sourceIPMissing, .sourceIPDuplicated),
    ]

    @Test(
        "Each fact that is missing, empty or there twice is a refusal",
        arguments: GatewayFamily.allCases)
    func missingAndDuplicated(_ family: GatewayFamily) throws {
        for (part, missing, duplicated) in Self.parts {
            let all = fields(family)
            let others = all.filter { !$0.0.lowercased().hasSuffix("-" + part) }
            let own = try #require(all.first { $0.0.lowercased().hasSuffix("-" + part) })
            #expect(others.count == all.count - 1)
            #expect(try read(family, others).refusal == missing)
            #expect(try read(family, others + [(own.0, "")]).refusal == missing)
            #expect(try read(family, all + [own]).refusal == duplicated)
            #expect(try read(family, all + [(own.0.uppercased(), "x")]).refusal == duplicated)
        }
    }

    @Test("Nothing at all is a refusal", arguments: GatewayFamily.allCases)
    func empty(_ family: GatewayFamily) throws {
        #expect(try read(family, []).refusal == .methodMissing)
    }

    /// Every gateway copies what the client sent, so a client can speak as another gateway would.
    @Test("The fields of another family are a refusal, alone and beside the right ones")
    func foreign() throws {
        for family in GatewayFamily.allCases {
            for other in GatewayFamily.allCases {
                let isSameDialect = (family == .nginx) == (other == .nginx)
                guard !isSameDialect else { continue }
                #expect(try read(family, fields(other)).refusal == .foreignField)
                for field in fields(other) {
                    let name = field.0.lowercased()
                    guard
                        name.hasSuffix("-method") || name.hasSuffix("-uri")
                            || name.contains("cert")
                    else { continue }
                    #expect(
                        try read(family, fields(family) + [field]).refusal == .foreignField,
                        "\(family) \(name)")
                }
            }
        }
        // What load balancers in front of nginx set is not read, and not refused.
        let behind = fields(.nginx) + [("X-Forwarded-Host", "evil"), ("X-Forwarded-Port", "1")]
        let request = try read(.nginx, behind).get()
        #expect(try list(behind).text(request.host) == "api.example.org")
    }

    @Test("A certificate in a form that is not configured is a refusal")
    func foreignCertificate() throws {
        let forms: [(String, CertificateField)] = [
            ("x-client-cert", .escapedPEM), ("x-client-cert-der", .base64DER),
            ("x-forwarded-tls-client-cert", .traefikBase64),
            ("x-forwarded-client-cert", .forwardedClientCert), ("client-cert", .clientCert),
        ]
        for (name, form) in forms {
            #expect(
                try read(.caddy, forwarded + [(name, "x")], certificate: .some(nil)).refusal
                    == .foreignField)
            for other in CertificateField.allCases where other != form {
                #expect(
                    try read(.caddy, forwarded + [(name, "x")], certificate: other).refusal
                        == .foreignField)
            }
            let own = forwarded + [(name, "x"), ("x-client-verify", "SUCCESS")]
            #expect(try read(.caddy, own, certificate: form).get().certificate != nil)
            #expect(
                try read(.caddy, own + [(name, "x")], certificate: form).refusal
                    == .certificateDuplicated)
        }
    }

    @Test("Traefik leaves a client's own certificate field in place, so one must be there")
    func traefikCertificate() throws {
        #expect(try read(.traefik, forwarded).refusal == .certificateMissing)
        #expect(
            try read(.traefik, fields(.traefik) + [("X-Forwarded-Tls-Client-Cert", "x")]).refusal
                == .certificateDuplicated)
        #expect(try read(.traefik, forwarded, certificate: .some(nil)).get().certificate == nil)
    }

    @Test("Caddy sends the text of a placeholder that it does not know")
    func caddyPlaceholder() throws {
        let leaked = "{http.request.tls.client.certificate_der_base64}"
        #expect(
            try read(.caddy, forwarded + [("X-Client-Cert-Der", leaked)]).refusal
                == .certificateInvalid)
        #expect(try read(.caddy, forwarded + [("X-Client-Cert-Der", "")]).get().certificate == nil)
        #expect(
            try read(
                .caddy, forwarded + [("X-Client-Cert-Der", "")], requiresCertificate: true
            ).refusal == .certificateMissing)
    }

    @Test(
        "nginx passes on a certificate that it did not verify",
        arguments: [
            "NONE", "FAILED:unable to verify the first certificate", "", "success",
        ])
    func nginxUnverified(_ word: String) throws {
        let others = fields(.nginx).dropLast()
        #expect(
            try read(.nginx, others + [("X-Client-Verify", word)]).refusal
                == .certificateUnverified)
        #expect(try read(.nginx, Array(others)).refusal == .certificateUnverified)
        #expect(
            try read(.nginx, fields(.nginx) + [("X-Client-Verify", "SUCCESS")]).refusal
                == .certificateUnverified)
        // Without a certificate there is nothing to verify: nginx leaves the empty field out.
        #expect(
            try read(.nginx, others.dropLast() + [("X-Client-Verify", "NONE")]).get().certificate
                == nil)
    }

    @Test(
        "The source is one address",
        arguments: [
            "192.0.2.1, 198.51.100.1", "unknown", "192.0.2.0/24", "192.0.2.1:443", "_hidden",
            "[2001:db8::1]", "fe80::1%eth0", "192.0.2.256", "{http.request.remote.host}",
        ])
    func sourceRefused(_ address: String) throws {
        let others = forwarded.filter { $0.0 != "X-Forwarded-For" }
        #expect(
            try read(.haproxy, others + [("X-Forwarded-For", address)]).refusal == .sourceIPInvalid)
    }

    @Test(
        "A WebSocket's scheme is that of the request which opens it",
        arguments: [("ws", ForwardedRequest.Scheme.http), ("wss", .https)])
    func webSocket(_ scheme: String, _ expected: ForwardedRequest.Scheme) throws {
        let others = fields(.traefik).filter { $0.0 != "X-Forwarded-Proto" }
        let request = try read(.traefik, others + [("X-Forwarded-Proto", scheme)]).get()
        #expect(request.scheme == expected)
    }

    @Test(
        "The scheme is http or https, or a WebSocket's",
        arguments: ["HTTPS", "WSS", "w", "wsss", "https,http", "https://"])
    func schemeRefused(_ scheme: String) throws {
        let others = forwarded.filter { $0.0 != "X-Forwarded-Proto" }
        #expect(
            try read(.haproxy, others + [("X-Forwarded-Proto", scheme)]).refusal == .schemeInvalid)
    }

    @Test("A client's identity fields are not read", arguments: GatewayFamily.allCases)
    func spoofedIdentity(_ family: GatewayFamily) throws {
        let spoofed = [
            ("X-User", "admin"), ("X-Decision-Id", "1"), ("Host", "evil"), ("X-Real-Ip", "1.1.1.1"),
            ("Forwarded", "for=1.1.1.1"), ("X_Original_Uri", "/admin"),
        ]
        #expect(
            try read(family, spoofed + fields(family)).get().target
                != (try read(family, fields(family)).get().target))
        let all = spoofed + fields(family)
        let request = try read(family, all).get()
        #expect(try list(all).text(request.sourceIP) == "192.0.2.7")
    }

    @Test(
        "What a gateway says is found as it stands; the raw target is refused afterwards",
        arguments: GatewayFamily.allCases)
    func facts(_ family: GatewayFamily) throws {
        let request = try read(family, fields(family)).get()
        let headers = try list(fields(family))
        #expect(headers.text(request.method) == "GET")
        #expect(headers.text(request.host) == "api.example.org")
        #expect(headers.text(request.target) == "/a/../b//c%2fd?x=1")
        #expect(request.scheme == .https)
        #expect(request.certificate != nil)
        // nginx and Caddy send the target raw.
        var http = HTTPRequest()
        let refusal = #expect(throws: RequestRefusal.self) {
            try headers.withValue(request.target) { (target) throws(RequestRefusal) in
                try http.read(
                    method: Array("GET".utf8).span, host: Array("a".utf8).span, target: target)
            }
        }
        #expect(refusal?.kind == .dotSegment)
    }
}

extension Result {
    fileprivate var refusal: Failure? {
        if case .failure(let failure) = self { failure } else { nil }
    }
}
