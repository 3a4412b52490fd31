import CedarEngine
import DecisionPoint
import EntityStore

/// A decider with a cache that decides one block after the other.
struct SwitchingPath: ~Copyable, DecisionPath {
    private var block: QuestionBlock
    private var questions: [Question]
    private var decider: Decider

    init(
        _ ruleset: Ruleset, _ store: EntityStore, _ block: QuestionBlock, cacheBytes: Int
    ) throws {
        self.block = block
        questions = block.questions
        decider = try Decider(
            publisher: RulesetPublisher(ruleset), store: store, errors: .strict,
            cacheBytes: cacheBytes)
    }

    /// Goes on with other requests; the cache stays as it is.
    mutating func go(to block: QuestionBlock) {
        self.block = block
        questions = block.questions
    }

    var cacheStatistics: CacheStatistics { decider.cacheStatistics }

    var count: Int { questions.count }

    mutating func decide(_ index: Int) -> Bool {
        decider.begin()
        let outcome = decider.decide(questions[index], minimumRevision: 0)
        decider.end()
        return outcome == .allowed
    }
}
