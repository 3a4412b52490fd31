import CedarEngine
import DecisionPoint
import EntityStore

/// The record cache of one reader: a quarter of what `serve` shares out over its threads by default.
let cacheBytes = 64 << 20

/// A way to decide the requests of a block: what is measured.
///
/// Everything is owned by the path, so that the measuring loop is one over plain calls.
protocol DecisionPath: ~Copyable {
    /// The number of requests.
    var count: Int { get }

    /// Decides a request; true is an allow.
    mutating func decide(_ index: Int) -> Bool
}

/// The bare engine on entities in memory: no store, no validation of requests.
struct MemoryPath: ~Copyable, DecisionPath {
    private let ruleset: Ruleset
    private let rules: RulesView
    private let entities: EntityTable
    private let block: QuestionBlock
    private let requests: [Request]
    private var workspace = Workspace()

    init(_ ruleset: Ruleset, _ entities: EntityTable, _ block: QuestionBlock) {
        self.ruleset = ruleset
        self.entities = entities
        self.block = block
        rules = ruleset.view
        requests = block.requests
    }

    var count: Int { requests.count }

    mutating func decide(_ index: Int) -> Bool {
        rules.authorize(
            requests[index], entities: entities, errors: .strict, workspace: &workspace) == .allow
    }
}

/// The bare engine on entities in the store: a snapshot a decision, no validation of requests.
struct StorePath: ~Copyable, DecisionPath {
    private let ruleset: Ruleset
    private let rules: RulesView
    private let block: QuestionBlock
    private let requests: [Request]
    private var reader: EntityReader
    private var workspace = Workspace()

    init(_ ruleset: Ruleset, _ store: EntityStore, _ block: QuestionBlock) throws {
        self.ruleset = ruleset
        self.block = block
        rules = ruleset.view
        requests = block.requests
        reader = try store.makeReader(cacheBytes: cacheBytes)
    }

    var count: Int { requests.count }

    mutating func decide(_ index: Int) -> Bool {
        do throws(StoreError) {
            try reader.begin()
        } catch {
            return false
        }
        let verdict = rules.authorize(
            requests[index], entities: reader, errors: .strict, workspace: &workspace)
        reader.end()
        return verdict == .allow
    }
}

/// What the service does for each request: a snapshot, the request judged, full diagnostics.
struct DeciderPath: ~Copyable, DecisionPath {
    private let block: QuestionBlock
    private let questions: [Question]
    private var decider: Decider

    /// - Parameter bytes: the bound on the cache of records; 0 for none.
    init(
        _ ruleset: Ruleset, _ store: EntityStore, _ block: QuestionBlock,
        cacheBytes bytes: Int = cacheBytes
    ) throws {
        self.block = block
        questions = block.questions
        decider = try Decider(
            publisher: RulesetPublisher(ruleset), store: store, errors: .strict,
            cacheBytes: bytes)
    }

    var count: Int { questions.count }

    mutating func decide(_ index: Int) -> Bool {
        decider.begin()
        let outcome = decider.decide(questions[index], minimumRevision: 0)
        decider.end()
        return outcome == .allowed
    }
}
