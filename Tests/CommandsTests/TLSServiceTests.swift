import CedarSyntax
import Foundation
import Testing
import WritClient

@Suite(
    "writ serve: TLS",
    .enabled(if: TrustWorld.isAvailable, "the `openssl` command is not installed"))
struct TLSServiceTests {
    private static let ping: [UInt8] = [16, 0, 0, 0, 1, 5, 0, 0, 9, 0, 0, 0, 0, 0, 0, 0]

    /// The error of a client that asks, whenever it comes.
    private func failure(_ server: RunningServer, as name: String) throws -> ClientError? {
        do throws(ClientError) {
            var connection = try Connection(
                host: "127.0.0.1", port: Self.port(server),
                tls: Self.options(name, server))
            _ = try connection.authorize(TLSWorld.ownQuestion, evidence: Evidence())
            return nil
        } catch {
            return error
        }
    }

    private static func port(_ server: RunningServer) -> UInt16 { (try? server.tlsPort) ?? 0 }

    private static func options(_ name: String, _ server: RunningServer) -> TLSOptions {
        (try? TLSWorld.options(name, in: server.workplace))
            ?? TLSOptions(authorityPath: "", certificatePath: "", keyPath: "")
    }

    /// What `openssl s_client` says while it sends a ping.
    private func peer(_ server: RunningServer, _ options: String) throws -> String {
        let root = try TrustWorld.path("root.pem")
        let bytes = Self.ping.map { String(format: "\\%03o", $0) }.joined()
        return TrustWorld.run(
            "/bin/sh",
            [
                "-c",
                "(printf '\(bytes)'; sleep 1) | timeout 10 openssl s_client -connect "
                    + "127.0.0.1:\(try server.tlsPort) -CAfile \(root) \(options) 2>&1",
            ]
        ).output
    }

    // MARK: Who gets no connection

    @Test func certificatesThatAreNotBelieved() throws {
        let server = try TLSWorld.server()
        for (name, code) in [
            ("expired", "expired"), ("other_domain", "untrusted_domain"),
            ("stranger", "untrusted_issuer"), ("revoked", "revoked"),
            ("server_only", "wrong_purpose"), ("two_uris", "several_uri_names"),
            ("missing_chain", "untrusted_issuer"), ("organization", "not_allowed"),
        ] {
            let error = try failure(server, as: name)
            switch error {
            case .tls, .connectionClosed, .system: break
            // Verified, and without a SPIFFE id.
            case .refused(.unauthorizedPeer, _) where name == "organization": break
            default: Issue.record("\(name): \(String(describing: error))")
            }
            #expect(
                eventually { server.log.contains(#""code":"\#(code)""#) }, "\(name): \(server.log)")
        }
        #expect(try server.askTLS(as: "good").isAllowed)
    }

    @Test func peersThatAreNotAmongThoseAllowed() throws {
        let server = try TLSWorld.server()
        let error = try failure(server, as: "batch")
        guard case .refused(.unauthorizedPeer, let text) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(text == "the peer's SPIFFE id is not allowed")
        #expect(server.log.contains(#""peer":"spiffe://prod.example.org/ns/batch/sa/job""#))
    }

    @Test func noCertificate() throws {
        let server = try TLSWorld.server()
        let said = try peer(server, "-tls1_3 -quiet")
        #expect(said.contains("certificate required"), "\(said)")
        #expect(server.stop() == 0)
        #expect(server.log.contains(#""tls.failedHandshakes":"1""#), "\(server.log)")
    }

    @Test func olderVersions() throws {
        let server = try TLSWorld.server()
        let good = try TrustWorld.path("good")
        let said = try peer(server, "-tls1_2 -cert \(good).pem -key \(good).key -quiet")
        #expect(said.contains("alert protocol version"), "\(said)")
    }

    @Test func bytesThatAreNoTLS() throws {
        let server = try TLSWorld.server()
        for bytes in [Self.ping, Array("GET / HTTP/1.1\r\n\r\n".utf8), [0x16, 3, 1, 0xFF, 0xFF]] {
            let connection = try PlainConnection(port: server.tlsPort)
            connection.send(bytes + [UInt8](repeating: 0, count: 64))
            let answer = try #require(connection.readToEnd(within: 8))
            // An alert at most.
            #expect(answer.isEmpty || answer[0] == 0x15, "\(answer)")
        }
        #expect(try server.askTLS(as: "good").isAllowed)
    }

    @Test func handshakesHaveATime() throws {
        let server = try TLSWorld.server("  handshakeTimeout: 300ms\n  maximumHandshakes: 2")
        let silent = try PlainConnection(port: server.tlsPort)
        let slow = try PlainConnection(port: server.tlsPort)
        slow.send([0x16, 3, 1])
        usleep(50_000)
        // A third that proves nothing finds no place.
        let third = try PlainConnection(port: server.tlsPort)
        #expect(third.readToEnd(within: 0.2) != nil)
        #expect(silent.readToEnd(within: 5) != nil)
        #expect(slow.readToEnd(within: 5) != nil)
        // Nor does it take the place of those who do.
        for _ in 0..<5 { #expect(try server.askTLS(as: "good").isAllowed) }
        #expect(server.stop() == 0)
        #expect(server.log.contains(#""tls.incompleteTimeouts":"2""#), "\(server.log)")
        #expect(server.log.contains(#""tls.refusedOverload":"1""#), "\(server.log)")
    }

    @Test func noSessionIsResumed() throws {
        let server = try TLSWorld.server()
        let good = try TrustWorld.path("good")
        let chain = try TrustWorld.path("good.chain.pem")
        let common = "-tls1_3 -cert \(good).pem -key \(good).key -cert_chain \(chain)"
        let session = server.workplace.path("session")
        let first = try peer(server, "\(common) -sess_out \(session)")
        #expect(first.contains("New, TLSv1.3"), "\(first)")
        let second = try peer(
            server, common + (server.workplace.exists("session") ? " -sess_in \(session)" : ""))
        #expect(second.contains("New, TLSv1.3"), "\(second)")
        #expect(!second.contains("Reused"))
    }

    // MARK: What a peer may ask

    @Test func aPeerAsksForItself() throws {
        let server = try TLSWorld.server()
        let answer = try server.askTLS(as: "good")
        #expect(answer.isAllowed, "\(answer)")
        #expect(answer.reasons == ["own-view"])
        var connection = try server.connectTLS(as: "good")
        let named = try connection.authorize(
            AuthorizationRequest(
                principal: EntityID("User", "alice"), action: EntityID("Action", "look"),
                resource: EntityID("Photo", "beach")))
        #expect(!named.isAllowed)
        #expect(named.detail == "principal_may_not_be_named")
        let others = try connection.authorize(
            TLSWorld.ownQuestion, evidence: try TrustWorld.evidence("good"))
        #expect(!others.isAllowed)
        #expect(others.detail == "not_a_gateway")
        // Its own certificate stands in for nothing else.
        let gateway = try server.askTLS(as: "gateway")
        #expect(!gateway.isAllowed)
    }

    @Test func aGatewayAsksForOthers() throws {
        let server = try TLSWorld.server()
        var connection = try server.connectTLS(as: "gateway")
        let pass = AuthorizationRequest(
            action: EntityID("Action", "pass"), resource: EntityID("Photo", "beach"))
        var evidence = try TrustWorld.evidence("good")
        evidence.sourceIP = "192.0.2.7"
        for _ in 0..<3 {
            let answer = try connection.authorize(pass, evidence: evidence)
            #expect(answer.reasons == ["passed-on"], "\(answer)")
        }
        let bad = try connection.authorize(pass, evidence: try TrustWorld.evidence("revoked"))
        #expect(bad.detail == "revoked")
        let address = try connection.authorize(pass, evidence: Evidence(sourceIP: "192.0.2.7"))
        #expect(address.detail == "principal_missing")
        let named = try connection.authorize(
            AuthorizationRequest(
                principal: EntityID("User", "alice"), action: EntityID("Action", "look"),
                resource: EntityID("Photo", "beach")))
        #expect(named.reasons == ["named-look"], "\(named)")
        let questions = try (0..<3).map {
            try EncodedRequest($0 == 1 ? TLSWorld.ownQuestion : pass)
        }
        let answers = try connection.decideBatch(
            questions, evidence: EncodedEvidence(evidence))
        #expect(answers.map(\.isAllowed) == [true, false, true])
    }

    // MARK: Bounds

    @Test func framesThatAreTooLarge() throws {
        let server = try TLSWorld.server("  maximumFrameBytes: 4KiB\n  maximumBatchItems: 50")
        var connection = try server.connectTLS(as: "good")
        let long = AuthorizationRequest(
            action: EntityID("Action", "view"), resource: EntityID("Photo", "beach"),
            context: ["text": .string(String(repeating: "x", count: 5000))])
        #expect(throws: ClientError.self) {
            _ = try connection.authorize(long, evidence: Evidence())
        }
        var many = try server.connectTLS(as: "good")
        let small = try EncodedRequest(TLSWorld.ownQuestion)
        let fits = try many.decideBatch(
            Array(repeating: small, count: 30), evidence: EncodedEvidence(Evidence()))
        #expect(fits.map(\.isAllowed) == Array(repeating: true, count: 30), "\(fits)")
        #expect(try server.askTLS(as: "good").isAllowed)
        #expect(server.stop() == 0)
        #expect(server.log.contains(#""tls.malformedFrames":"1""#), "\(server.log)")
    }

    @Test func manyRequestsAtOnce() throws {
        let server = try TLSWorld.server("  maximumInFlightBytes: 16KiB")
        var connection = try server.connectTLS(as: "good")
        let question = try EncodedRequest(TLSWorld.ownQuestion)
        let evidence = try EncodedEvidence(Evidence())
        var expected: Set<UInt64> = []
        for _ in 0..<20_000 {
            expected.insert(try connection.enqueue(question, evidence: evidence))
        }
        try connection.flush()
        for _ in 0..<20_000 {
            guard case .answers(let id, let answers) = try connection.receive() else {
                Issue.record("no answer")
                return
            }
            #expect(expected.remove(id) != nil)
            #expect(answers.first?.isAllowed == true)
        }
        #expect(expected.isEmpty)
    }

    @Test func connectionsThatSayNothing() throws {
        let server = try TLSWorld.server("  idleTimeout: 400ms")
        var connection = try server.connectTLS(as: "good")
        for _ in 0..<4 {
            try connection.ping()
            usleep(200_000)
        }
        usleep(900_000)
        #expect(throws: ClientError.self) { try connection.ping() }
        #expect(server.stop() == 0)
        #expect(server.log.contains(#""tls.idle":"1""#), "\(server.log)")
    }

    @Test func connectionsHaveABound() throws {
        let server = try TLSWorld.server("  maximumConnections: 2")
        var first = try server.connectTLS(as: "good")
        var second = try server.connectTLS(as: "good")
        try first.ping()
        try second.ping()
        #expect(try failure(server, as: "good") != nil)
        try first.ping()
        try second.ping()
    }

    @Test func aRevisionIsWaitedFor() throws {
        let server = try TLSWorld.server()
        var connection = try server.connectTLS(as: "good")
        let late = try connection.authorize(
            TLSWorld.ownQuestion, evidence: Evidence(), deadline: .milliseconds(60),
            atLeastRevision: 1000)
        #expect(late.cause == .staleRevision)
        let now = try connection.authorize(TLSWorld.ownQuestion, evidence: Evidence())
        #expect(now.isAllowed)
    }

    // MARK: Changes

    @Test func aPeerIsDeniedWhileItIsConnected() throws {
        let server = try TLSWorld.server()
        var idle = try server.connectTLS(as: "good")
        var busy = try server.connectTLS(as: "good")
        var other = try server.connectTLS(as: "gateway")
        try idle.ping()
        try server.workplace.write(
            "trust/denied", "thumbprint \(try TrustWorld.thumbprint("good"))\n")
        let start = ContinuousClock.now
        var error: ClientError?
        while error == nil, ContinuousClock.now - start < .seconds(5) {
            do throws(ClientError) {
                let answer = try busy.authorize(TLSWorld.ownQuestion, evidence: Evidence())
                #expect(answer.isAllowed || answer.detail == "denied_thumbprint")
            } catch let failed {
                error = failed
            }
        }
        #expect(
            error
                == .refused(
                    .unauthorizedPeer, text: "the peer's certificate is not believed any more"))
        #expect(ContinuousClock.now - start < .seconds(2))
        #expect(throws: ClientError.self) { try idle.ping() }
        #expect(try failure(server, as: "good") != nil)
        try other.ping()
        #expect(server.log.contains(#""code":"denied_thumbprint""#))
    }

    @Test func anEmptiedBundleEndsConnections() throws {
        let server = try TLSWorld.server()
        var connection = try server.connectTLS(as: "gateway")
        try connection.ping()
        try server.workplace.remove("trust/prod/root.pem")
        let isOver = eventually {
            do throws(ClientError) {
                try connection.ping()
                return false
            } catch {
                return true
            }
        }
        #expect(isOver)
        #expect(try failure(server, as: "gateway") != nil)
    }

    @Test func aRestrictedPeerIsDenied() throws {
        let server = try TLSWorld.server()
        var gateway = try server.connectTLS(as: "gateway")
        let question = AuthorizationRequest(
            principal: EntityID("User", "alice"), action: EntityID("Action", "look"),
            resource: EntityID("Photo", "beach"))
        let before = try gateway.authorize(question)
        #expect(before.isAllowed)
        for names in [
            ["--spiffe", TLSWorld.gateway], ["--entity", "Workload::\"\(TLSWorld.gateway)\""],
        ] {
            for end in [["--reason", "stolen"], ["--release"]] {
                let run = try WritProgram.run(
                    ["revoke", "--store", "store"] + names + end, in: server.workplace)
                try #require(run.status == 0, "\(run.errors)")
                let after = try gateway.authorize(question)
                #expect(after.isAllowed == (end == ["--release"]), "\(names)")
                if !after.isAllowed { #expect(after.cause == .quarantined) }
                #expect(try server.askTLS(as: "good").isAllowed)
            }
        }
    }

    @Test func theCertificateChangesAndConnectionsStay() throws {
        let server = try TLSWorld.server()
        let first = TLSOptions.Server.spiffe("spiffe://prod.example.org/writ")
        let next = TLSOptions.Server.spiffe("spiffe://prod.example.org/writ/next")
        var connection = try server.connectTLS(as: "good", server: first)
        try connection.ping()
        #expect(throws: ClientError.self) {
            _ = try server.connectTLS(as: "good", server: next)
        }
        // A key of another certificate is not taken.
        try server.workplace.write("tls/server.key", TrustWorld.text("listener_next.key"))
        #expect(eventually { server.log.contains("TLS CERTIFICATE NOT RELOADED") })
        #expect(try server.askTLS(as: "good", server: first).isAllowed)
        try TLSWorld.use("listener_next", in: server.workplace)
        #expect(eventually { server.log.contains("TLS certificate reloaded") })
        try connection.ping()
        #expect(try server.askTLS(as: "good", server: next).isAllowed)
        #expect(throws: ClientError.self) {
            _ = try server.connectTLS(as: "good", server: first)
        }
    }

    @Test func stoppingTellsEverybody() throws {
        let server = try TLSWorld.server()
        var connection = try server.connectTLS(as: "good")
        let allowed = try connection.authorize(TLSWorld.ownQuestion, evidence: Evidence())
        #expect(allowed.isAllowed)
        server.process.signal(SIGTERM)
        var error: ClientError?
        _ = eventually {
            do throws(ClientError) {
                try connection.ping()
                usleep(5_000)
                return false
            } catch let failed {
                error = failed
                return true
            }
        }
        guard case .refused(.shuttingDown, _) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(server.process.waitForEnd(seconds: 10) == 0)
        #expect(server.log.contains(#""tls.decisions":"1""#), "\(server.log)")
    }
}
