import ArgumentParser
import CedarTestSupport

/// Compares the shipped engine with the plain tree evaluator on generated cases.
@main
struct CompareEvaluators: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "compare-evaluators",
        abstract: "Compare the machine with the tree evaluator on seeded cases.",
        discussion: """
            Exit codes: 0 no difference, 1 otherwise.

            Example:
              swift run -c release compare-evaluators --count 1000000 --seed 1
              swift run -c release compare-evaluators --count 100000 --writes /dev/shm
            """)

    @Option(help: "How many cases.")
    var count = 100_000

    @Option(help: "The seed.")
    var seed: UInt64 = 1

    @Option(help: "How many tasks share the work.")
    var tasks = 2

    @Option(
        help: ArgumentHelp(
            "Keep the entities in a store in this folder, with random writes between decisions.",
            valueName: "folder"))
    var writes: String?

    func validate() throws {
        guard count > 0, (1...64).contains(tasks) else {
            throw ValidationError("--count must be positive and --tasks from 1 to 64")
        }
    }

    func run() async throws {
        let (seed, count, tasks, folder) = (seed, count, tasks, writes)
        var writes = 0
        var requests = 0
        var allowed = 0
        var erroring = 0
        var failures: [String] = []
        try await withThrowingTaskGroup(of: Tally.self) { group in
            for start in 0..<tasks {
                group.addTask {
                    try Tally(seed: seed, start: start, count: count, step: tasks, store: folder)
                }
            }
            for try await tally in group {
                requests += tally.requests
                allowed += tally.allowed
                erroring += tally.erroring
                failures += tally.failures
                writes += tally.writes
            }
        }
        for failure in failures.prefix(20) { print(failure) }
        print(
            "\(count) cases, \(requests) requests: \(allowed) allowed, \(erroring) with erroring "
                + "policies")
        if folder != nil { print("\(writes) writes between decisions") }
        print("\(requests - failures.count) passed, \(failures.count) failed")
        // A run that compared nothing, or only one kind of outcome, proves nothing.
        guard failures.isEmpty, allowed > 0, allowed < requests, erroring > 0,
            folder == nil || writes > 0
        else {
            throw ExitCode.failure
        }
    }
}

/// What one task found.
private struct Tally: Sendable {
    var requests = 0
    var allowed = 0
    var erroring = 0
    var failures: [String] = []
    var writes = 0

    init(seed: UInt64, start: Int, count: Int, step: Int, store folder: String?) throws {
        if let folder {
            try self.init(stored: folder, seed: seed, start: start, count: count, step: step)
        } else {
            try self.init(seed: seed, start: start, count: count, step: step)
        }
    }

    private init(stored folder: String, seed: UInt64, start: Int, count: Int, step: Int) throws {
        var machine = try StoredEvaluator(under: folder)
        for index in stride(from: start, to: count, by: step) {
            let policyCase = CaseGenerator.makeCase(seed: seed, index: index)
            do {
                let compared = try machine.compare(policyCase, seed: seed &+ UInt64(index))
                requests += compared.answers.count
                allowed += compared.answers.count { $0.isAllowed }
                erroring += compared.answers.count { !$0.errors.isEmpty }
                failures += compared.differences.map(\.description)
            } catch {
                failures.append("\(policyCase.id): \(error)")
            }
        }
        writes = machine.writes
        machine.removeFolder()
    }

    private init(seed: UInt64, start: Int, count: Int, step: Int) throws {
        var machine = MachineEvaluator()
        for index in stride(from: start, to: count, by: step) {
            let policyCase = CaseGenerator.makeCase(seed: seed, index: index)
            do {
                let (differences, answers) = try policyCase.compared(&machine)
                requests += answers.count
                allowed += answers.count { $0.isAllowed }
                erroring += answers.count { !$0.errors.isEmpty }
                failures += differences.map(\.description)
            } catch {
                failures.append("\(policyCase.id): \(error)")
            }
        }
    }
}
