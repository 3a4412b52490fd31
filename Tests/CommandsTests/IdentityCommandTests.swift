import CedarSyntax
import Foundation
import JSON
import Testing

@Suite(
    "writ identity",
    .enabled(if: TrustWorld.isAvailable, "the `openssl` command is not installed"))
struct IdentityCommandTests {
    private let workplace: Workplace

    init() throws {
        workplace = try TrustWorld.make()
        try workplace.write("writ.yaml", TrustWorld.configuration())
        for name in ["good", "organization", "revoked"] {
            try workplace.write(
                "\(name).pem",
                TrustWorld.text("\(name).pem") + TrustWorld.text("\(name).chain.pem"))
        }
    }

    private func inspect(_ arguments: String...) throws -> WritProgram.Outcome {
        try WritProgram.run(
            ["identity", "inspect", "--config", "writ.yaml"] + arguments, in: workplace)
    }

    @Test func refusesWhatItCannotJudge() throws {
        let rows: [([String], String)] = [
            ([], "a certificate, --token or --introspection is needed"),
            (["--certificate", "a", "--xfcc", "b"], "in one form only"),
            (["--xfcc", "a", "--client-cert-chain", "b"], "needs --client-cert"),
            (["--certificate", "absent.pem"], "cannot read `absent.pem`"),
            (["--certificate", "writ.yaml"], "`writ.yaml` holds no certificates"),
        ]
        for (arguments, message) in rows {
            let run = try WritProgram.run(
                ["identity", "inspect", "--config", "writ.yaml"] + arguments, in: workplace)
            #expect(run.status == 1 || run.status == 64)
            #expect(run.errors.contains(message), "\(run.errors)")
        }
        try workplace.write("plain.yaml", RunningServer.configuration)
        let run = try WritProgram.run(
            ["identity", "inspect", "--config", "plain.yaml", "--certificate", "good.pem"],
            in: workplace)
        #expect(run.status == 1)
        #expect(run.errors.contains("no key `identity`"))
    }

    @Test func rejectedIsTwo() throws {
        let revoked = try inspect("--certificate", "revoked.pem")
        #expect(revoked.status == 2)
        #expect(revoked.output == "REJECTED revoked\n")
        let json = try inspect("--xfcc", "Hash=1", "--json")
        #expect(json.status == 2)
        #expect(json.output == #"{"verdict":"rejected","code":"header_malformed"}"# + "\n")
    }

    @Test func verifiedButNobodyIsTwo() throws {
        try workplace.write(
            "writ.yaml",
            TrustWorld.configuration().replacingOccurrences(of: "/ns/*/sa/*", with: "/other/*"))
        let run = try inspect("--certificate", "good.pem", "--json")
        #expect(run.status == 2)
        let tape = try JSONTape(parsing: Array(run.output.utf8))
        #expect(tape.member(tape.root, "code").flatMap { tape.string($0) } == "principal_unmapped")
        #expect(tape.member(tape.root, "verified") != nil)
        #expect(tape.member(tape.root, "principal") == nil)
    }

    @Test func showsFactsAndPrincipal() throws {
        let run = try inspect("--certificate", "good.pem")
        #expect(run.status == 0, "\(run.errors)")
        #expect(run.output.contains("VERIFIED\nprincipal: Workload::\"\(TrustWorld.api)\"\n"))
        #expect(run.output.contains(#""subject":"CN=api,O=Example""#))
        let partner = try inspect("--certificate", "organization.pem", "--json")
        let tape = try JSONTape(parsing: Array(partner.output.utf8))
        let principal = try #require(tape.member(tape.root, "principal"))
        #expect(
            tape.member(principal, "id").flatMap { tape.string($0) } == "PSDDE-BAFIN-123456")
        try workplace.write("header", TrustWorld.escaped(workplace.text("good.pem")) + "\n")
        #expect(try inspect("--escaped-pem", "@header").status == 0)
    }

    @Test func queryProvesWhoAsks() throws {
        let server = try RunningServer(workplace, configuration: TrustWorld.configuration())
        let question = [
            "query", "--socket", server.socket, "--action", #"Action::"view""#, "--resource",
            #"Photo::"beach""#,
        ]
        let run = try WritProgram.run(question + ["--certificate", "good.pem"], in: workplace)
        #expect(run.status == 0, "\(run.errors)")
        #expect(run.output.contains("policy: workloads-view"))
        let bound = try WritProgram.run(question + ["--token", "writ.yaml"], in: workplace)
        #expect(bound.status == 2)
        #expect(bound.output.contains("token_not_configured"))
        let nobody = try WritProgram.run(question, in: workplace)
        #expect(nobody.status == 1)
    }

    /// What is printed is a schema under which policies over all of it are valid.
    @Test(arguments: [nil, "Device"] as [String?]) func schemaValidates(_ device: String?) throws {
        let arguments = device.map { ["--device", $0] } ?? []
        let run = try WritProgram.run(["identity", "schema"] + arguments, in: workplace)
        #expect(run.status == 0)
        try workplace.write(
            "schema.cedarschema",
            run.output + """

                entity User; entity Device = { lastSeen: datetime };
                action view appliesTo {
                  principal: User, resource: User, context: { verified: Verified } };
                """)
        let fresh =
            device == nil
            ? "true"
            : """
            context.verified has device &&
            context.verified.now.durationSince(context.verified.device.lastSeen) < duration("15m")
            """
        try workplace.write(
            "policy.cedar",
            """
            permit (principal, action, resource) when {
              context.verified has tls && context.verified.tls has spiffeId &&
              context.verified.tls.spiffeId like "spiffe://*" &&
              context.verified has token && context.verified.token.scopes.contains("read") &&
              context.verified.token has authTime &&
              context.verified.token.authTime < context.verified.now &&
              context.verified has sourceIp && context.verified.sourceIp.isLoopback() &&
              context.verified.gateway.listener == "local" && \(fresh)
            };
            """)
        let validated = try WritProgram.run(
            ["validate", "--schema", "schema.cedarschema", "--policies", "policy.cedar"],
            in: workplace)
        #expect(validated.status == 0, "\(validated.output)\(validated.errors)")
    }
}
