import CedarSyntax
import Foundation
import JSON
import Testing
import WritClient

/// A `writ serve` with a store and policies of its own.
final class RunningServer {
    let workplace: Workplace
    let process: ChildProcess

    static let configuration = """
        policies: policies
        store: store
        socket:
          path: run/writ.sock
          threads: 2

        """

    var socket: String { workplace.path("run/writ.sock") }
    var log: String { workplace.text("serve.err") }

    /// Starts a server in a workplace that has policies and a store, and waits until it serves.
    init(
        _ workplace: Workplace, configuration: String = RunningServer.configuration,
        arguments: [String] = []
    ) throws {
        self.workplace = workplace
        try workplace.write("writ.yaml", configuration)
        process = try ChildProcess(
            WritProgram.path, ["serve", "--config", "writ.yaml"] + arguments,
            directory: workplace.path,
            output: workplace.path("serve.out"), errors: workplace.path("serve.err"))
        let process = process
        let isServing = eventually { !process.isRunning || log.contains("serving") }
        try #require(isServing && process.isRunning, "the server did not start: \(log)")
    }

    /// Starts a server on the small world of `PhotoWorld`.
    convenience init() throws {
        let workplace = try Workplace()
        try PhotoWorld.write(to: workplace)
        try self.init(workplace)
    }

    func connect(
        _ change: (inout ConnectionOptions) -> Void = { _ in }
    ) throws -> Connection {
        var options = ConnectionOptions()
        change(&options)
        return try Connection(path: socket, options: options)
    }

    /// Asks one question on a connection of its own.
    func ask(
        _ principal: String, _ action: String, _ resource: String,
        context: [(key: Text, value: Value)] = [], atLeastRevision: UInt64 = 0
    ) throws -> Answer {
        var connection = try connect()
        return try connection.decide(
            PhotoWorld.question(principal, action, resource, context: context),
            atLeastRevision: atLeastRevision)
    }

    /// Asks to stop and waits for the end.
    func stop(seconds: Double = 15) -> Int32? {
        process.signal(SIGTERM)
        return process.waitForEnd(seconds: seconds)
    }
}

/// A few people, a group and a photo: what most tests need.
enum PhotoWorld {
    static let policies = """
        @id("friends-view")
        @reason("Friends see photos.")
        permit (principal in Group::"friends", action == Action::"view", resource);

        @id("blocked-never")
        forbid (principal, action, resource) when { principal has blocked && principal.blocked };

        """

    static let entities = """
        [
          {"uid": {"type": "Group", "id": "friends"}, "attrs": {}, "parents": []},
          {"uid": {"type": "User", "id": "alice"}, "attrs": {"level": 3},
           "parents": [{"type": "Group", "id": "friends"}]},
          {"uid": {"type": "User", "id": "bob"}, "attrs": {}, "parents": []},
          {"uid": {"type": "User", "id": "mallory"}, "attrs": {"blocked": true},
           "parents": [{"type": "Group", "id": "friends"}]},
          {"uid": {"type": "Photo", "id": "beach"}, "attrs": {}, "parents": []}
        ]

        """

    /// Writes policies and entities, and imports these into a store.
    static func write(to workplace: Workplace) throws {
        try workplace.makeFolder("policies")
        try workplace.write("policies/photos.cedar", policies)
        try workplace.write("entities.json", entities)
        let run = try WritProgram.run(
            ["store", "import", "--store", "store", "entities.json"], in: workplace)
        try #require(run.status == 0, "\(run.errors)")
    }

    static func question(
        _ principal: String, _ action: String = #"Action::"view""#,
        _ resource: String = #"Photo::"beach""#, context: [(key: Text, value: Value)] = []
    ) throws -> EncodedRequest {
        try EncodedRequest(
            TreeRequest(
                principal: EntityUID.parse(principal), action: EntityUID.parse(action),
                resource: EntityUID.parse(resource), context: context))
    }

    /// The flags of a question of `writ authorize` or `writ query`.
    static func flags(_ user: String, _ action: String = "view") -> [String] {
        [
            "--principal", "User::\"\(user)\"", "--action", "Action::\"\(action)\"",
            "--resource", "Photo::\"beach\"",
        ]
    }
}
