import SPOP
import Wire

/// Reads any bytes as what HAProxy says on one connection.
///
/// The first byte chooses the largest frame. Traps when a frame is larger than that, when a view leaves
/// its frame, or when an answer does not have the numbers of its question.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzSPOP(_ start: UnsafePointer<UInt8>?, _ count: Int) -> Int32 {
    guard let start = unsafe start, count > 0 else { return 0 }
    let maximum = unsafe start[0] & 1 == 0 ? 16_380 : Frame.minimumMaximumBytes
    var stream = unsafe ByteRegion(UnsafeRawBufferPointer(start: start + 1, count: count - 1))
    while let frame = try? Frame.read(stream, maximumBytes: maximum) {
        precondition(frame.totalBytes <= maximum + Frame.lengthBytes, "a frame beyond the limit")
        precondition(frame.payload.count < frame.totalBytes, "a payload beyond its frame")
        switch frame.kind {
        case .hello:
            if let hello = try? Hello(frame.payload) {
                precondition(hello.maximumFrameBytes >= 256, "a size that is too small")
            }
        case .disconnect: _ = try? Farewell(frame.payload)
        case .notify:
            readMessages(frame)
            answer(frame)
        }
        stream = stream.region(from: frame.totalBytes, count: stream.count - frame.totalBytes)
    }
    return 0
}

private func readMessages(_ frame: Frame) {
    var list = MessageList(frame.payload)
    var total = 0
    while let message = try? list.next() {
        var count = 0
        total += message.name.count
        // A message that was walked through is whole.
        do throws(SPOPError) {
            try message.forEachArgument { name, value in
                count += 1
                total += name.count + size(of: value)
            }
        } catch {
            preconditionFailure("a message that cannot be read again")
        }
        precondition(count == message.argumentCount, "the walk lost arguments")
    }
    precondition(total <= frame.payload.count, "arguments beyond their frame")
}

private func size(of value: TypedValue) -> Int {
    switch value {
    case .null, .boolean, .signed, .unsigned: return 0
    case .ipv4(let region):
        precondition(region.count == 4, "an address of another length")
        return 4
    case .ipv6(let region):
        precondition(region.count == 16, "an address of another length")
        return 16
    case .text(let region): return region.count
    case .binary(let region):
        var block = HeaderBlock(region)
        var fields = 0
        while let field = try? block.next() {
            precondition(field.name.count > 0, "a field without a name")
            fields += field.name.count + field.value.count + 2
        }
        precondition(fields <= region.count, "fields beyond their block")
        return region.count
    }
}

/// Answers a question and reads the answer's numbers back.
private func answer(_ frame: Frame) {
    var frames = AgentFrames(capacity: 64)
    let actions = ActionList()
    let isWritten = frames.acknowledge(
        streamID: frame.streamID, frameID: frame.frameID, actions, maximumBytes: 64)
    precondition(isWritten, "an answer without actions is small")
    let written = frames.written
    // Behind length, type and flags.
    var cursor = PayloadCursor(written.region(from: 9, count: written.count - 9))
    precondition((try? cursor.integer()) == frame.streamID, "another stream")
    precondition((try? cursor.integer()) == frame.frameID, "another frame")
    precondition(cursor.isAtEnd, "an answer with more than its numbers")
}
