import ArgumentParser
import BenchSupport
import CedarEngine
import CedarSyntax
import EntityStore

/// `writ-bench decide hierarchy`: what membership costs in deep and in wide hierarchies.
struct HierarchyCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "hierarchy",
        abstract: "Membership in deep and in wide hierarchies in LMDB.",
        discussion: """
            `depth`: a user at the bottom of a chain of groups asks for what its top may do.
            `width`: a user with many groups, one of which may. `both`: many groups, each
            the bottom of a chain.

            Example:
              writ-bench decide hierarchy --svg hierarchy.svg
            """)

    @Option(help: "Runs; figures are the median over them.")
    var runs = 21

    @OptionGroup var output: OutputOptions

    private static let users = 200
    private static let policies = """
        permit (principal in Group::"top", action == Action::"read", resource);
        """

    func run() throws {
        var report = Report(
            "membership in hierarchies in LMDB, nanoseconds a decision",
            columns: [
                "shape", "groups", "depth", "width", "mean", "p50", "p99", "allocations", "wrong",
            ])
        var lines: [String: [(x: Double, y: Double)]] = [:]
        var wrong = 0
        for (shape, sizes) in [
            ("depth", [1, 4, 16, 64, 256, 1024]), ("width", [1, 4, 16, 64, 256, 1024]),
            ("both", [1, 4, 16]),
        ] {
            for size in sizes {
                let depth = shape == "width" ? 1 : size
                let width = shape == "depth" ? 1 : size
                let result = try measure(depth: depth, width: width)
                wrong += result.wrong
                let figures = result.figures.figures
                lines[shape, default: []].append((Double(depth * width), figures.mean))
                report.add([
                    .text(shape), .count(depth * width), .count(depth), .count(width),
                    .number(figures.mean, decimals: 0), .number(figures.p50, decimals: 0),
                    .number(figures.p99, decimals: 0),
                    .number(result.figures.allocationsPerDecision, decimals: 3),
                    .count(result.wrong),
                ])
            }
        }
        try output.publish(
            report,
            Chart(
                "Membership in deep and wide hierarchies", horizontal: "groups above a user",
                vertical: "nanoseconds a decision, mean",
                series: ["depth", "width", "both"].map { Chart.Series($0, lines[$0] ?? []) }))
        if wrong > 0 { throw ExitCode(1) }
    }

    /// Users in `width` chains of `depth` groups each; half of them reach the top.
    private func measure(
        depth: Int, width: Int
    ) throws -> (figures: MeasuredFigures, wrong: Int) {
        let top = EntityUID("Group", "top")
        var entities = [
            Entity(uid: .action("read")), Entity(uid: EntityUID("Doc", "plan")), Entity(uid: top),
        ]
        var bottoms: [[EntityUID]] = []
        for reaches in [true, false] {
            bottoms.append(
                (0..<width).map { chain in
                    // One chain of the first half of users ends at the top.
                    var above: [EntityUID] = reaches && chain == width / 2 ? [top] : []
                    for level in 0..<depth where !(level == 0 && !above.isEmpty) {
                        let uid = EntityUID("Group", "g\(reaches)-\(chain)-\(level)")
                        entities.append(Entity(uid: uid, parents: above))
                        above = [uid]
                    }
                    return above.first ?? top
                })
        }
        let users = (0..<Self.users).map { EntityUID("User", "user-\($0)") }
        for (index, user) in users.enumerated() {
            entities.append(Entity(uid: user, parents: bottoms[index % 2]))
        }
        let directory = try TemporaryDirectory()
        let store = try EntityStore.open(
            at: "\(directory.path)/store", StoreOptions(createIfMissing: true))
        try store.put(entities)
        let measurement = Measurement(
            try DeciderPath(
                Ruleset(PolicySet.parse(Self.policies), version: 1), store,
                QuestionBlock(
                    users.map {
                        .init(
                            principal: $0, action: .action("read"),
                            resource: EntityUID("Doc", "plan"))
                    })))
        let wrong = measurement.decisions().enumerated().count { $1 != ($0 % 2 == 0) }
        guard
            let figures = MeasuredFigures.measure([measurement], Effort(runs: runs, passes: 10))
        else { throw ValidationError("--runs must be at least 1") }
        return (figures, wrong)
    }
}
