import Testing
import Wire

@Suite struct FrameBufferTests {
    @Test func growsAndKeepsWhatWasWritten() {
        var buffer = FrameBuffer(capacity: 1)
        for value in 0..<10_000 { buffer.append(UInt32(value)) }
        #expect(buffer.count == 40_000)
        for value in stride(from: 0, to: 10_000, by: 997) {
            #expect(buffer.written.integer(at: 4 * value, as: UInt32.self) == UInt32(value))
        }
        buffer.removeFirst(4 * 9_999)
        #expect(buffer.count == 4)
        #expect(buffer.written.integer(at: 0, as: UInt32.self) == 9_999)
        buffer.removeAll()
        #expect(buffer.count == 0 && buffer.capacity >= 40_000)
    }

    @Test func padsToEight() {
        for count in 0...8 {
            let padded = written { buffer in
                for _ in 0..<count { buffer.append(UInt8(1)) }
                buffer.pad()
            }
            #expect(padded.count == (count + 7) / 8 * 8)
            #expect(padded[count...].allSatisfy { $0 == 0 })
        }
    }

    @Test func limitsMustFitEachOther() {
        #expect(FrameLimits().areConsistent)
        #expect(!FrameLimits(maximumBatchItems: 0).areConsistent)
        #expect(!FrameLimits(maximumAnswerBytes: 39).areConsistent)
        #expect(
            FrameLimits(maximumFrameBytes: 24 + 400, maximumBatchItems: 10, maximumAnswerBytes: 40)
                .areConsistent)
        #expect(
            !FrameLimits(maximumFrameBytes: 23 + 400, maximumBatchItems: 10, maximumAnswerBytes: 40)
                .areConsistent)
    }
}
