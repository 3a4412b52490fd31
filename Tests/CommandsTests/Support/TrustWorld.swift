import Foundation
import Synchronization
import Testing
import WritClient

/// Certificates of `openssl`, and a service that believes some of them.
enum TrustWorld {
    /// The directory with everything that `mint.sh` of the identity tests makes, once for a run.
    static let mint = Result { try minted() }

    static let isAvailable = run("/usr/bin/env", ["openssl", "version"]).status == 0

    static let api = "spiffe://prod.example.org/ns/payments/sa/api"

    static let policies = """
        @id("workloads-view")
        permit (principal is Workload, action == Action::"view", resource) when {
          context has verified && context.verified has tls &&
          context.verified.tls.spiffeId == "spiffe://prod.example.org/ns/payments/sa/api" &&
          context.verified.tls.trustDomain == "prod.example.org" &&
          context.verified.tls.subject == "CN=api,O=Example" &&
          context.verified.tls.dnsNames.contains("api.prod.example.org") &&
          context.verified.tls.notAfter > context.verified.now &&
          context.verified.gateway.listener == "local" &&
          context.verified.gateway has userId
        };

        @id("partners-pay")
        permit (principal == ThirdParty::"PSDDE-BAFIN-123456", action == Action::"pay", resource)
        when {
          context.verified.tls.organizationIdentifier == "PSDDE-BAFIN-123456" &&
          context.verified.sourceIp.isInRange(ip("192.0.2.0/24")) &&
          context.verified.http.method == "POST" && context.amount < 100
        };

        @id("friends-view")
        permit (principal in Group::"friends", action == Action::"look", resource)
        when { context.verified.now > datetime("2020-01-01") };

        """

    /// - Parameters:
    ///   - rights: lines of the section `socket`.
    ///   - identity: lines of the section `identity` beside bundles and rules.
    static func configuration(rights: String = gateway, identity: String = "") -> String {
        """
        policies: policies
        store: store
        identity:
          trust:
            domains:
              prod.example.org: {bundle: trust/prod, revocation: leaf}
            organizations: {bundle: trust/partners}
            denyList: trust/denied
          principals:
            - {spiffe: 'spiffe://prod.example.org/ns/*/sa/*', type: Workload, id: spiffeId}
            - {organization: PSD, type: ThirdParty, id: organizationIdentifier}
        \(identity)
        socket:
          path: run/writ.sock
          threads: 1
        \(rights)

        """
    }

    static let gateway = "  gateways: {users: [\(getuid())]}"
    static let both = gateway + "\n  mayNamePrincipal: {users: [\(getuid())]}"

    /// Files for a service, with a store.
    static func make() throws -> Workplace {
        let workplace = try Workplace()
        try PhotoWorld.write(to: workplace)
        try workplace.write("policies/photos.cedar", policies)
        for folder in ["trust/prod", "trust/partners"] { try workplace.makeFolder(folder) }
        try workplace.write("trust/prod/root.pem", text("root.pem"))
        try workplace.write("trust/prod/issuer.crl", text("issuer.crl"))
        // Every authority between a leaf and the root needs its list only with `chain`.
        try workplace.write("trust/partners/root.pem", text("organization_root.pem"))
        try workplace.write("trust/partners/unused.txt", "no certificate")
        try workplace.write("trust/denied", "# nobody yet\n")
        return workplace
    }

    static func path(_ name: String) throws -> String { try mint.get() + "/" + name }

    static func text(_ name: String) throws -> String {
        String(decoding: try Data(contentsOf: URL(fileURLWithPath: path(name))), as: UTF8.self)
    }

    /// The leaf and what lies between it and its authority, in DER.
    static func chain(_ name: String) throws -> [[UInt8]] {
        let pem = try text("\(name).pem") + text("\(name).chain.pem")
        var certificates: [[UInt8]] = []
        var lines: [Substring] = []
        for line in pem.split(separator: "\n") {
            if line.hasPrefix("-----BEGIN") {
                lines = []
            } else if line.hasPrefix("-----END") {
                certificates.append([UInt8](try #require(Data(base64Encoded: lines.joined()))))
            } else {
                lines.append(line)
            }
        }
        return certificates
    }

    static func evidence(_ name: String) throws -> Evidence {
        Evidence(certificate: .chain(try chain(name)))
    }

    /// SHA-256 in hexadecimal, by `openssl`.
    static func thumbprint(_ name: String) throws -> String {
        let printed = run(
            "/usr/bin/env",
            [
                "openssl", "x509", "-in", try path("\(name).pem"), "-noout", "-fingerprint",
                "-sha256",
            ])
        return printed.output.split(separator: "=").last.map {
            $0.filter(\.isHexDigit).lowercased()
        } ?? ""
    }

    static func escaped(_ text: String) -> String {
        text.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? ""
    }

    private static func minted() throws -> String {
        var template = Array("/tmp/writ-mint-XXXXXX".utf8CString)
        let made = unsafe template.withUnsafeMutableBufferPointer {
            unsafe mkdtemp($0.baseAddress!) != nil
        }
        try #require(made)
        let folder = String(
            decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        directoryToRemove.withLock { $0 = folder }
        atexit {
            try? FileManager.default.removeItem(atPath: directoryToRemove.withLock { $0 })
        }
        let tests = URL(filePath: #filePath).deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent()
        let script = tests.appending(path: "IdentityTests/Minting/mint.sh").path
        let outcome = run("/usr/bin/env", ["bash", script, folder])
        try #require(outcome.status == 0, "\(outcome.output)")
        return folder
    }

    static func run(_ program: String, _ arguments: [String]) -> (status: Int32, output: String) {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: program)
        process.arguments = arguments
        let pipe = Pipe()
        process.standardOutput = pipe
        process.standardError = pipe
        do { try process.run() } catch { return (127, "\(error)") }
        let output = pipe.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return (process.terminationStatus, String(decoding: output, as: UTF8.self))
    }
}

private let directoryToRemove = Mutex("")

extension RunningServer {
    /// Asks whether the one that evidence proves, or the one named, may do something.
    func ask(
        _ evidence: Evidence?, named: EntityID? = nil, _ action: String = "view",
        context: [String: CedarValue] = [:]
    ) throws -> Answer {
        var connection = try connect()
        return try connection.authorize(
            AuthorizationRequest(
                principal: named, action: EntityID(type: "Action", id: action),
                resource: EntityID(type: "Photo", id: "beach"), context: context),
            evidence: evidence)
    }
}
