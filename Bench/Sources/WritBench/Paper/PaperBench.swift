import BenchSupport
import CedarEngine
import CedarSyntax
import EntityStore

/// How near to the service a decision is made.
enum Level: String, CaseIterable {
    /// The bare engine on entities in memory.
    case engine
    /// The bare engine on entities in the store, a snapshot a decision.
    case store
    /// The decision point: a snapshot, the request judged, full diagnostics. The one that counts.
    case decider
}

/// A suite ready to be measured: its graphs in memory and in stores.
final class PaperBench {
    let suite: PaperSuite
    private let ruleset: Ruleset
    private let directory: TemporaryDirectory
    private let stores: [EntityStore]
    private let tables: [EntityTable]
    private let blocks: [QuestionBlock]

    /// - Parameter graphs: how many of the suite's graphs are used; all unless given.
    init(_ whole: PaperSuite, graphs: Int = .max) throws {
        let suite = PaperSuite(
            application: whole.application, size: whole.size, policies: whole.policies,
            graphs: Array(whole.graphs.prefix(graphs)), isRecorded: whole.isRecorded)
        self.suite = suite
        ruleset = try Ruleset(suite.policies, version: 1)
        let directory = try TemporaryDirectory()
        self.directory = directory
        stores = try suite.graphs.enumerated().map { index, graph in
            let store = try EntityStore.open(
                at: "\(directory.path)/\(index)",
                StoreOptions(createIfMissing: true, mapBytes: 16 << 20))
            try store.put(graph.entities)
            return store
        }
        tables = try suite.graphs.map { try EntityTable($0.entities) }
        blocks = try suite.graphs.map { try QuestionBlock($0.requests) }
    }

    /// The result of one level.
    struct Result {
        let measured: MeasuredFigures
        let decisions: [Bool]
    }

    func measure(_ level: Level, _ effort: Effort) throws -> Result {
        switch level {
        case .engine:
            try measure(effort) { MemoryPath(ruleset, tables[$0], blocks[$0]) }
        case .store:
            try measure(effort) { try StorePath(ruleset, stores[$0], blocks[$0]) }
        case .decider:
            try measure(effort) { try DeciderPath(ruleset, stores[$0], blocks[$0]) }
        }
    }

    /// Decides every request so many times and measures nothing; returns the decisions made.
    func repeatDecisions(_ level: Level, passes: Int) throws -> Int {
        switch level {
        case .engine:
            try repeatDecisions(passes) { MemoryPath(ruleset, tables[$0], blocks[$0]) }
        case .store:
            try repeatDecisions(passes) { try StorePath(ruleset, stores[$0], blocks[$0]) }
        case .decider:
            try repeatDecisions(passes) { try DeciderPath(ruleset, stores[$0], blocks[$0]) }
        }
    }

    private func repeatDecisions<Path: DecisionPath & ~Copyable>(
        _ passes: Int, _ makePath: (Int) throws -> Path
    ) throws -> Int {
        let measurements = try suite.graphs.indices.map { Measurement(try makePath($0)) }
        for measurement in measurements { _ = measurement.time(passes: passes) }
        return measurements.reduce(0) { $0 + $1.count } * passes
    }

    private func measure<Path: DecisionPath & ~Copyable>(
        _ effort: Effort, _ makePath: (Int) throws -> Path
    ) throws -> Result {
        let measurements = try suite.graphs.indices.map { Measurement(try makePath($0)) }
        let decisions = measurements.flatMap { $0.decisions() }
        guard let measured = MeasuredFigures.measure(measurements, effort) else {
            throw BenchError("there is nothing to measure: `--runs` must be at least 1")
        }
        return Result(measured: measured, decisions: decisions)
    }

    /// How many decisions differ from those of other implementations; nil when none are known.
    func differences(_ decisions: [Bool]) -> Int? {
        guard suite.isRecorded else { return nil }
        let recorded = suite.graphs.flatMap { $0.recorded ?? [] }
        return zip(recorded, decisions).count { $0 != $1 }
            + abs(recorded.count - decisions.count)
    }
}
