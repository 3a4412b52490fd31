import Foundation
import Testing
import Wire
import WritClient

@Suite("writ serve: starting")
struct ServeCommandTests {
    private let workplace: Workplace

    init() throws {
        workplace = try Workplace()
        try PhotoWorld.write(to: workplace)
        try workplace.write("writ.yaml", RunningServer.configuration)
    }

    /// Runs a server that must refuse to start, and leaves nothing behind.
    private func refusal(
        configuration: String = "writ.yaml", sourceLocation: SourceLocation = #_sourceLocation
    ) throws -> String {
        let run = try WritProgram.run(["serve", "--config", configuration], in: workplace)
        #expect(run.status == 1, sourceLocation: sourceLocation)
        #expect(run.output.isEmpty, sourceLocation: sourceLocation)
        return run.errors
    }

    @Test("A bad configuration is refused with its place")
    func configuration() throws {
        #expect(try refusal(configuration: "none.yaml").contains("No such file"))
        try workplace.write("bad.yaml", RunningServer.configuration + "polices: p\n")
        #expect(try refusal(configuration: "bad.yaml").contains("--> bad.yaml:6:1"))
        let drain = try WritProgram.run(
            ["serve", "--config", "writ.yaml", "--drain", "3601"], in: workplace)
        #expect(drain.status == 1)
        #expect(drain.errors.contains("--drain must be from 0 to 3600 seconds"))
    }

    @Test("Policies that do not compile, none at all, and two of one id are refused")
    func policies() throws {
        try workplace.write("policies/bad.cedar", "permit (principal, action);")
        let parse = try refusal()
        #expect(parse.contains("policies/bad.cedar:1:26") && parse.contains("^"), "\(parse)")

        try workplace.write(
            "policies/bad.cedar", "\n@id(\"friends-view\") permit (principal, action, resource);")
        let twice = try refusal()
        #expect(twice.contains("`friends-view` is used twice, first in"), "\(twice)")
        #expect(
            twice.contains(#"policies/bad.cedar`\n --> "#) && twice.contains("photos.cedar:1:1"),
            "\(twice)")

        try workplace.remove("policies/bad.cedar")
        try workplace.remove("policies/photos.cedar")
        #expect(try refusal().contains("has no `*.cedar` file"))
        try workplace.remove("policies")
        #expect(try refusal().contains("policies`: No such file or directory"))
    }

    @Test("A missing store, a file in its place, and one of a newer format are refused")
    func store() throws {
        try workplace.makeStoreNewer()
        #expect(try refusal().contains("the store has format 999"))
        try workplace.remove("store")
        #expect(try refusal().contains("there is no store here"))
        #expect(!workplace.exists("store"))
        try workplace.write("store", "x")
        #expect(try refusal().contains("a store is a directory"))
    }

    @Test("A socket path that is too long, no socket, or in an open directory is refused")
    func socketPath() throws {
        // 107 bytes fit, 108 do not.
        let prefix = workplace.path("run/")
        let long = prefix + String(repeating: "s", count: 108 - prefix.utf8.count)
        try workplace.write(
            "long.yaml", "policies: policies\nstore: store\nsocket:\n  path: \(long)\n")
        #expect(try refusal(configuration: "long.yaml").contains("is 108 bytes long"))
        #expect(!workplace.exists("run"))

        try workplace.makeFolder("run")
        try workplace.write("run/writ.sock", "mine")
        unsafe chmod(workplace.path("run"), 0o700)
        #expect(try refusal().contains("exists and is not a socket"))
        #expect(workplace.text("run/writ.sock") == "mine")

        try workplace.remove("run/writ.sock")
        unsafe chmod(workplace.path("run"), 0o777)
        #expect(try refusal().contains("its group or others may write to it"))
    }

    @Test("The longest path works")
    func longestPath() throws {
        let prefix = workplace.path("run/")
        let path = prefix + String(repeating: "s", count: 107 - prefix.utf8.count)
        let server = try RunningServer(
            workplace,
            configuration: "policies: policies\nstore: store\nsocket:\n  path: \(path)\n")
        let query = try WritProgram.run(
            ["query", "--socket", path] + PhotoWorld.flags("alice"), in: workplace)
        #expect(query.status == 0)
        #expect(server.stop() == 0)
    }

    @Test("Directory, socket and lock have the modes that keep others out")
    func modes() throws {
        let server = try RunningServer(workplace)
        func mode(_ name: String) throws -> mode_t {
            var status = stat()
            try #require(unsafe lstat(workplace.path(name), &status) == 0)
            return status.st_mode & 0o7777
        }
        #expect(try mode("run") == 0o700)
        #expect(try mode("run/writ.sock") == 0o660)
        #expect(try mode("run/writ.sock.lock") == 0o600)
        #expect(server.stop() == 0)
        #expect(!workplace.exists("run/writ.sock") && !workplace.exists("run/writ.sock.lock"))
    }

    @Test("A second server on a live socket is refused and the first goes on")
    func liveSocket() throws {
        let server = try RunningServer(workplace)
        #expect(try refusal().contains("another server answers at"))
        #expect(try server.ask("User::\"alice\"", "Action::\"view\"", "Photo::\"beach\"").isAllowed)
        #expect(server.stop() == 0)
    }

    @Test("A socket left by a killed server is taken over")
    func staleSocket() throws {
        let first = try RunningServer(workplace)
        first.process.signal(SIGKILL)
        #expect(first.process.waitForEnd(seconds: 10) == 128 + SIGKILL)
        #expect(workplace.exists("run/writ.sock"))
        let second = try RunningServer(workplace)
        #expect(try second.ask("User::\"alice\"", "Action::\"view\"", "Photo::\"beach\"").isAllowed)
        #expect(second.stop() == 0)
    }

    @Test("The errors key decides what a failing forbid does", arguments: ["strict", "cedar"])
    func errorMode(_ mode: String) throws {
        try workplace.write(
            "policies/broken.cedar",
            "@id(\"broken\") forbid (principal, action, resource) when { context.missing };")
        let server = try RunningServer(
            workplace, configuration: RunningServer.configuration + "errors: \(mode)\n")
        let answer = try server.ask("User::\"alice\"", "Action::\"view\"", "Photo::\"beach\"")
        #expect(answer.isAllowed == (mode == "cedar"))
        #expect(answer.cause == (mode == "cedar" ? .decided : .policyError))
        #expect(answer.errors.map(\.policyID) == ["broken"])
    }

    @Test("A peer that is not on the list is refused")
    func peers() throws {
        try #require(unsafe chmod(workplace.path, 0o711) == 0)
        let server = try RunningServer(
            workplace, configuration: RunningServer.configuration + "  allowedUsers: [4242]\n")
        let run = try WritProgram.run(
            ["query", "--socket", server.socket] + PhotoWorld.flags("alice"), in: workplace)
        #expect(run.status == 1)
        #expect(run.errors.contains("unauthorizedPeer"), "\(run.errors)")
        #expect(server.stop() == 0)
    }
}
