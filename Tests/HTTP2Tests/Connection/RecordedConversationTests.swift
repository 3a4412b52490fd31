import Foundation
@testable import HTTP2
import Testing

/// What another implementation makes of conversations: `Tests/Differential/connections.py` recorded
/// it from `h2`, with the conversation in hexadecimal digits first on each line.
@Suite struct RecordedConversationTests {
    @Test func verdictsAreThoseOfH2() throws {
        let file = try #require(
            Bundle.module.url(
                forResource: "conversations", withExtension: "txt", subdirectory: "Recorded"))
        let lines = try String(contentsOf: file, encoding: .utf8).split(separator: "\n")
        #expect(lines.count == 186)
        for line in lines {
            let words = line.split(separator: " ")
            let peer = TestPeer(greets: false)
            peer.give(Self.bytes(words[0]))
            let frames = peer.frames()
            let isRefused = peer.failure != nil || frames.contains { $0.type == 3 }
            #expect(isRefused == (words[1] == "refused"), "\(words[0])")
            guard !isRefused else { continue }
            let messages = words.dropFirst(2).map { Self.bytes($0.dropFirst()) }
            #expect(peer.service.messages == messages, "\(words[0])")
        }
    }

    private static func bytes(_ digits: Substring) -> [UInt8] {
        let values = digits.utf8.map { $0 <= 0x39 ? $0 - 0x30 : $0 - 0x57 }
        return stride(from: 0, to: values.count, by: 2).map { values[$0] << 4 | values[$0 + 1] }
    }
}
