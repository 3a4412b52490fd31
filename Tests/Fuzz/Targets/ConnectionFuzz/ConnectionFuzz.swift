import HTTP2
import Wire

/// Answers every call with what it was sent.
struct EchoService: ~Copyable, UnaryService {
    mutating func beginCall() {}

    mutating func field(_ name: Span<UInt8>, _ value: Span<UInt8>) {}

    mutating func admit(
        hasMessage: Bool, now: UInt64, answer: inout AnswerBuffer
    ) -> CallAdmission { .awaitMessage(deadline: now &+ 1000) }

    mutating func answer(_ message: ByteRegion, deadline: UInt64, answer: inout AnswerBuffer) {
        answer.setHead(([0x88] as [UInt8]).span)
        var copy: [UInt8] = []
        for index in 0..<message.count { copy.append(message.byte(at: index)) }
        // Longer than windows of some settings allow.
        for _ in 0..<4 { answer.appendData(copy.span) }
        answer.setTrailers(([0x00, 0x01, 0x61, 0x01, 0x62] as [UInt8]).span)
    }

    mutating func fail(_ failure: CallFailure, answer: inout AnswerBuffer) {
        answer.setHead(([0x8D] as [UInt8]).span)
    }
}

/// What a client sends behind the preface, in pieces whose lengths the first byte says, must be served
/// or refused: whole frames come out, nothing follows an error, and all memory is given back.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzOneInput(_ start: UnsafePointer<UInt8>?, _ count: Int) -> Int32 {
    guard count > 1, let start = unsafe start else { return 0 }
    let step = max(1, Int(unsafe start[0]) * 4)
    var input = Array("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".utf8)
    unsafe input += UnsafeBufferPointer(start: start + 1, count: count - 1)

    var limits = ConnectionLimits()
    limits.maximumStreams = 8
    limits.maximumHeaderListBytes = 1024
    limits.maximumMessageBytes = 2000
    limits.maximumUnsentBytes = 6000
    var work = ConnectionWorkspace(outputBytes: 64)
    var service = EchoService()
    var now: UInt64 = 1
    var connection = ServerConnection(limits, now: now, &work)
    var hasEnded = checkFrames(&work)

    var offset = 0
    var end = 0
    while end < input.count && !hasEnded {
        end = min(end + step, input.count)
        now &+= 7
        // Memory of its own for every piece, so that a read behind it is seen.
        let piece = Array(input[offset..<end])
        var turn = ConnectionTurn(now: now, share: 100, room: 1 << 20)
        let made = unsafe piece.withUnsafeBytes { raw in
            unsafe connection.receive(ByteRegion(raw), &turn, &service, &work)
        }
        precondition(made.consumed <= piece.count, "more consumed than there was")
        offset += made.consumed
        hasEnded = checkFrames(&work)
        if case .close = made.state { hasEnded = true }
        if end % 64 == 0 {
            _ = connection.sweep(now: now, &service, &work)
            hasEnded = checkFrames(&work) || hasEnded
        }
    }
    connection.release(&work)
    precondition(work.keptBuffers == 0, "memory is not given back")
    return 0
}

/// Whether the output, which must be whole frames, ends with an error of the connection.
private func checkFrames(_ work: inout ConnectionWorkspace) -> Bool {
    let output = work.output.written
    var hasEnded = false
    var offset = 0
    while offset < output.count {
        precondition(!hasEnded, "something follows an error")
        precondition(output.count - offset >= 9, "half a frame")
        let head = Int(output.integer(at: offset, as: UInt32.self).byteSwapped)
        let size = 9 + head >> 8
        precondition(output.count - offset >= size, "half a frame")
        if head & 0xFF == 7 {
            hasEnded = output.integer(at: offset + 13, as: UInt32.self).byteSwapped != 0
        }
        offset += size
    }
    work.output.removeAll()
    return hasEnded
}
