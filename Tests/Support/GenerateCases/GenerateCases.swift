import CedarSyntax
import CedarTestSupport
import Glibc
import JSON

/// Prints generated cases, counts what they reach, or checks recorded ones; see ``usage``.
@main
enum GenerateCases {
    static let usage = """
        usage: generate-cases [--count N] [--seed S]            print cases as JSON Lines
               generate-cases --survey [--count N] [--seed S]   count what the cases reach
               generate-cases --check                           compare recorded cases from standard
                                                                input with the tree evaluator

        """

    static func main() {
        var count = 1_000
        var seed: UInt64 = 1
        var isSurvey = false
        var arguments = Array(CommandLine.arguments.dropFirst())
        while let argument = arguments.first {
            arguments.removeFirst()
            switch argument {
            case "--count":
                guard let number = arguments.first.flatMap({ Int($0) }), number >= 0 else {
                    fail(usage)
                }
                count = number
                arguments.removeFirst()
            case "--seed":
                guard let number = arguments.first.flatMap({ UInt64($0) }) else { fail(usage) }
                seed = number
                arguments.removeFirst()
            case "--survey": isSurvey = true
            case "--check": exit(check() ? 0 : 1)
            case "--help":
                print(usage, terminator: "")
                return
            default: fail(usage)
            }
        }
        if isSurvey {
            var survey = Survey()
            for index in 0..<count { survey.add(CaseGenerator.makeCase(seed: seed, index: index)) }
            print(survey.text)
        } else {
            printCases(count: count, seed: seed)
        }
    }

    private static func printCases(count: Int, seed: UInt64) {
        var writer = JSONWriter()
        for index in 0..<count {
            CaseGenerator.makeCase(seed: seed, index: index).write(to: &writer)
            writer.endLine()
            if writer.bytes.count > 1 << 16 { flush(&writer) }
        }
        flush(&writer)
    }

    private static func flush(_ writer: inout JSONWriter) {
        print(String(decoding: writer.bytes, as: UTF8.self), terminator: "")
        writer.removeAll()
    }

    /// Prints every disagreement and a summary; returns whether there was none.
    private static func check() -> Bool {
        var requests = 0
        var failures = 0
        while let line = readLine() {
            do {
                let recorded = try RecordedCase(line: Array(line.utf8))
                requests += recorded.answers.count
                for disagreement in try recorded.disagreements() {
                    failures += 1
                    print(disagreement)
                }
            } catch {
                failures += 1
                print("a case cannot be used: \(error)")
            }
        }
        print("\(requests) requests, \(failures) disagreements")
        return failures == 0 && requests > 0
    }

    private static func fail(_ message: String) -> Never {
        let bytes = Array(message.utf8)
        _ = unsafe write(STDERR_FILENO, bytes, bytes.count)
        exit(2)
    }
}
