import ArgumentParser
import CedarSchema
import CedarSyntax
import EntityStore
import JSON

/// Reads an entity's identity given on the command line.
func entityUID(_ text: String) throws(Failure) -> EntityUID {
    do throws(Diagnostics) {
        return try EntityUID.parse(text)
    } catch {
        throw Failure(
            "`\(text)` is no entity: \(error.all[0].message)",
            help: "write it as 'User::\"alice\"', with the quotes")
    }
}

/// `writ store get`: prints one entity.
struct StoreGetCommand: AsyncParsableCommand, JSONPrinting {
    static let configuration = CommandConfiguration(
        commandName: "get", abstract: "Print an entity as JSON.",
        discussion: """
            Exit codes: 0 printed, 1 it is not there, or failure.

            Examples:
              writ store get --store /var/lib/writ 'User::"alice"'
              writ store get --store /var/lib/writ 'User::"alice"' --json
            """)

    @OptionGroup var location: StoreLocation

    @Argument(help: ArgumentHelp("The entity, as in 'User::\"alice\"'.", valueName: "uid"))
    var entity: String

    @Flag(help: "Print the entity on one line, and failures as JSON too.")
    var json = false

    func run() async throws {
        let uid = try entityUID(entity)
        let store = try location.open(readOnly: true)
        guard let entity = try failing({ () throws(StoreError) in try store.get(uid) }) else {
            throw Failure("`\(uid)` is not in the store")
        }
        var writer = JSONWriter(style: json ? .compact : .pretty)
        writer.write(entity)
        printLine(String(decoding: writer.bytes, as: UTF8.self))
    }
}

/// `writ store put`: stores entities from a small JSON file.
struct StorePutCommand: AsyncParsableCommand, JSONPrinting {
    static let configuration = CommandConfiguration(
        commandName: "put", abstract: "Store an entity, or an array of them, in one change.",
        discussion: """
            Examples:
              writ store put --store /var/lib/writ alice.json
              writ store put --config writ.yaml alice.json
              posture-feed | writ store put --store /var/lib/writ --stream

            A line of a stream is an entity.

            """ + StreamOptions.discussion)

    @OptionGroup var location: StoreLocation
    @OptionGroup var schema: StoreSchema
    @OptionGroup var streaming: StreamOptions

    var json: Bool { streaming.json }

    @Argument(help: ArgumentHelp("The file; - is standard input.", valueName: "file"))
    var file: String?

    func validate() throws { try streaming.require(exactlyOne: file != nil, "the file") }

    func run() async throws {
        let conformance = try schema.conformance(location)
        guard let file else {
            return try ChangeStream.run(try location.open(), conformance, streaming) {
                (json) throws(DataError) in
                guard let conformance else { return .put(try json.entity(json.tape.root)) }
                return .put(try json.entity(json.tape.root, conformingTo: conformance))
            }
        }
        let input = try InputFile(file)
        let json = try input.json()
        var entities: [Entity] = []
        do throws(DataError) {
            let root = json.tape.root
            let isArray = json.tape.kind(root) == .array
            for node in isArray ? Array(json.tape.elements(root)) : [root] {
                if let conformance {
                    entities.append(try json.entity(node, conformingTo: conformance))
                } else {
                    entities.append(try json.entity(node))
                }
            }
        } catch {
            throw input.failure(error)
        }
        let store = try location.open()
        let revision = try failing { () throws(StoreError) in
            try store.put(entities, conformingTo: conformance)
        }
        printLine("revision \(revision)")
    }
}

/// `writ store delete`: removes entities.
struct StoreDeleteCommand: AsyncParsableCommand, JSONPrinting {
    static let configuration = CommandConfiguration(
        commandName: "delete", abstract: "Remove entities in one change.",
        discussion: """
            Examples:
              writ store delete --store /var/lib/writ 'User::"alice"'
              expired-sessions | writ store delete --store data --stream --ignore-absent

            A line of a stream names an entity: {"type": "User", "id": "alice"}.

            """ + StreamOptions.discussion)

    @OptionGroup var location: StoreLocation
    @OptionGroup var streaming: StreamOptions

    var json: Bool { streaming.json }

    @Argument(help: ArgumentHelp("The entities.", valueName: "uid"))
    var entities: [String] = []

    @Flag(help: "Pass over entities that are not there.")
    var ignoreAbsent = false

    func validate() throws {
        try streaming.require(exactlyOne: !entities.isEmpty, "the entities")
    }

    func run() async throws {
        if streaming.stream {
            return try ChangeStream.run(try location.open(), nil, streaming) {
                (json) throws(DataError) in
                .delete(try json.uid(json.tape.root), ignoringAbsent: ignoreAbsent)
            }
        }
        var uids: [EntityUID] = []
        for entity in entities { uids.append(try entityUID(entity)) }
        let store = try location.open()
        let revision = try failing { () throws(StoreError) in
            try store.delete(uids, ignoringAbsent: ignoreAbsent)
        }
        printLine("revision \(revision)")
    }
}
