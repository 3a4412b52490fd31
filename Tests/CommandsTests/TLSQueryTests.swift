import Foundation
import Testing
import WritClient

@Suite(
    "writ query --connect",
    .enabled(if: TrustWorld.isAvailable, "the `openssl` command is not installed"))
struct TLSQueryTests {
    private func query(
        _ server: RunningServer, host: String = "127.0.0.1", as name: String = "good",
        ca: String = "root.pem", _ more: [String] = []
    ) throws -> WritProgram.Outcome {
        _ = try TLSWorld.options(name, in: server.workplace)
        return try WritProgram.run(
            [
                "query", "--connect", "tls://\(host):\(try server.tlsPort)", "--ca",
                try TrustWorld.path(ca), "--cert", "\(name).pem", "--key", "\(name).key",
                "--action", #"Action::"view""#, "--resource", #"Photo::"beach""#,
            ] + more, in: server.workplace)
    }

    @Test func whatIsNoAnswer() throws {
        let server = try TLSWorld.server()
        let rows: [(WritProgram.Outcome, String)] = [
            (try query(server, ca: "other_root.pem"), "certificate"),
            (try query(server, as: "expired"), "no decision, so deny"),
            (try query(server, as: "batch"), "unauthorizedPeer"),
            (try query(server, ["--server-id", "spiffe://prod.example.org/x"]), "is not that of"),
            (try query(server, host: "127.0.0.2"), "no decision, so deny"),
            (try query(server, ["--socket", "run/writ.sock"]), "one of --socket and --connect"),
        ]
        for (run, words) in rows {
            #expect(run.status == 1, "\(words)")
            #expect(run.output.isEmpty)
            #expect(run.errors.contains(words), "\(run.errors)")
        }
        for arguments in [
            ["--connect", "tls://127.0.0.1:1"], ["--socket", "s", "--ca", "x"], [],
            ["--connect", "127.0.0.1:1", "--ca", "a", "--cert", "b", "--key", "c"],
            ["--connect", "tls://:9", "--ca", "a", "--cert", "b", "--key", "c"],
        ] {
            let run = try WritProgram.run(
                [
                    "query", "--action", #"Action::"view""#, "--resource", #"Photo::"beach""#,
                ] + arguments, in: server.workplace)
            #expect(run.status == 1 && run.output.isEmpty, "\(arguments): \(run.errors)")
        }
    }

    @Test func decisions() throws {
        let server = try TLSWorld.server()
        let allow = try query(server)
        #expect(allow.status == 0, "\(allow.errors)")
        #expect(allow.output.hasPrefix("ALLOW\npolicy: own-view\n"))
        let host = try query(server, host: "localhost")
        #expect(host.status == 0, "\(host.errors)")
        let known = try query(server, ["--server-id", "spiffe://prod.example.org/writ"])
        #expect(known.status == 0, "\(known.errors)")
        #expect(try query(server, as: "gateway").status == 2)
        let named = try query(server, ["--principal", #"User::"alice""#])
        #expect(named.status == 2)
        #expect(named.output.contains("principal_may_not_be_named"))
    }
}
