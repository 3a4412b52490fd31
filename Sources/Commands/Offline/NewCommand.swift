import ArgumentParser
import Glibc
import JSON

/// `writ new`: a folder to begin with.
struct NewCommand: CedarCommand, JSONPrinting {
    static let configuration = CommandConfiguration(
        commandName: "new",
        abstract: "Make a folder with a policy, a schema, entities and tests to begin with.",
        discussion: """
            Makes policy.cedar, schema.cedarschema.json and entities.json, as `cedar` does,
            and tests.json for `writ run-tests`. A folder that exists is left alone.

            Exit codes: 0 made, 1 failure, 2 wrong usage.

            Example:
              writ new --name photos
            """)

    @Option(
        name: [.customShort("n", allowingJoined: true), .long],
        help: ArgumentHelp("The folder to make.", valueName: "folder"))
    var name: String

    @Flag(help: "Print the paths of what was made as JSON.")
    var json = false

    @OptionGroup var reporting: ReportOptions

    func run() async throws {
        guard unsafe mkdir(name, 0o777) == 0 else {
            throw Failure(
                "cannot make the folder `\(name)`: \(unsafe String(cString: strerror(errno)))")
        }
        var paths: [String] = []
        for file in StarterProject.files {
            let path = "\(name)/\(file.name)"
            try NewFile(path).create(Array(file.content.utf8))
            paths.append(path)
        }
        guard json else { return }
        var writer = JSONWriter()
        writer.beginObject()
        writer.key("files")
        writer.beginArray()
        for path in paths { writer.string(path) }
        writer.endArray()
        writer.endObject()
        printLine(String(decoding: writer.bytes, as: UTF8.self))
    }
}
