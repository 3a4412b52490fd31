import AuthZEN
import CedarSyntax
import DecisionPoint
import Foundation
import JSON
import Server
import Testing
import Wire

@testable import Commands

@Suite("The reference of the configuration")
struct ConfigurationReferenceTests {
    private static let reference = ConfigurationReference(ServiceConfiguration.section)

    /// The example with all its keys, and the files that are read with it.
    private struct Whole {
        let workplace: Workplace
        let document: ExampleDocument

        init() throws {
            workplace = try Workplace()
            try workplace.write("page-tokens.key", String(repeating: "k", count: 32))
            let key = Project.path("Tests/AuthZENTests/Fixtures/signing-ed25519.pem")
            try workplace.write("metadata.key", try InputFile(key).bytes)
            document = ExampleDocument(
                uncommenting: ConfigurationExample(ServiceConfiguration.section).text)
        }

        /// Decodes a text without the look at its form that comes before in a service.
        func decode(_ text: String) throws(Failure) -> ServiceConfiguration {
            let file = InputFile(name: workplace.path("writ.yaml"), bytes: Array(text.utf8))
            let root = try ConfigurationNode(file, ServiceConfiguration.section)
            return try ServiceConfiguration.read(root, in: workplace.path)
        }
    }

    @Test("The example is taken with all its keys, and has a listener of each kind")
    func wholeExample() throws {
        let whole = try Whole()
        let path = try whole.workplace.write("writ.yaml", whole.document.text)
        let configuration = try ServiceConfiguration.read(path)
        #expect(
            configuration.listenerNames == [
                "local", "tls", "envoy", "spoe", "services", "edge", "figures",
            ])
        #expect(configuration.identity?.principals.rules.count == 4)
        #expect(configuration.identity?.tokens?.count == 2)
        #expect(configuration.http.first?.authzen?.metadata?.signer != nil)
    }

    @Test("The documentation has the example as it is")
    func documentation() throws {
        let path = Project.path("Sources/Commands/Commands.docc/Configuration.md")
        let text = String(decoding: try InputFile(path).bytes, as: UTF8.self)
        let example = ConfigurationExample(ServiceConfiguration.section).text
        #expect(
            text.contains("```yaml\n\(example)```\n"),
            "put what `writ configuration example` prints into \(path)")
    }

    @Test("Defaults that the example shows are those of a configuration without them")
    func defaults() throws {
        let whole = try Whole()
        let given = try whole.decode(whole.document.text)
        let least = try whole.decode("policies: p\nstore: s\nsocket: {path: run/writ.sock}\n")
        #expect(given.cacheBytes == least.cacheBytes && given.errors == least.errors)
        #expect(given.socket.limits == least.socket.limits)
        #expect(given.socket.defaultDeadline == least.socket.defaultDeadline)
        #expect(
            given.socket.frameLimits.maximumFrameBytes
                == least.socket.frameLimits.maximumFrameBytes)
        let listener = try #require(given.http.first)
        let bare = try whole.decode(
            "policies: p\nstore: s\nsocket: {path: a}\n"
                + "http: [{name: a, family: authzen, socket: b}]\n")
        #expect(listener.limits == bare.http.first?.limits)
        #expect(
            listener.authzen?.configuration.limits == bare.http.first?.authzen?.configuration.limits
        )
    }

    @Test("Every key of the reference is read: a value that it cannot have is refused by its name")
    func everyKeyIsRead() throws {
        let whole = try Whole()
        var read: Set<String> = []
        for place in whole.document.places {
            let refused = #expect(throws: Failure.self, "\(place.path)") {
                try whole.decode(whole.document.text(spoiling: place))
            }
            let message = refused?.description ?? ""
            #expect(
                message.contains("`\(place.path)`"), "\(place.path): \(message)")
            read.insert(place.path.replacing(".bank.example", with: ".NAME"))
        }
        // A key that excludes the one that is shown takes its place.
        for entry in Self.reference.entries where !read.contains(entry.path) {
            let parent = entry.path.dropLast(entry.key.name.count)
            let place = entry.others.compactMap { other in
                whole.document.places.first {
                    $0.path.replacing(".bank.example", with: ".NAME") == parent + other
                }
            }.first
            let shown = try #require(place, "\(entry.path) is not in the example")
            let refused = #expect(throws: Failure.self, "\(entry.path)") {
                try whole.decode(whole.document.text(spoiling: shown, as: entry.key.name))
            }
            #expect(refused?.description.contains("`\(entry.path)`") == true)
            read.insert(entry.path)
        }
        #expect(read == Set(Self.reference.entries.map(\.path)))
    }

    @Test("No key is described twice, and every description says what the key is for")
    func descriptions() {
        let paths = Self.reference.entries.map(\.path)
        #expect(paths.count == Set(paths).count && paths.count > 150)
        for entry in Self.reference.entries {
            #expect(entry.key.meaning.hasSuffix("."), "\(entry.path)")
            #expect(entry.key.meaning.first?.isLowercase == false, "\(entry.path)")
        }
    }

    @Test("Keys are found by their names, with those below, and near ones are named")
    func lookup() throws {
        let reference = Self.reference
        #expect(reference.entries(below: "socket.threads").map(\.path) == ["socket.threads"])
        #expect(reference.entries(below: "http.authzen.metadata").count == 5)
        #expect(reference.entries(below: "identity.trust.domains.bundle").count == 1)
        #expect(reference.entries(below: "socket.thread").isEmpty)
        #expect(reference.nearest(to: "socket.thread") == "socket.threads")
        #expect(reference.nearest(to: "lenient") == "http.authzen.lenient")
        #expect(reference.nearest(to: "zzzzzzzzzzz") == nil)
    }

    @Test("The JSON Schema has every key with its description")
    func schema() throws {
        let tape = try JSONTape(parsing: ServiceConfiguration.section.jsonSchema())
        for entry in Self.reference.entries {
            var node = tape.root
            for part in entry.path.split(separator: ".") {
                while let items = tape.member(node, "items") { node = items }
                if part == "NAME" {
                    node = try #require(tape.member(node, "additionalProperties"))
                    continue
                }
                let properties = try #require(tape.member(node, "properties"), "\(entry.path)")
                let member = tape.members(properties).first { tape.string($0.key) == String(part) }
                node = try #require(member, "\(entry.path)").value
            }
            let description = tape.member(node, "description").flatMap { tape.string($0) }
            #expect(description?.hasPrefix(entry.key.meaning) == true, "\(entry.path)")
        }
    }

    @Test("Everything that is wrong is told at once, in the order of the file")
    func allProblems() throws {
        let workplace = try Workplace()
        let path = try workplace.write(
            "writ.yaml",
            """
            polices: p
            errors: srict
            socket:
              path: s
              threads: 0
              allowedUsers: [root]
            http:
              - {name: a, family: authzen, idleTimeout: 1}

            """)
        let failure = #expect(throws: Failure.self) { try ServiceConfiguration.read(path) }
        let messages = failure?.diagnostics.map(\.message) ?? []
        #expect(
            messages == [
                "unknown key `polices`", "the key `policies` is missing",
                "the key `store` is missing",
                "`errors` must be `cedar` or `strict`, not `srict`",
                "`socket.threads` must be an integer from 1 to 256",
                "`socket.allowedUsers` must be an integer from 0 to 4294967295",
                "`http.idleTimeout` must be a time in whole seconds, from 1s to 24h",
            ])
        #expect(failure?.diagnostics.dropFirst(3).first?.help == "did you mean `strict`?")
    }

    @Test(
        "Configurations of this project have only keys that are known",
        arguments: [
            "Policies/open-banking/writ.yaml", "Policies/open-banking/gateways/writ.yaml",
            "Policies/service-mesh/writ.yaml",
        ])
    func ownConfigurations(_ path: String) throws {
        let file = try InputFile(Project.path(path))
        try ConfigurationNode(file, ServiceConfiguration.section).requireWellFormed()
    }
}

/// The files of the project.
private enum Project {
    static func path(_ path: String) -> String {
        URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().appendingPathComponent(path).path
    }
}

/// The lines of an example, with the keys that stand there.
private struct ExampleDocument {
    /// A key in a line.
    struct Place {
        /// The whole name.
        let path: String
        let line: Int
        /// Where the key stands in its line.
        let key: Range<String.Index>
        /// Where the value does; empty when it is in the lines below.
        let value: Range<String.Index>
        /// The lines below that belong to it.
        let below: Range<Int>
    }

    private let lines: [String]
    private(set) var places: [Place] = []

    var text: String { lines.joined(separator: "\n") + "\n" }

    /// Makes configuration of what are comments, and drops the words.
    init(uncommenting text: String) {
        lines = text.split(separator: "\n").map { line in
            String(line.hasPrefix("# ") ? line.dropFirst(2) : line)
        }.filter { !$0.drop { $0 == " " }.hasPrefix("##") && !$0.isEmpty }
        var open: [(indent: Int, name: String)] = []
        for (number, line) in lines.enumerated() {
            let start = line.firstIndex { !" -".contains($0) } ?? line.endIndex
            let indent = line.distance(from: line.startIndex, to: start)
            while let last = open.last, last.indent >= indent { open.removeLast() }
            let path = open.map(\.name).joined(separator: ".")
            if line[start...].hasPrefix("{") {
                addFlow(line, start, path, number)
                continue
            }
            guard let colon = line[start...].firstIndex(of: ":") else { continue }
            let name = String(line[start..<colon])
            open.append((indent, name))
            let next = line.index(after: colon)
            let value = next == line.endIndex ? next : line.index(after: next)
            let end =
                lines[(number + 1)...].firstIndex { other in
                    (other.firstIndex { !" -".contains($0) }).map {
                        other.distance(from: other.startIndex, to: $0) <= indent
                    } ?? false
                } ?? lines.count
            places.append(
                Place(
                    path: (path.isEmpty ? "" : path + ".") + name, line: number, key: start..<colon,
                    value: value..<line.endIndex, below: (number + 1)..<end))
        }
        places.removeAll { $0.path == "identity.trust.domains.bank.example" }
    }

    /// The keys of a mapping on one line, in which no value has a comma but in quotes.
    private mutating func addFlow(
        _ line: String, _ start: String.Index, _ path: String, _ number: Int
    ) {
        for match in line[start...].matches(of: /(\w+): ('[^']*'|[^,}]*)/) {
            places.append(
                Place(
                    path: path + "." + match.1, line: number,
                    key: match.1.startIndex..<match.1.endIndex,
                    value: match.2.startIndex..<match.2.endIndex, below: number + 1..<number + 1))
        }
    }

    /// The document in which one key has a value that no key can have.
    ///
    /// - Parameter name: of another key in its place.
    func text(spoiling place: Place, as name: String? = nil) -> String {
        var lines = lines
        var line = lines[place.line]
        let hasBelow = place.value.isEmpty
        // What takes text does not take a mapping, and what takes a mapping or a list no text.
        let value = hasBelow ? " 1" : "{is: wrong}"
        let isContainer = line[place.value].hasPrefix("[") || line[place.value].hasPrefix("{")
        line.replaceSubrange(place.value, with: isContainer ? "1" : value)
        if let name { line.replaceSubrange(place.key, with: name) }
        lines[place.line] = line
        if hasBelow { lines.removeSubrange(place.below) }
        return lines.joined(separator: "\n") + "\n"
    }
}
