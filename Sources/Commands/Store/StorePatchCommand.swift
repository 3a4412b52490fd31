import ArgumentParser
import CedarSchema
import CedarSyntax
import EntityStore
import JSON

/// `writ store patch`: changes parts of entities.
struct StorePatchCommand: AsyncParsableCommand, JSONPrinting {
    static let configuration = CommandConfiguration(
        commandName: "patch",
        abstract: "Change attributes, tags or parents of entities in one change.",
        discussion: """
            The file holds one patch or an array of them:

              {"uid": {"type": "Device", "id": "d1"},
               "attrs": {"managed": true, "jailbroken": null},
               "parents": {"add": [{"type": "Fleet", "id": "eu"}], "remove": []}}

            What is not named stays; null removes. `parents` may also be the whole new
            array.

            Examples:
              writ store patch --store /var/lib/writ patch.json
              posture-feed | writ store patch --store /var/lib/writ --stream

            A line of a stream is one patch.

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
                .patch(try json.patch(json.tape.root, schema: conformance?.schema))
            }
        }
        let input = try InputFile(file)
        let json = try input.json()
        let patches: [EntityPatch]
        do throws(DataError) {
            patches = try json.patches(json.tape.root, schema: conformance?.schema)
        } catch {
            throw input.failure(error)
        }
        let store = try location.open()
        let revision = try failing { () throws(StoreError) in
            try store.patch(patches, conformingTo: conformance)
        }
        printLine("revision \(revision)")
    }
}
