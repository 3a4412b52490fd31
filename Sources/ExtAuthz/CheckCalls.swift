import DecisionPoint
import ExtAuthzMessages
import HTTP2
import Server
import Wire

/// The calls of one worker: what gRPC makes of a stream, and the handler behind it.
struct CheckCalls<Handler: ExtAuthzHandler & ~Copyable>: ~Copyable, UnaryService {
    /// Who is at the other end of the connection that is served.
    var peer: PeerCredentials?
    private let board: ExtAuthzBoard
    private let maximumMessageBytes: Int
    private let limits: CheckLimits
    private let longestNanoseconds: UInt64
    private var handler: Handler
    private var reply: ReplyBuffer
    private var blocks = AnswerBlocks()
    private var headers = CallHeaders()
    private var isInBatch = false

    init(
        _ configuration: ExtAuthzConfiguration, _ handler: consuming Handler, _ board: ExtAuthzBoard
    ) {
        limits = configuration.messageLimits
        maximumMessageBytes = limits.maximumMessageBytes
        longestNanoseconds = configuration.maximumDeadline.wholeNanoseconds
        reply = ReplyBuffer(identityHeaders: configuration.identityHeaders.map { Array($0.utf8) })
        self.handler = handler
        self.board = board
    }

    mutating func beginCall() { headers = CallHeaders() }

    mutating func field(_ name: Span<UInt8>, _ value: Span<UInt8>) { headers.take(name, value) }

    mutating func admit(
        hasMessage: Bool, now: UInt64, answer: inout AnswerBuffer
    ) -> CallAdmission {
        switch headers.verdict {
        case .check(let timeout):
            if hasMessage {
                let patience = min(timeout ?? longestNanoseconds, longestNanoseconds)
                return .awaitMessage(deadline: now &+ patience)
            }
            refuse(.internalError, "there is no message", &answer)
        case .refused(let status, let words): refuse(status, words, &answer)
        case .notGRPC(let status):
            board.refusedCalls.add()
            blocks.refuse(httpStatus: status, to: &answer)
        }
        return .answered
    }

    func mayGoOn(_ beginning: ByteRegion) -> Bool {
        GRPCPrefix.fits(beginning, maximumMessageBytes: maximumMessageBytes)
    }

    mutating func answer(_ message: ByteRegion, deadline: UInt64, answer: inout AnswerBuffer) {
        if deadline <= MonotonicClock.now() {
            board.expired.add()
            return refuse(.deadlineExceeded, "the deadline has passed", &answer)
        }
        if let refusal = GRPCPrefix.judge(message, maximumMessageBytes: maximumMessageBytes) {
            return refuse(refusal.status, refusal.words, &answer)
        }
        let size = GRPCPrefix.sizeBytes
        decide(
            message.region(from: size, count: message.count - size),
            CheckCall(deadlineNanoseconds: deadline, peer: peer))
        reply.withEncoded { encoded in blocks.write(encoded, to: &answer) }
    }

    mutating func fail(_ failure: CallFailure, answer: inout AnswerBuffer) {
        switch failure {
        case .headersTooLong:
            board.refusedCalls.add()
            blocks.refuse(httpStatus: "431", to: &answer)
        case .messageTooLong: refuse(.resourceExhausted, "the message is too long", &answer)
        case .messageTooLate:
            board.expired.add()
            refuse(.deadlineExceeded, "the message did not come in time", &answer)
        }
    }

    /// Everything that arrived together has been answered.
    mutating func endBatch() {
        guard isInBatch else { return }
        isInBatch = false
        handler.endBatch()
    }

    /// Leaves the decision in `reply`.
    private mutating func decide(_ message: ByteRegion, _ call: CheckCall) {
        reply.reset()
        board.calls.add()
        do throws(MessageError) {
            if !isInBatch {
                isInBatch = true
                handler.beginBatch()
            }
            let request = try CheckRequestView(
                message, limits: limits, watch: handler.watchedNames)
            handler.check(request, call: call, into: &reply)
        } catch {
            board.malformed.add()
            reply.conclude(.deny(.forbidden))
        }
        if case .allow = reply.reply { board.allowed.add() }
    }

    private mutating func refuse(
        _ status: GRPCStatus, _ words: StaticString, _ answer: inout AnswerBuffer
    ) {
        board.refusedCalls.add()
        blocks.refuse(status, words, to: &answer)
    }
}
