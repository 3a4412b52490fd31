import SPOE
import SPOP
import SPOPTestSupport
import Server
import Wire

/// Answers as it is told, and remembers what it was asked.
struct ScriptedHandler: ~Copyable, SPOEHandler {
    final class Script: @unchecked Sendable {
        var asked: [String] = []
        var batches = 0
        var isInBatch = false
        /// What a question for a path comes to; an allow unless told otherwise.
        var answer: (String, inout AgentReply) -> Void = { _, reply in reply.conclude(nil) }
        /// The statuses of the answers as they were sent.
        var sent: [UInt32] = []
    }

    let script: Script

    mutating func beginBatch() {
        precondition(!script.isInBatch, "a batch in a batch")
        script.isInBatch = true
        script.batches += 1
    }

    mutating func endBatch() {
        precondition(script.isInBatch, "no batch")
        script.isInBatch = false
    }

    mutating func check(
        _ question: Result<CheckQuestion, CheckRefusal>, from peer: PeerCredentials?,
        into reply: inout AgentReply
    ) {
        precondition(script.isInBatch, "no batch")
        reply.identify(Array("0123456789abcdef".utf8).span)
        switch question {
        case .success(let question):
            let path = String(
                decoding: (0..<question.path.count).map { question.path.byte(at: $0) },
                as: UTF8.self)
            script.asked.append(path)
            script.answer(path, &reply)
        case .failure(let refusal):
            script.asked.append(refusal.code)
        }
    }

    mutating func answered(
        _ question: Result<CheckQuestion, CheckRefusal>, with reply: borrowing AgentReply
    ) {
        precondition(script.sent.count == script.asked.count - 1, "answered once, after asking")
        script.sent.append(reply.status)
    }
}

/// One connection without its socket: bytes in, frames out.
struct Line: ~Copyable {
    var agent: AgentProtocol<ScriptedHandler>
    let script = ScriptedHandler.Script()
    let board = SPOEBoard()
    private(set) var state: StreamState
    private(set) var kept: [UInt8] = []

    init(maximumFrameBytes: Int = 16_380) {
        agent = AgentProtocol(
            ScriptedHandler(script: script), maximumFrameBytes: maximumFrameBytes, board: board)
        state = agent.begin(0, peer: nil, now: 0)
    }

    /// Says something, as the loop would hand it over.
    mutating func say(
        _ bytes: [UInt8], share: Int = 1024, room: Int = 64 << 10, slot: Int = 0
    ) -> [AgentSays] {
        kept += bytes
        let memory = UnsafeMutableRawBufferPointer.allocate(
            byteCount: max(1, kept.count), alignment: 1)
        defer { unsafe memory.deallocate() }
        unsafe memory.copyBytes(from: kept)
        var turn = StreamTurn(
            slot: slot, peer: nil, receivedNanoseconds: 0, now: 0, share: share, room: room)
        let step = unsafe agent.serve(
            ByteRegion(UnsafeRawBufferPointer(rebasing: memory[..<kept.count])), &turn)
        kept.removeFirst(step.consumed)
        state = step.state
        return output()
    }

    mutating func output() -> [AgentSays] {
        let region = agent.takeOutput()
        return AgentSays.read((0..<region.count).map { region.byte(at: $0) })
    }

    /// Says what HAProxy says first.
    mutating func greet(size: UInt64 = 16_380) -> [AgentSays] {
        say(Forge.hello(size: size).frame(1))
    }

    mutating func drain() -> [AgentSays] {
        state = agent.drain(0, now: 0)
        return output()
    }

    mutating func refuse(_ reason: StreamRefusal) -> [AgentSays] {
        agent.refuse(0, reason)
        return output()
    }
}
