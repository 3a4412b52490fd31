import Foundation
import Testing

/// Enforcement points that prove themselves over HTTPS, and are then revoked by the command.
@Suite(
    "writ serve: revoked callers of HTTP", .serialized,
    .enabled(if: TrustWorld.isAvailable, "the `openssl` command is not installed"))
struct QuarantinedCallerServiceTests {
    private static let question =
        #"{"subject":{"type":"User","id":"alice"},"action":{"name":"look"},"resource":{"type":"Photo","id":"beach"}}"#

    private let workplace: Workplace
    private let issuer: TokenIssuer
    private let server: RunningServer
    private let port: String

    init() throws {
        workplace = try TrustWorld.make()
        issuer = try TokenIssuer(in: workplace)
        try workplace.write("trust/login.jwks", issuer.keySet)
        try workplace.makeFolder("tls")
        try TLSWorld.use("listener", in: workplace)
        let tokens = """
              tokens:
                - {issuer: '\(TokenIssuer.name)', keys: trust/login.jwks, audiences: [writ]}
            """
        let http = """
            http:
              - name: api
                family: authzen
                address: 127.0.0.1:0
                tls: {certificate: tls/server.pem, key: tls/server.key, clients: optional}
                callers:
                  certificates: [{spiffe: '\(TLSWorld.gateway)'}]
                  tokens: [{issuer: '\(TokenIssuer.name)', subject: shop}]
              - {name: figures, family: operations, socket: run/figures.sock}

            """
        let server = try RunningServer(
            workplace, configuration: TrustWorld.configuration(identity: tokens) + http)
        self.server = server
        try #require(
            eventually { server.log.contains(#""listener":"figures""#) }, "\(server.log)")
        let digits = server.log.split(separator: #""127.0.0.1:"#).dropFirst().first?
            .prefix(while: \.isNumber)
        port = String(try #require(digits, "\(server.log)"))
    }

    /// The answer to the question on a connection of its own.
    private func ask(certificate: String? = nil, token: String? = nil) throws -> String {
        var arguments = [
            "openssl", "s_client", "-quiet", "-connect", "127.0.0.1:\(port)", "-CAfile",
            try TrustWorld.path("root.pem"),
        ]
        if let certificate {
            _ = try TLSWorld.options(certificate, in: workplace)
            arguments += [
                "-cert", workplace.path("\(certificate).pem"), "-cert_chain",
                workplace.path("\(certificate).pem"), "-key",
                workplace.path("\(certificate).key"),
            ]
        }
        let authorization = token.map { "Authorization: Bearer \($0)\r\n" } ?? ""
        try workplace.write(
            "request",
            "POST /access/v1/evaluation HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
                + "Content-Type: application/json\r\n\(authorization)"
                + "Content-Length: \(Self.question.utf8.count)\r\n\r\n\(Self.question)")
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = arguments
        process.standardInput = try FileHandle(
            forReadingFrom: URL(fileURLWithPath: workplace.path("request")))
        let output = Pipe()
        process.standardOutput = output
        process.standardError = FileHandle.nullDevice
        try process.run()
        let answer = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return String(decoding: answer, as: UTF8.self)
    }

    private func restrict(_ arguments: [String]) throws {
        let run = try WritProgram.run(arguments + ["--store", "store"], in: workplace)
        try #require(run.status == 0, "\(arguments): \(run.output)\(run.errors)")
    }

    @Test("A revoked certificate or token of a caller gets a 403, until it is released")
    func revoked() throws {
        let token = try issuer.token("shop")
        #expect(try ask().hasPrefix("HTTP/1.1 401"))
        #expect(try ask(token: issuer.token("other")).hasPrefix("HTTP/1.1 401"))
        for (names, ask) in [
            (["--spiffe", TLSWorld.gateway], { try ask(certificate: "gateway") }),
            (
                ["--certificate", try TrustWorld.path("gateway.pem")],
                { try ask(certificate: "gateway") }
            ),
            (["--subject", "shop"], { try ask(token: token) }),
            (["--subject", "shop", "--issuer", TokenIssuer.name], { try ask(token: token) }),
        ] as [([String], () throws -> String)] {
            let before = try ask()
            #expect(before.hasPrefix("HTTP/1.1 200"), "\(before)")
            try restrict(["revoke"] + names + ["--reason", "stolen"])
            let after = try ask()
            #expect(after.hasPrefix("HTTP/1.1 403"), "\(names): \(after)")
            #expect(after.contains("callerQuarantined") && after.contains("`stolen`"))
            #expect(!after.contains("decision\":"))
            try restrict(["revoke"] + names + ["--release"])
            #expect(try ask().hasPrefix("HTTP/1.1 200"))
        }
        let figures = try HTTPServeTests.ask(
            workplace.path("run/figures.sock"), "GET", "/metrics"
        ).text
        #expect(
            figures.contains(
                #"writ_rejected_inputs_total{listener="api",reason="quarantine"} 4"#), "\(figures)")
        #expect(server.stop() == 0)
        #expect(server.log.contains(#""cause":"quarantined","detail":"stolen""#))
    }
}
