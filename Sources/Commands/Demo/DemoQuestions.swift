import CedarSyntax
import WritClient

/// The `@reason` of each policy, for people.
struct PolicyReasons {
    private var reasons: [String: String] = [:]

    init(_ path: String) throws(Failure) {
        for member in try InputFile(path).policies().members {
            guard let id = member.policy.annotation("id") else { continue }
            reasons[id.string] = member.policy.annotation("reason")?.string
        }
    }

    /// Why a decision was made, in a sentence.
    func sentence(_ answer: Answer) -> String {
        guard answer.cause == .decided else {
            return answer.detail.isEmpty ? "\(answer.cause)" : "\(answer.cause): \(answer.detail)"
        }
        guard let first = answer.reasons.first else { return "no policy permits it" }
        let others = answer.reasons.count > 1 ? " (and \(answer.reasons.count - 1) more)" : ""
        return (reasons[first] ?? first) + others
    }
}

/// Asks the scenario's tests through the socket, one at a time.
struct DemoQuestions {
    let tests: [PolicyTest]

    struct Outcome {
        var agreeing = 0
        /// Round trips in microseconds, one decimal.
        var p50 = ""
        var p99 = ""
    }

    func ask(
        _ service: ScenarioService, _ reasons: PolicyReasons
    ) throws(Failure) -> Outcome {
        var outcome = Outcome()
        var times: [Double] = []
        let questions = try service.questions(tests)
        do throws(ClientError) {
            var connection = try Connection(path: service.socket)
            for question in questions {
                let started = ContinuousClock.now
                let answer = try service.ask(question, &connection)
                let microseconds = (ContinuousClock.now - started).seconds * 1e6
                times.append(microseconds)
                let agrees = question.test.isMet(by: answer)
                if agrees { outcome.agreeing += 1 }
                Self.show(
                    answer, agrees: agrees, time: microseconds, question.test.name,
                    reasons.sentence(answer))
                if !agrees {
                    printLine(
                        "  expected \(question.test.expectation), got \(answer.reasons)")
                }
            }
        } catch {
            throw Failure("the server gave no answer: \(error.description)")
        }
        times.sort()
        outcome.p50 = oneDecimal(quantile(times, 0.50))
        outcome.p99 = oneDecimal(quantile(times, 0.99))
        return outcome
    }

    /// Prints one answer on one line.
    ///
    /// - Parameter time: in microseconds; nil when it does not matter.
    static func show(
        _ answer: Answer, agrees: Bool, time: Double?, _ words: String, _ sentence: String
    ) {
        let terminal = Terminal.output
        let mark = agrees ? terminal.styled("✓", .green) : terminal.styled("✗", .red)
        let decision =
            answer.isAllowed
            ? terminal.styled("ALLOW", .green) : terminal.styled("DENY ", .red)
        let shown = time.map { padded(oneDecimal($0), 7) + " µs" } ?? "          "
        printLine(
            "\(mark) \(decision) \(shown)  \(words)"
                + terminal.styled(" · \(sentence)", .faint))
    }
}

extension PolicyTest {
    /// Whether an answer is the expected one: decision, determining policies and errors.
    func isMet(by answer: Answer) -> Bool {
        answer.isAllowed == expectsAllow && answer.cause == .decided
            && Set(answer.reasons.map { Text($0) }) == reasons
            && answer.errors.count == errorCount
    }

    var expectation: String {
        (expectsAllow ? "allow" : "deny") + " by \(reasons.sorted().map(\.string))"
    }
}
