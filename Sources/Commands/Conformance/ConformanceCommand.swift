import ArgumentParser
import CedarSyntax

/// `writ conformance`: replays recorded answers of the reference implementation.
struct ConformanceCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "conformance",
        abstract: "Replay recorded Cedar decisions and compare.",
        discussion: """
            Reads JSON Lines, one case a line, and prints every mismatch. A request with
            recorded decision, reasons and errors is one check, and so is each recorded
            verdict of validation.

            Exit codes: 0 all passed, 1 otherwise.

            Examples:
              writ conformance handwritten.jsonl
              writ conformance --kind parse --kind evaluate edges.jsonl
            """)

    @Argument(help: ArgumentHelp("Conformance files, JSON Lines.", valueName: "file"))
    var files: [String]

    @Option(
        help: ArgumentHelp(
            "Replay only lines of this kind: parse, evaluate, validate, decisions, entities, "
                + "validator, differential. Repeatable.", valueName: "kind"))
    var kind: [String] = []

    @Option(help: ArgumentHelp("Print at most this many mismatches.", valueName: "number"))
    var show = 20

    func run() async throws {
        var passed = 0
        var failed = 0
        for file in files {
            let name = file
            let lines = try InputFile(file).bytes.split(separator: UInt8(ascii: "\n"))
            let kinds = Set(kind)
            // One task a core is enough; each takes every n-th line.
            let strides = 4
            await withTaskGroup(of: [(Int, String, [CheckResult])].self) { group in
                for start in 0..<strides {
                    group.addTask {
                        stride(from: start, to: lines.count, by: strides).compactMap { index in
                            Self.replay(Array(lines[index]), kinds).map {
                                (index, $0.id, $0.results)
                            }
                        }
                    }
                }
                var outcomes: [(Int, String, [CheckResult])] = []
                for await part in group { outcomes += part }
                for (index, id, results) in outcomes.sorted(by: { $0.0 < $1.0 }) {
                    for (number, result) in results.enumerated() {
                        switch result {
                        case .passed:
                            passed += 1
                        case .failed(let message):
                            failed += 1
                            if failed <= show {
                                let place = results.count > 1 ? " check \(number)" : ""
                                printLine("\(name):\(index + 1): \(id)\(place): \(message)")
                            }
                        }
                    }
                }
            }
        }
        if failed > show { printLine("and \(failed - show) more") }
        printLine("\(passed) passed, \(failed) failed")
        // A run that checked nothing proves nothing.
        guard passed + failed > 0 else {
            throw Failure(
                "there is no case in \(ConfigurationText.all(files))",
                help: "one is a line of JSON; see --kind for the kinds")
        }
        guard failed == 0 else { throw ExitCode.failure }
    }

    private static func replay(
        _ line: [UInt8], _ kinds: Set<String>
    ) -> (id: String, results: [CheckResult])? {
        do throws(DataError) {
            let `case` = try ConformanceCase(line)
            guard kinds.isEmpty || kinds.contains(`case`.kind) else { return nil }
            return (`case`.id, `case`.run())
        } catch {
            return ("?", [.failed("not a case: \(error.message)")])
        }
    }
}
