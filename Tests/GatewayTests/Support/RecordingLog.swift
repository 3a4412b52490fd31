import Gateway
import Synchronization

/// Keeps what is logged, by default everything.
final class RecordingLog: GatewayLog {
    private let answers = Mutex<[LoggedAnswer]>([])
    private let isOpen: Bool

    init(isOpen: Bool = true) { self.isOpen = isOpen }

    func takes(_ verdict: Verdict) -> Bool { isOpen }

    func write(_ answer: LoggedAnswer) { answers.withLock { $0.append(answer) } }

    var all: [LoggedAnswer] { answers.withLock { $0 } }

    var last: LoggedAnswer? { all.last }
}
