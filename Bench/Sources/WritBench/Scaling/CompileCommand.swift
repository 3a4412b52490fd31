import ArgumentParser
import BenchSupport
import CedarSchema

/// `writ-bench compile`: what it takes to load policies.
struct CompileCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "compile",
        abstract: "Time and memory to parse, validate and compile policies.",
        discussion: """
            Sets of 10 to 100,000 policies made here, or a file. Validation is strict and
            only with a schema. `resident` is what the process grew by, ids and annotations
            included; it means something from 10,000 policies on.

            Examples:
              writ-bench compile --maximum 100000 --json compile.json
              writ-bench compile --policies policies.cedar --schema schema.cedarschema
            """)

    @Option(help: "The largest number of policies made.")
    var maximum = 100_000

    @Option(help: ArgumentHelp("A policy file to load instead.", valueName: "file"))
    var policies: String?

    @Option(help: ArgumentHelp("The schema of that file.", valueName: "file"))
    var schema: String?

    @Option(help: "Times each set is loaded; the least time counts.")
    var repetitions = 3

    @Flag(help: "Fail when a set of 10,000 policies or more takes over 340 compiled bytes each.")
    var gate = false

    @OptionGroup var output: OutputOptions

    func run() throws {
        var report = Report(
            "loading policies",
            columns: [
                "policies", "text B/policy", "parse ms", "validate ms", "compile ms", "total ms",
                "µs/policy", "compiled B/policy", "resident B/policy",
            ])
        var points: [String: [(x: Double, y: Double)]] = [:]
        var isOverGate = false
        for (text, schema) in try inputs() {
            let (times, _) = try CompileTimes.measure(
                text, schema: schema, repetitions: repetitions)
            let count = Double(max(1, times.policies))
            let compiled = Double(times.compiledBytes) / count
            isOverGate = isOverGate || (count >= 10_000 && compiled > 340)
            for (name, seconds) in [
                ("parse", times.parse), ("validate", times.validate ?? 0),
                ("compile", times.compile),
            ] { points[name, default: []].append((count, seconds * 1e6 / count)) }
            report.add([
                .count(times.policies), .number(Double(text.count) / count, decimals: 0),
                .number(times.parse * 1e3, decimals: 2),
                times.validate.map { .number($0 * 1e3, decimals: 2) } ?? .absent,
                .number(times.compile * 1e3, decimals: 2),
                .number(times.total * 1e3, decimals: 2),
                .number(times.total * 1e6 / count, decimals: 2),
                .number(compiled, decimals: 0),
                count >= 10_000
                    ? .number(Double(times.residentBytes) / count, decimals: 0) : .absent,
            ])
        }
        try output.publish(
            report,
            Chart(
                "Loading policies", horizontal: "policies", vertical: "µs a policy",
                series: ["parse", "validate", "compile"].map { Chart.Series($0, points[$0] ?? []) }
            ))
        if gate, isOverGate { throw ExitCode(1) }
    }

    private func inputs() throws -> [(text: [UInt8], schema: Schema?)] {
        if let policies {
            let schema = try schema.map { try Schema.parse(TextFile.bytes($0)) }
            return [(try TextFile.bytes(policies), schema)]
        }
        let schema = try Schema.parse(PolicyWorkload.schema)
        return sequence(first: 10) { $0 * 10 }.prefix { $0 <= maximum }
            .map { (PolicyWorkload(count: $0).text, schema) }
    }
}
