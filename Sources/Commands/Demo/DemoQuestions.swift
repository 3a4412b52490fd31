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
        guard answer.cause == .decided else { return "\(answer.cause)" }
        guard let first = answer.reasons.first else { return "no policy permits it" }
        let others = answer.reasons.count > 1 ? " (and \(answer.reasons.count - 1) more)" : ""
        return (reasons[first] ?? first) + others
    }
}

/// Asks the scenario's tests through the socket, one at a time.
struct DemoQuestions {
    let socket: String
    let tests: [PolicyTest]

    struct Outcome {
        var agreeing = 0
        /// Round trips in microseconds, one decimal.
        var p50 = ""
        var p99 = ""
    }

    func ask(_ reasons: PolicyReasons) throws(Failure) -> Outcome {
        let terminal = Terminal.output
        var outcome = Outcome()
        var times: [Double] = []
        do throws(ClientError) {
            var connection = try Connection(path: socket)
            for test in tests {
                let request = try EncodedRequest(test.request)
                let started = ContinuousClock.now
                let answer = try connection.decide(request)
                let microseconds = (ContinuousClock.now - started).seconds * 1e6
                times.append(microseconds)
                let agrees = test.isMet(by: answer)
                if agrees { outcome.agreeing += 1 }
                let mark =
                    agrees ? terminal.styled("✓", .green) : terminal.styled("✗", .red)
                let decision =
                    answer.isAllowed
                    ? terminal.styled("ALLOW", .green) : terminal.styled("DENY ", .red)
                let time = padded(oneDecimal(microseconds), 7)
                printLine(
                    "\(mark) \(decision) \(time) µs  \(test.name)"
                        + terminal.styled(" · \(reasons.sentence(answer))", .faint))
                if !agrees {
                    printLine("  expected \(test.expectation), got \(answer.reasons)")
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
