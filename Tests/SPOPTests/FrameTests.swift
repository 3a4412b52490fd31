import SPOP
import SPOPTestSupport
import Testing

/// Frames around their payloads, refusals first.
@Suite struct FrameTests {
    private let forge = Forge(payload: Array("abc".utf8))

    @Test func aFrameThatIsNotAllThereIsWaitedFor() throws {
        let whole = forge.frame(3, stream: 5, frame: 300)
        for count in whole.indices {
            #expect(try read(Array(whole[..<count])) { $0 == nil })
        }
        #expect(try read(whole) { $0?.totalBytes } == whole.count)
        #expect(try read(whole + [0, 0, 0, 9]) { $0?.totalBytes } == whole.count)
    }

    @Test func theAgreedSizeIsTheLimit() throws {
        let frame = Forge(payload: [UInt8](repeating: 0, count: 249)).frame(3)
        #expect(frame.count == 4 + 256)
        #expect(refusal(frame, maximumBytes: 256) == nil)
        #expect(refusal(frame, maximumBytes: 255) == .frameTooLarge)
        // The length alone says it: nothing is waited for.
        #expect(refusal(Array(frame[..<4]), maximumBytes: 255) == .frameTooLarge)
        #expect(refusal([0xFF, 0xFF, 0xFF, 0xFF]) == .frameTooLarge)
        #expect(refusal([0, 0, 0x40, 0]) == .frameTooLarge)
    }

    @Test(arguments: 0...6) func aFrameWithoutRoomForItsHeadIsRefused(_ length: UInt8) {
        #expect(refusal([0, 0, 0, length]) == .truncated)
    }

    @Test func headsThatEndInsideANumberAreRefused() {
        #expect(refusal([0, 0, 0, 7, 3, 0, 0, 0, 1, 240, 128]) == .truncated)
        #expect(refusal([0, 0, 0, 7, 3, 0, 0, 0, 1, 1, 240]) == .truncated)
        #expect(refusal([0, 0, 0, 7, 3, 0, 0, 0, 1, 1, 1]) == nil)
    }

    @Test(arguments: [4, 5, 100, 101, 102, 103, 104, 255] as [UInt8])
    func framesOfOtherKindsAreRefused(_ type: UInt8) {
        #expect(refusal(forge.frame(type)) == .unknownFrameType)
    }

    @Test func fragmentsAreRefused() {
        #expect(refusal(forge.frame(3, flags: 0)) == .fragmented)
        #expect(refusal(forge.frame(0, flags: 0)) == .fragmented)
        #expect(refusal(forge.frame(0, flags: 1)) == .fragmented)
        #expect(refusal(forge.frame(1, flags: 0)) == .fragmented)
        #expect(SPOPError.fragmented.status == .fragmentationUnsupported)
    }

    @Test(arguments: (1..<32).map { UInt32(1) << $0 })
    func flagsThatAreNotKnownAreRefused(_ flag: UInt32) {
        #expect(refusal(forge.frame(3, flags: 1 | flag)) == .unknownFlags)
        #expect(refusal(forge.frame(3, flags: flag)) == .unknownFlags)
    }

    @Test func greetingsAndFarewellsBelongToNoStream() {
        for type in [1, 2] as [UInt8] {
            #expect(refusal(forge.frame(type, stream: 1)) == .streamNumbered)
            #expect(refusal(forge.frame(type, frame: 1)) == .streamNumbered)
        }
    }

    @Test func numbersOfStreamsAndFramesAreRead() throws {
        for number in [0, 239, 240, 2287, 2288, 1 << 32, UInt64.max] {
            try read(forge.frame(3, stream: number, frame: ~number)) { frame throws(SPOPError) in
                #expect(frame?.streamID == number)
                #expect(frame?.frameID == ~number)
                #expect(frame.map { text(of: $0.payload) } == "abc")
            }
        }
    }

    @Test func whatHAProxySendsIsRead() throws {
        for (name, kind) in [
            ("hello", Frame.Kind.hello), ("health-check", .hello), ("disconnect", .disconnect),
            ("notify-certificate", .notify), ("notify-ipv6", .notify),
        ] {
            let frame = try recorded(name)
            #expect(try read(frame) { $0?.kind } == kind)
            #expect(try read(frame) { $0?.totalBytes } == frame.count)
        }
    }

    @Test func everyRefusalHasAStatusAndWords() {
        for error in SPOPError.allCases {
            #expect(error.status != .normal)
            #expect(!"\(error.words)".isEmpty)
        }
    }
}
