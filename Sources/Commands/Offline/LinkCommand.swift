import ArgumentParser
import CedarSyntax
import Glibc
import JSON

/// `writ link`: makes a policy of a template, and adds it to a file of links.
struct LinkCommand: CedarCommand, JSONPrinting {
    static let configuration = CommandConfiguration(
        commandName: "link",
        abstract: "Make a policy of a template by filling its slots.",
        discussion: """
            With --template-linked the link is added to that file, which is made when it is
            not there.

            Exit codes: 0 the link is made, 1 failure, 2 wrong usage.

            Example:
              writ link --policies p.cedar --template-linked links.json \\
                --template-id viewer --new-id alice-views \\
                --arguments '{"?principal": "User::\\"alice\\""}'
            """)

    @OptionGroup var policies: PolicyOptions

    @Option(help: ArgumentHelp("The id of the template.", valueName: "id"))
    var templateId: String

    @Option(
        name: [.customShort("n", allowingJoined: true), .long],
        help: ArgumentHelp("The id of the policy.", valueName: "id"))
    var newId: String

    @Option(
        name: [.customShort("a", allowingJoined: true), .long],
        help: ArgumentHelp(
            "The slots' values, a JSON object of entities as text.", valueName: "json"))
    var arguments: String

    @Flag(help: "Print the linked policy as JSON.")
    var json = false

    @OptionGroup var reporting: ReportOptions

    /// Values that are no object of texts by slot are wrong usage, as in the original.
    func validate() throws {
        let input = argumentInput
        do throws(Failure) {
            let json = try input.json()
            do throws(DataError) {
                _ = try json.slotTexts(json.tape.root)
            } catch {
                throw input.failure(error)
            }
        } catch {
            throw ValidationError(error.description)
        }
    }

    func run() async throws {
        let file = try InputFile(policies.policies ?? "-")
        var set = try file.policies(policies.policyFormat)
        var links: [TemplateLink] = []
        if let path = policies.templateLinked, unsafe access(path, F_OK) == 0 {
            let linkFile = try LinkFile(path)
            try linkFile.add(to: &set)
            links = linkFile.links
        }
        let link = TemplateLink(
            templateID: Text(templateId), newID: Text(newId), values: try slotValues())
        do throws(PolicySet.FailedLink) {
            try set.link([link])
        } catch {
            throw Failure("`\(file.name)`: \(error.reason.message)")
        }
        if let path = policies.templateLinked {
            try LinkFile.write(links + [link], to: path)
        }
        guard let policy = set.applicablePolicies.last?.policy else { return }
        do throws(OutputOverflow) {
            if json {
                printLine(Self.json(link, try policy.cedarText()))
            } else {
                printLine("Template-linked policy added: \(try policy.cedarText())")
            }
        } catch {
            throw Failure(error.message)
        }
    }

    private static func json(_ link: TemplateLink, _ policy: String) -> String {
        var writer = JSONWriter()
        writer.beginObject()
        writer.key("id")
        writer.string(utf8: link.newID.utf8.span)
        writer.key("template")
        writer.string(utf8: link.templateID.utf8.span)
        writer.key("policy")
        writer.string(policy)
        writer.endObject()
        return String(decoding: writer.bytes, as: UTF8.self)
    }

    private func slotValues() throws(Failure) -> SlotValues {
        let input = argumentInput
        let json = try input.json()
        do throws(DataError) {
            return try json.slotValues(json.tape.root)
        } catch {
            throw input.failure(error)
        }
    }

    private var argumentInput: InputFile {
        InputFile(name: "--arguments", bytes: Array(arguments.utf8))
    }
}
