import CedarSyntax
import Foundation
import Testing
import WritClient

@Suite("writ serve: files that are being written")
struct HalfWrittenFileTests {
    /// A file that somebody has open for writing.
    private final class Writer {
        private let descriptor: Int32

        init(_ path: String) throws {
            descriptor = unsafe open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
            try #require(descriptor >= 0)
        }

        deinit { Glibc.close(descriptor) }

        func write(_ text: String) throws {
            let bytes = Array(text.utf8)
            try #require(unsafe Glibc.write(descriptor, bytes, bytes.count) == bytes.count)
        }
    }

    private static let permit = "@id(\"open\") permit (principal, action, resource);\n"
    private static let forbid = "forbid (principal == User::\"bob\", action, resource);\n"

    private func isAllowed(_ server: RunningServer, _ user: String) throws -> Bool {
        try server.ask("User::\"\(user)\"", "Action::\"view\"", "Photo::\"beach\"").isAllowed
    }

    @Test("Half a policy file is not in force, however long its writer waits")
    func policies() throws {
        let server = try RunningServer()
        var writer: Writer? = try Writer(server.workplace.path("policies/open.cedar"))
        try writer?.write(Self.permit)
        // Longer than two looks, and than one waits.
        usleep(3_000_000)
        #expect(try !isAllowed(server, "bob"))
        #expect(server.log.contains("is being written"), "who waits for long is told why")
        #expect(
            server.log.components(separatedBy: "POLICIES NOT RELOADED").count == 2, "once")
        try writer?.write(Self.forbid)
        writer = nil
        #expect(try eventually { try isAllowed(server, "stranger") })
        #expect(try !isAllowed(server, "bob"))
        #expect(server.stop() == 0)
    }

    @Test("Nor is it on SIGHUP")
    func signal() throws {
        let workplace = try Workplace()
        try PhotoWorld.write(to: workplace)
        let server = try RunningServer(
            workplace, configuration: RunningServer.configuration + "reload: signal\n")
        let writer = try Writer(workplace.path("policies/open.cedar"))
        try writer.write(Self.permit)
        server.process.signal(SIGHUP)
        #expect(eventually { server.log.contains("is being written") })
        #expect(try !isAllowed(server, "bob"))
        #expect(server.stop() == 0)
    }

    @Test("A start waits for who writes a policy file, and ends when that takes too long")
    func start() throws {
        let workplace = try Workplace()
        try PhotoWorld.write(to: workplace)
        try workplace.write("writ.yaml", RunningServer.configuration)
        let writer = try Writer(workplace.path("policies/open.cedar"))
        try writer.write(Self.permit)
        let run = try WritProgram.run(
            ["serve", "--config", "writ.yaml"], in: workplace, seconds: 20)
        #expect(run.status == 1)
        #expect(run.errors.contains("policies/open.cedar` is being written"), "\(run.errors)")
    }

    @Test(
        "A deny-list that is being written leaves the old one in force",
        .enabled(if: TrustWorld.isAvailable, "the `openssl` command is not installed"))
    func denyList() throws {
        let workplace = try TrustWorld.make()
        let list = "spiffe spiffe://prod.example.org/ns/none/sa/none\nspiffe \(TrustWorld.api)\n"
        try workplace.write("trust/denied", list)
        let server = try RunningServer(workplace, configuration: TrustWorld.configuration())
        let good = try TrustWorld.evidence("good")
        func isDenied() throws -> Bool { try server.ask(good).detail == "denied_identity" }
        #expect(try isDenied())
        var writer: Writer? = try Writer(workplace.path("trust/denied"))
        try writer?.write(String(list.prefix { $0 != "\n" }) + "\n")
        for _ in 0..<15 {
            usleep(100_000)
            #expect(try isDenied())
        }
        #expect(eventually { server.log.contains("trust/denied`: is being written") })
        try writer?.write("spiffe \(TrustWorld.api)\n")
        writer = nil
        usleep(300_000)
        #expect(try isDenied())
        // One that is whole counts, also when it has fewer.
        try workplace.write("trust/denied", "")
        #expect(try eventually { try !isDenied() })
        #expect(server.stop() == 0)
    }

    @Test(
        "A bundle that is being written leaves the old one in force",
        .enabled(if: TrustWorld.isAvailable, "the `openssl` command is not installed"))
    func bundle() throws {
        let workplace = try TrustWorld.make()
        let server = try RunningServer(workplace, configuration: TrustWorld.configuration())
        let good = try TrustWorld.evidence("good")
        let before = try server.ask(good).detail
        let writer = try Writer(workplace.path("trust/prod/root.pem"))
        usleep(500_000)
        #expect(
            try server.ask(good).detail == before, "an emptied root would be `untrusted_domain`")
        try withExtendedLifetime(writer) { try writer.write("") }
        #expect(server.stop() == 0)
    }
}
