import SPOP
import Testing

/// The bytes are those that HAProxy 2.6.12 took.
@Suite struct AgentFramesTests {
    private func hexadecimal(_ frames: borrowing AgentFrames) -> String {
        bytes(of: frames.written).map { byte in
            String(byte >> 4, radix: 16) + String(byte & 15, radix: 16)
        }.joined()
    }

    @Test func aGreetingSaysWhatIsAgreed() {
        var frames = AgentFrames(capacity: 64)
        frames.greet(maximumFrameBytes: 16_380, hasPipelining: true)
        let whole =
            "0000004465000000010000" + "0776657273696f6e0803322e30"
            + "0e6d61782d6672616d652d73697a6503fcf006" + "0c6361706162696c6974696573"
            + "080a706970656c696e696e67"
        let length = String(whole.count / 2 - 4, radix: 16)
        #expect(hexadecimal(frames) == "000000" + length + whole.dropFirst(8))
        frames.removeAll()
        frames.greet(maximumFrameBytes: 256, hasPipelining: false)
        #expect(hexadecimal(frames).hasSuffix("0c6361706162696c69746965730800"))
        #expect(hexadecimal(frames).contains("0e6d61782d6672616d652d73697a6503f001"))
    }

    @Test func aFarewellSaysWhy() {
        var frames = AgentFrames(capacity: 64)
        frames.disconnect(.fragmentationUnsupported, "no")
        #expect(
            hexadecimal(frames)
                == "00000021" + "66000000010000" + "0b7374617475732d636f6465030a"
                + "076d65737361676508026e6f")
    }

    @Test func anAnswerSetsVariablesOfTheTransaction() {
        var actions = ActionList()
        actions.set("status", 200)
        actions.set(prefix: "header.", field: Array("x-a".utf8).span, Array("é".utf8).span)
        actions.set("reason", Array("b".utf8).span)
        actions.set("no", false)
        actions.set("allow", true)
        var frames = AgentFrames(capacity: 64)
        let isWritten = frames.acknowledge(
            streamID: 240, frameID: 1, actions, maximumBytes: 16_380)
        #expect(isWritten)
        let payload =
            "010302" + "06737461747573" + "03c8" + "010302" + "0a6865616465722e785f61"
            + "0802c3a9" + "010302" + "06726561736f6e" + "080162" + "010302" + "026e6f" + "01"
            + "010302" + "05616c6c6f77" + "11"
        let length = String(payload.count / 2 + 8, radix: 16)
        #expect(hexadecimal(frames) == "000000" + length + "6700000001f00001" + payload)
    }

    @Test func whatWouldBeTooLargeIsNotWritten() {
        var actions = ActionList()
        actions.set("a", [UInt8](repeating: 0x61, count: 500).span)
        var frames = AgentFrames(capacity: 64)
        frames.greet(maximumFrameBytes: 256, hasPipelining: false)
        let before = frames.count
        let size = actions.count + 7
        var isWritten = frames.acknowledge(
            streamID: 0, frameID: 0, actions, maximumBytes: size - 1)
        #expect(!isWritten)
        #expect(frames.count == before)
        isWritten = frames.acknowledge(streamID: 0, frameID: 0, actions, maximumBytes: size)
        #expect(isWritten)
        #expect(frames.count == before + 4 + size)
    }
}
