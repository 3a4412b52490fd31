import ArgumentParser
import CedarSyntax
import Glibc
import JSON

/// `writ format`: lays out policies in the uniform way, comments kept.
struct FormatCommand: CedarCommand, JSONPrinting {
    static let configuration = CommandConfiguration(
        commandName: "format",
        abstract: "Format policies, keeping their comments.",
        discussion: """
            Without --write and --check the formatted text of one file goes to standard
            output. A folder stands for all `.cedar` files in it. The layout is that of
            Cedar's own formatter; a text once formatted stays as it is.

            Exit codes: 0 formatted, or with --check nothing would change; 1 something
            would change, or error.

            Examples:
              writ format --policies policies.cedar
              writ format --write policies.cedar
              writ format --check --json Policies
              writ format --line-width 100 --indent-width 4 < policies.cedar
            """)

    @Option(
        name: [.short, .long],
        help: ArgumentHelp(
            "The policies and templates; standard input when no file is given.",
            valueName: "file"))
    var policies: String?

    @Argument(help: ArgumentHelp("More files, or folders of them.", valueName: "path"))
    var paths: [String] = []

    @Option(
        name: [.short, .long],
        help: ArgumentHelp("The columns of a line, at least 1.", valueName: "number"))
    var lineWidth = LayoutStyle.standard.lineWidth

    @Option(
        name: [.short, .long],
        help: ArgumentHelp("The columns of a level of indentation.", valueName: "number"))
    var indentWidth = LayoutStyle.standard.indentWidth

    @Flag(name: [.short, .long], help: "Write the result back to the file.")
    var write = false

    @Flag(name: [.short, .long], help: "Only list the files that would change.")
    var check = false

    @Flag(help: "With --check: print the list as JSON.")
    var json = false

    @OptionGroup var reporting: ReportOptions

    func validate() throws {
        guard LayoutStyle.lineWidths.contains(lineWidth) else {
            throw ValidationError(
                "--line-width must be from 1 to \(LayoutStyle.lineWidths.upperBound)")
        }
        guard LayoutStyle.indentWidths.contains(indentWidth) else {
            throw ValidationError(
                "--indent-width must be from 0 to \(LayoutStyle.indentWidths.upperBound)")
        }
        guard !(write && check) else {
            throw ValidationError("--write and --check exclude each other")
        }
        guard !json || check else { throw ValidationError("--json goes with --check only") }
        guard !write || policies != nil || !paths.isEmpty else {
            throw ValidationError("--write needs a file: standard input cannot be written back")
        }
    }

    func run() async throws {
        guard let style = LayoutStyle(lineWidth: lineWidth, indentWidth: indentWidth) else {
            return
        }
        let given = (policies.map { [$0] } ?? []) + paths
        let files = given.isEmpty ? ["-"] : try PolicyPaths.expand(given)
        guard !files.isEmpty else {
            throw Failure(
                "there is no `.cedar` file in \(given.map { "`\($0)`" }.joined(separator: ", "))")
        }
        guard files.count == 1 || write || check else {
            throw Failure("\(files.count) files cannot be printed: use --write or --check")
        }
        var failures: [Failure] = []
        var changed: [String] = []
        let formatter = PolicyFormatter(style)
        for path in files {
            do throws(Failure) {
                let file = try InputFile(path)
                let result = try format(file, formatter)
                if result != file.bytes { changed.append(file.name) }
                if write {
                    if result != file.bytes { try replaceFile(path, with: result) }
                } else if !check {
                    writeAll(String(decoding: result, as: UTF8.self), to: STDOUT_FILENO)
                }
            } catch {
                failures.append(error)
            }
        }
        if check { report(changed, of: files.count - failures.count) }
        guard failures.isEmpty else { throw Failure(all: failures) }
        if check, !changed.isEmpty { throw ExitCode.failure }
    }

    private func format(
        _ file: InputFile, _ formatter: PolicyFormatter
    ) throws(Failure) -> [UInt8] {
        do throws(FormatFailure) {
            return try formatter.format(file.bytes)
        } catch {
            switch error {
            case .syntax(let diagnostics):
                throw file.failure(diagnostics)
            case .tooLarge(let limit):
                throw Failure(
                    "`\(file.name)`: the formatted text would have more than \(limit) bytes: "
                        + "use a smaller --indent-width or split the file")
            case .changed(let difference):
                throw Failure(
                    "`\(file.name)`: internal error of the formatter, nothing is written: "
                        + "\(difference); please report it with the file")
            }
        }
    }

    private func report(_ changed: [String], of count: Int) {
        guard json else {
            for name in changed { printLine(name) }
            return
        }
        var writer = JSONWriter()
        writer.beginObject()
        writer.key("checked")
        writer.integer(Int64(count))
        writer.key("wouldChange")
        writer.beginArray()
        for name in changed { writer.string(name) }
        writer.endArray()
        writer.endObject()
        printLine(String(decoding: writer.bytes, as: UTF8.self))
    }
}
