import Foundation
import Synchronization
import WritClient

/// A client on a thread of its own that asks the scenario's questions and knows the answers.
final class GoodClient: Sendable {
    /// What it has seen so far.
    struct Figures {
        var right = 0
        var finding: String?
    }

    private let figures = Mutex(Figures())
    private let isStopped = Atomic<Bool>(false)
    private let ended = DispatchSemaphore(value: 0)

    init(socket: String, known: [ScenarioQuestions.Known]) {
        Thread.detachNewThread { [self] in
            run(socket, known)
            ended.signal()
        }
    }

    /// Ends the client and waits for it.
    func stop() -> Figures {
        isStopped.store(true, ordering: .relaxed)
        ended.wait()
        return figures.withLock { $0 }
    }

    var finding: String? { figures.withLock { $0.finding } }

    private func run(_ socket: String, _ known: [ScenarioQuestions.Known]) {
        do {
            while !isStopped.load(ordering: .relaxed) {
                var connection = try Connection(path: socket)
                for question in known where !isStopped.load(ordering: .relaxed) {
                    let answer = try connection.decide(question.encoded)
                    guard question.isMet(by: answer) else {
                        throw Finding("`\(question.name)` was answered with \(answer)")
                    }
                    figures.withLock { $0.right += 1 }
                    // It looks on; it must not compete for the machine.
                    usleep(200)
                }
            }
        } catch {
            figures.withLock { $0.finding = "the good client: \(error)" }
        }
    }
}
