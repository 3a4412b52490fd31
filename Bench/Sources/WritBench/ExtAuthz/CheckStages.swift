import BenchSupport
import ExtAuthz
import ExtAuthzMessages
import Gateway
import Wire

/// The way of a check from the bytes of its message to those of its answer, as far as it goes.
enum CheckStage: String, CaseIterable {
    /// The message is judged and taken apart.
    case reading
    /// Route, identity and policies.
    case deciding
    /// The answer is put together and encoded.
    case answering
}

/// Checks in this process, without a connection.
struct CheckStages: ~Copyable {
    let messages: [[UInt8]]
    private var handler: DecisionCheck
    private var reply: ReplyBuffer
    private let call = CheckCall(deadlineNanoseconds: .max, peer: nil)

    init(_ world: DecidingWorld, _ messages: [[UInt8]]) throws {
        self.messages = messages
        handler = try world.handler(1)
        reply = ReplyBuffer(identityHeaders: world.identityHeaders.map { Array($0.utf8) })
    }

    /// Takes every message as far as the end of a stage, in batches of one.
    /// - Throws: when a message cannot be read or is not allowed.
    mutating func pass(through last: CheckStage) throws {
        for index in messages.indices { try take(index, through: last) }
    }

    /// Takes one message as far as the end of a stage.
    /// - Throws: when it cannot be read or is not allowed.
    mutating func take(_ index: Int, through last: CheckStage) throws {
        var isRight = false
        try unsafe messages[index].withUnsafeBytes { bytes in
            let view = try CheckRequestView(
                unsafe ByteRegion(bytes), limits: CheckLimits(), watch: handler.watchedNames)
            guard last != .reading else {
                isRight = view.path.count > 0
                return
            }
            handler.beginBatch()
            if last == .deciding {
                if case .allowed = handler.decide(view, call: call) { isRight = true }
            } else {
                reply.reset()
                handler.check(view, call: call, into: &reply)
                isRight = reply.reply == .allow && reply.withEncoded { !$0.isEmpty }
            }
            handler.endBatch()
        }
        if !isRight { throw BenchError("check \(index) was not allowed") }
    }

    /// The processor time of each stage, medians over rounds in which all are measured in turn.
    mutating func report(rounds: Int) throws -> Report {
        var times = [[Double]](repeating: [], count: CheckStage.allCases.count)
        for round in 0...rounds {
            for (index, stage) in CheckStage.allCases.enumerated() {
                let start = Stopwatch.threadNanoseconds()
                try pass(through: stage)
                let time = Stopwatch.threadNanoseconds() - start
                // The first round warms up.
                if round > 0 { times[index].append(Double(time) / Double(messages.count)) }
            }
        }
        var report = Report(
            "one ext_authz check in process, CPU", columns: ["stage", "median ns", "best ns"])
        var before = (median: 0.0, best: 0.0)
        for (stage, times) in zip(CheckStage.allCases, times) {
            let (median, best) = (times.median ?? 0, times.min() ?? 0)
            report.add([
                .text(stage.rawValue), .number(median - before.median, decimals: 0),
                .number(best - before.best, decimals: 0),
            ])
            before = (median, best)
        }
        report.add([
            .text("together"), .number(before.median, decimals: 0),
            .number(before.best, decimals: 0),
        ])
        return report
    }
}
