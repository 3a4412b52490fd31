import CedarEngine
import DecisionPoint
import EntityStore

/// Decides one block to be warm, then another that is measured, with one decider.
struct SwitchingPath: ~Copyable, WarmablePath {
    private let (warmBlock, measuredBlock): (QuestionBlock, QuestionBlock)
    private let (warmQuestions, questions): ([Question], [Question])
    private var decider: Decider

    init(
        _ ruleset: Ruleset, _ store: EntityStore, warm: QuestionBlock, measured: QuestionBlock
    ) throws {
        (warmBlock, measuredBlock) = (warm, measured)
        (warmQuestions, questions) = (warm.questions, measured.questions)
        decider = try Decider(
            publisher: RulesetPublisher(ruleset), store: store, errors: .strict)
    }

    var count: Int { questions.count }

    mutating func warm() {
        for question in warmQuestions { _ = decide(question) }
    }

    mutating func decide(_ index: Int) -> Bool { decide(questions[index]) }

    private mutating func decide(_ question: Question) -> Bool {
        decider.begin()
        let outcome = decider.decide(question, minimumRevision: 0)
        decider.end()
        return outcome == .allowed
    }
}

/// A path that is made warm by other requests than those measured.
protocol WarmablePath: DecisionPath, ~Copyable {
    mutating func warm()
}

extension GetsPath: WarmablePath {
    mutating func warm() {}
}
