import CedarEngine
import Server
import TLSListener
import Testing
import Wire

@testable import Commands

@Suite("ServiceConfiguration")
struct ServiceConfigurationTests {
    private static let minimum = """
        policies: p
        store: s
        socket:
          path: /run/writ/writ.sock

        """

    private func read(_ text: String) throws -> ServiceConfiguration {
        let workplace = try Workplace()
        try workplace.write("writ.yaml", text)
        return try ServiceConfiguration.read(workplace.path("writ.yaml"))
    }

    /// Reads a file that must be refused.
    private func refusal(_ text: String) throws -> String {
        let workplace = try Workplace()
        let path = try workplace.write("writ.yaml", text)
        do {
            _ = try ServiceConfiguration.read(path)
        } catch {
            return error.description.replacing(path, with: "writ.yaml")
        }
        Issue.record("not refused: \(text)")
        return ""
    }

    struct Refused: CustomTestStringConvertible {
        let text: String
        let parts: [String]

        init(_ text: String, _ parts: String...) {
            (self.text, self.parts) = (text, parts)
        }

        var testDescription: String { "\(text.debugDescription) says \(parts)" }
    }

    @Test(
        "Refused files",
        arguments: [
            Refused("", "`writ.yaml` is empty", "`writ configuration example` writes one"),
            Refused("# nothing\n", "`writ.yaml` is empty"),
            Refused(
                "policies: [\n", "error: this is no YAML: did not find expected",
                "--> writ.yaml:2:1\n"),
            Refused(
                "\tpolicies: p", "error: this is no YAML: found character that",
                "--> writ.yaml:1:1\n"),
            Refused(
                "just a text", "error: expected keys and values", "--> writ.yaml:1:1\n", "policies"),
            Refused(
                "- policies\n- store\n", "error: expected keys and values", "--> writ.yaml:1:1\n"),
            Refused(
                "policies: p\nstore: s\npolicies: q\n",
                "error: `policies` stands twice\n --> writ.yaml:3:1\n  |\n3 | policies: q\n"
                    + "  | ^^^^^^^^\n"),
            Refused(
                "policies: p\nstore: s\nsocket:\n  path: /x\n  # path: /z\n  threads: 1\n  path: /y\n",
                "error: `path` stands twice\n --> writ.yaml:7:3\n  |\n7 |   path: /y\n"
                    + "  |   ^^^^\n"),
            Refused(
                "policies: p\nstore: s\nsocket: {path: /x, path: /y}\n",
                "error: `path` stands twice", "--> writ.yaml:3:10\n"),
            Refused(
                "policies: p\nstore: s\nsocket: {path: /x, thread: 1}\n",
                "error: unknown key `socket.thread`\n --> writ.yaml:3:20\n  |\n"
                    + "3 | socket: {path: /x, thread: 1}\n"
                    + "  |                    ^^^^^^\n  = help: did you mean `threads`?"),
            Refused(
                "store: s\nsocket: {path: /x}\n", "the key `policies` is missing",
                "--> writ.yaml:1:1\n"),
            Refused("policies: p\nsocket: {path: /x}\n", "the key `store` is missing"),
            Refused("policies: p\nstore: s\n", "the key `socket` is missing"),
            Refused(
                "policies: p\nstore: s\nsocket:\n  threads: 2\n",
                "error: the key `socket.path` is missing", "--> writ.yaml:4:3\n"),
            Refused(
                "policies: p\nstore: s\nsocket: /x\n", "error: `socket` must have keys and values",
                "--> writ.yaml:3:9\n"),
            Refused(
                "policies: []\nstore: s\nsocket: {path: /x}\n",
                "error: `policies` must name at least one file", "--> writ.yaml:1:11\n"),
            Refused(
                "policies: [[a]]\nstore: s\nsocket: {path: /x}\n",
                "error: `policies` must be a single value", "--> writ.yaml:1:12\n"),
            Refused(
                "policies:\nstore: s\nsocket: {path: /x}\n", "`policies` must be a single value"),
        ])
    func refusedFile(_ row: Refused) throws {
        let message = try refusal(row.text)
        for part in row.parts { #expect(message.contains(part), "\(message)") }
    }

    @Test(
        "Refused TLS sections",
        arguments: [
            ("", "`tls` needs `identity`"),
            ("listen: x", "`x` is no host and port"), ("listen: ':1'", "no host and port"),
            ("listen: '::1:5'", "no host and port"), ("listen: 'a:65536'", "no host and port"),
            ("allowed: []", "the list of SPIFFE ids is empty"),
            ("allowed: ['*']", "`*` is no pattern of SPIFFE ids"),
            ("allowed: ['spiffe://*/a']", "is no pattern of SPIFFE ids"),
            ("gateways: all", "`tls.gateways` must be a list"),
            ("threads: 257", "`tls.threads` must be an integer from 1 to 256"),
            ("maximumHandshakes: 0", "must be an integer from 1"),
            ("idleTimeout: 2000h", "`tls.idleTimeout` must be a time above zero and at most 24h"),
            ("maximumFrameBytes: 1KiB", "frame limits contradict each other"),
            ("verify: none", "unknown key `tls.verify`"),
        ])
    func refusedTLS(_ line: String, _ message: String) throws {
        var lines = [
            "listen": "0.0.0.0:0", "certificate": "c", "key": "k",
            "allowed": "['spiffe://a.example/**']",
        ]
        let parts = line.split(separator: ": ", maxSplits: 1).map(String.init)
        if parts.count == 2 { lines[parts[0]] = parts[1] }
        let identity = line.isEmpty ? "" : "identity: {trust: {}}\n"
        let section = lines.map { "  \($0.key): \($0.value)\n" }.sorted().joined()
        let refused = try refusal(Self.minimum + identity + "tls:\n" + section)
        #expect(refused.contains(message), "\(refused)")
    }

    @Test(
        "What is said of revocation lists is refused where nobody is looked for in them",
        arguments: ["revocationLists: l", "expiredListGrace: 1h"], ["", ", revocation: none"])
    func revocationWithoutEffect(_ key: String, _ revocation: String) throws {
        func text(_ more: String) -> String {
            Self.minimum
                + "identity: {trust: {domains: {bank.example: {bundle: t, \(key)\(more)}}}}\n"
        }
        let refused = try refusal(text(revocation))
        #expect(refused.contains("has no effect: nobody is looked for"), "\(refused)")
        #expect(refused.contains("set `revocation` to `leaf` or `chain`"), "\(refused)")
        let workplace = try Workplace()
        _ = try ServiceConfiguration.read(
            try workplace.write("writ.yaml", text(", revocation: leaf")))
    }

    @Test("TLS sections need an address, a certificate, a key and who is allowed")
    func tls() throws {
        let whole = [
            "  listen: '[::1]:8447'\n", "  certificate: c\n", "  key: /k\n",
            "  allowed: ['spiffe://a.example/**']\n",
        ]
        let start = Self.minimum + "identity: {trust: {}}\ntls:\n"
        for index in whole.indices {
            var part = whole
            part.remove(at: index)
            #expect(try refusal(start + part.joined()).contains("is missing"))
        }
        let configuration = try read(start + whole.joined())
        let read = try #require(configuration.tls)
        #expect(read.listener.host == "::1" && read.listener.port == 8447)
        #expect(read.listener.certificate.keyPath == "/k")
        #expect(read.listener.rights.gateways.isEmpty)
        #expect(read.listener.rights.mayNamePrincipal.isEmpty)
    }

    @Test(
        "Unknown keys name the nearest known one and their place",
        arguments: [
            (
                "polices: p\n", "unknown key `polices`\n --> writ.yaml:1:1\n",
                "did you mean `policies`?"
            ),
            (minimum + "error: strict\n", "unknown key `error`\n --> writ.yaml:5:1\n", "`errors`"),
            (
                minimum + "  thread: 2\n", "unknown key `socket.thread`\n --> writ.yaml:5:3\n",
                "`threads`"
            ),
            (
                minimum + "  maximumConnection: 2\n",
                "unknown key `socket.maximumConnection`\n --> writ.yaml:5:3\n",
                "`maximumConnections`"
            ),
            (
                minimum + "zzzzzzzzzzzz: 2\n", "unknown key `zzzzzzzzzzzz`",
                "known keys: cache, "
            ),
            (minimum + "[a, b]: 2\n", "unknown key ``", "known keys: "),
        ])
    func unknownKey(_ text: String, _ message: String, _ help: String) throws {
        let refused = try refusal(text)
        #expect(refused.contains(message), "\(refused)")
        #expect(refused.contains(help), "\(refused)")
    }

    @Test(
        "Values of the wrong type or out of range are refused with their key and place",
        arguments: [
            ("errors: lenient", "`errors` must be `cedar` or `strict`, not `lenient`"),
            ("errors: [strict]", "`errors` must be a single value"),
            ("cache: much", "`cache` must be a size from 0 bytes to 1024GiB"),
            ("cache: -1", "`cache` must be a size"),
            ("cache: 1025GiB", "`cache` must be a size"),
            ("reload: never", "`reload` must be `signal` or `watch`, not `never`"),
            ("  threads: two", "`socket.threads` must be an integer from 1 to 256"),
            ("  threads: 1.5", "`socket.threads` must be an integer"),
            ("  threads: 0", "`socket.threads` must be an integer from 1 to 256"),
            ("  threads: 257", "`socket.threads` must be an integer from 1 to 256"),
            ("  threads: {a: 1}", "`socket.threads` must be a single value"),
            ("  allowedUsers: 1000", "`socket.allowedUsers` must be a list of numbers"),
            ("  allowedUsers: [root]", "`socket.allowedUsers` must be an integer"),
            (
                "  allowedUsers: [-1]",
                "`socket.allowedUsers` must be an integer from 0 to 4294967295"
            ),
            ("  allowedGroups: [4294967296]", "`socket.allowedGroups` must be an integer"),
            ("  maximumConnections: 0", "`socket.maximumConnections` must be an integer"),
            ("  maximumConnections: 1048577", "`socket.maximumConnections` must be an integer"),
            ("  maximumFrameBytes: 1KB", "`socket.maximumFrameBytes` must be a size from "),
            ("  maximumFrameBytes: 255", "`socket.maximumFrameBytes` must be a size from 256 "),
            ("  maximumFrameBytes: 268435457", "`socket.maximumFrameBytes` must be a size "),
            ("  maximumFrameBytes: 99999999999GiB", "`socket.maximumFrameBytes` must be a size "),
            ("  maximumBatchItems: 0", "`socket.maximumBatchItems` must be an integer"),
            ("  maximumBatchItems: 1048577", "`socket.maximumBatchItems` must be an integer"),
            ("  maximumInFlightBytes: 0", "`socket.maximumInFlightBytes` must be a size from 1 "),
            ("  maximumInFlightBytes: 2GiB", "`socket.maximumInFlightBytes` must be a size "),
            ("  incompleteFrameTimeout: 5", "`socket.incompleteFrameTimeout` must be a time"),
            ("  incompleteFrameTimeout: 0s", "`socket.incompleteFrameTimeout` must be a time"),
            ("  slowReaderTimeout: -1s", "`socket.slowReaderTimeout` must be a time"),
            ("  slowReaderTimeout: 1d", "`socket.slowReaderTimeout` must be a time"),
            ("  defaultDeadline: 0.5s", "`socket.defaultDeadline` must be a time"),
            ("  diagnostics: some", "`socket.diagnostics` must be `full` or `none`, not `some`"),
            ("  diagnostics: [full]", "`socket.diagnostics` must be a single value"),
        ])
    func refusedValue(_ line: String, _ message: String) throws {
        let refused = try refusal(Self.minimum + line + "\n")
        #expect(refused.contains(message), "\(refused)")
        #expect(refused.contains(" --> writ.yaml:5:"), "\(refused)")
    }

    @Test(
        "Settings that contradict each other are refused",
        arguments: [
            ("  defaultDeadline: 1441m", "must be a time above zero and at most 24h"),
            (
                "  maximumFrameBytes: 4KiB\n  maximumBatchItems: 4096",
                "a full batch must fit into one frame"
            ),
        ])
    func contradiction(_ lines: String, _ message: String) throws {
        #expect(try refusal(Self.minimum + lines + "\n").contains(message))
    }

    @Test("The least file has the documented defaults")
    func defaults() throws {
        let configuration = try read(Self.minimum)
        #expect(configuration.errors == .strict)
        #expect(configuration.watchesFiles)
        #expect(configuration.cacheBytes == 256 << 20)
        let socket = configuration.socket
        #expect(socket.path == "/run/writ/writ.sock")
        #expect(socket.workerCount == LocalSocketConfiguration.onlineCores)
        #expect(socket.maximumConnections == 4096)
        #expect(socket.frameLimits.maximumFrameBytes == 1 << 20)
        #expect(socket.frameLimits.maximumBatchItems == 4096)
        #expect(socket.maximumInFlightBytes == 256 << 10)
        #expect(socket.incompleteFrameTimeout == .seconds(5))
        #expect(socket.slowReaderTimeout == .seconds(10))
        #expect(socket.defaultDeadline == .seconds(1))
        #expect(configuration.socketDiagnostics == .full)
        #expect(socket.problem == nil)
    }

    @Test("Every key is taken")
    func everyKey() throws {
        let configuration = try read(
            """
            policies: /etc/writ/policies
            store: /var/lib/writ
            errors: cedar
            reload: signal
            cache: 3GiB
            socket:
              path: /run/writ.sock
              threads: 3
              allowedUsers: [0, 4294967295]
              allowedGroups: [7]
              maximumConnections: 17
              maximumFrameBytes: 2MiB
              maximumBatchItems: 18
              maximumInFlightBytes: 19KiB
              incompleteFrameTimeout: 250ms
              slowReaderTimeout: 2 s
              defaultDeadline: 3m
              diagnostics: none

            """)
        #expect(configuration.policies == ["/etc/writ/policies"])
        #expect(configuration.store == "/var/lib/writ")
        #expect(configuration.errors == .cedar)
        #expect(!configuration.watchesFiles)
        #expect(configuration.cacheBytes == 3 << 30)
        let socket = configuration.socket
        #expect(socket.path == "/run/writ.sock")
        #expect(socket.workerCount == 3)
        #expect(socket.allowedPeers.userIDs == [0, .max])
        #expect(socket.allowedPeers.groupIDs == [7])
        #expect(socket.maximumConnections == 17)
        #expect(socket.frameLimits.maximumFrameBytes == 2 << 20)
        #expect(socket.frameLimits.maximumBatchItems == 18)
        #expect(socket.maximumInFlightBytes == 19 << 10)
        #expect(socket.incompleteFrameTimeout == .milliseconds(250))
        #expect(socket.slowReaderTimeout == .seconds(2))
        #expect(socket.defaultDeadline == .seconds(180))
        #expect(configuration.socketDiagnostics == .decisionOnly)
    }

    @Test(
        "The ends of every range are taken",
        arguments: [
            "threads: 1", "threads: 256", "maximumConnections: 1", "maximumConnections: 1048576",
            "maximumFrameBytes: 256\n  maximumBatchItems: 1",
            "maximumFrameBytes: 256MiB", "maximumBatchItems: 1",
            "maximumBatchItems: 1048576\n  maximumFrameBytes: 64MiB", "maximumInFlightBytes: 1",
            "maximumInFlightBytes: 1GiB", "incompleteFrameTimeout: 1ms", "defaultDeadline: 1440m",
            "allowedUsers: []",
        ])
    func ends(_ lines: String) throws {
        let configuration = try read(Self.minimum + "  " + lines + "\n")
        #expect(configuration.socket.problem == nil)
    }

    @Test("Relative paths are relative to the file")
    func relativePaths() throws {
        let workplace = try Workplace()
        try workplace.makeFolder("conf")
        let path = try workplace.write(
            "conf/writ.yaml", "policies: p\nstore: ../s\nsocket:\n  path: run/w.sock\n")
        let configuration = try ServiceConfiguration.read(path)
        #expect(configuration.policies == [workplace.path("conf/p")])
        #expect(configuration.store == workplace.path("conf/../s"))
        #expect(configuration.socket.path == workplace.path("conf/run/w.sock"))
    }

    @Test("A missing file is named")
    func missing() throws {
        let workplace = try Workplace()
        #expect {
            try ServiceConfiguration.read(workplace.path("none.yaml"))
        } throws: { error in
            "\(error)".contains("none.yaml`: No such file or directory")
        }
    }
}
