import ArgumentParser
import CedarSyntax

/// The two ways in which policies are written.
enum PolicyFormat: String, CaseIterable, ExpressibleByArgument {
    case cedar, json
}

/// How policies and their links are given to a command.
struct PolicyOptions: ParsableArguments {
    @Option(
        name: [.customShort("p", allowingJoined: true), .long],
        help: ArgumentHelp(
            "The policies and templates; standard input when no file is given.",
            valueName: "file"))
    var policies: String?

    @Option(help: "How the policies are written: cedar or json.")
    var policyFormat = PolicyFormat.cedar

    @Option(
        name: [.customShort("k", allowingJoined: true), .long],
        help: ArgumentHelp(
            "Links of templates, a JSON file as `writ link` writes it.", valueName: "file"))
    var templateLinked: String?

    /// Reads the policies with their links.
    func policySet() throws(Failure) -> (file: InputFile, policies: PolicySet) {
        let file = try InputFile(policies ?? "-")
        var set = try file.policies(policyFormat)
        if let templateLinked {
            try LinkFile(templateLinked).add(to: &set)
        }
        return (file, set)
    }
}
