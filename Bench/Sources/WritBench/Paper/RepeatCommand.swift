import ArgumentParser
import BenchSupport

/// `writ-bench repeat`: decides and nothing else, for profilers and counters of instructions.
struct RepeatCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "repeat",
        abstract: "Decide one graph's requests many times, for a profiler.",
        discussion: """
            Prints how many decisions were made. Two runs under `valgrind --tool=callgrind`
            that differ in `--passes` only give the instructions of a decision.

            Example:
              perf record writ-bench repeat github-50 --level decider --passes 20000
            """)

    @Argument(help: "The suite, as in `github-50`.")
    var suite: String

    @OptionGroup var paper: PaperOptions

    @Option(help: "engine, store or decider.")
    var level = Level.decider

    @Option(help: "Passes over the requests.")
    var passes = 1000

    @Option(help: "How many of the suite's graphs are decided in turn.")
    var graphs = 1

    func run() throws {
        let parts = suite.split(separator: "-")
        guard parts.count == 2,
            let application = PaperSuite.Application(rawValue: String(parts[0])),
            let size = Int(parts[1]), size > 0
        else { throw ValidationError("there is no suite `\(suite)`: as in `github-50`") }
        let bench = try PaperBench(
            PaperSuite.load(application, size, from: paper.folder), graphs: graphs)
        let decisions = try bench.repeatDecisions(level, passes: passes)
        print("\(decisions) decisions")
    }
}
