@testable import HTTP2
import SeededNumbers
import NIOCore
import NIOEmbedded
import NIOHPACK
import NIOHTTP2
import Testing

/// swift-nio-http2 as the client: its state machine judges every frame that the server sends.
@Suite struct NIOClientTests {
    /// The client, the server, and what came back.
    private final class Conversation {
        let client = EmbeddedChannel()
        let server = TestPeer(greets: false)
        var answers: [HTTP2StreamID: (data: [UInt8], ends: Bool)] = [:]
        /// Data that no window update was sent for.
        var consumed: [HTTP2StreamID: Int] = [:]

        init(_ settings: HTTP2Settings) throws {
            try client.pipeline.syncOperations.addHandler(
                NIOHTTP2Handler(mode: .client, initialSettings: settings))
            client.connect(to: try SocketAddress(unixDomainSocketPath: "/pdp"), promise: nil)
            try exchange()
        }

        deinit { _ = try? client.finish(acceptAlreadyClosed: true) }

        func send(_ stream: HTTP2StreamID, _ payload: HTTP2Frame.FramePayload) throws {
            try client.writeOutbound(HTTP2Frame(streamID: stream, payload: payload))
        }

        /// Carries bytes to and fro until nobody says anything more.
        func exchange() throws {
            while true {
                var isQuiet = true
                while let bytes = try client.readOutbound(as: ByteBuffer.self) {
                    isQuiet = false
                    server.give(Array(bytes.readableBytesView))
                }
                let sent = server.takeSent()
                if !sent.isEmpty { try client.writeInbound(ByteBuffer(bytes: sent)) }
                while let frame = try client.readInbound(as: HTTP2Frame.self) { try take(frame) }
                if isQuiet && sent.isEmpty { return }
            }
        }

        private func take(_ frame: HTTP2Frame) throws {
            var answer = answers[frame.streamID] ?? ([], false)
            switch frame.payload {
            case .data(let data):
                guard case .byteBuffer(let bytes) = data.data else { return }
                answer.data += Array(bytes.readableBytesView)
                answer.ends = data.endStream
                consumed[frame.streamID, default: 0] += bytes.readableBytes
            case .headers(let headers): answer.ends = headers.endStream
            case .rstStream(let code): Issue.record("a reset: \(code)")
            case .goAway: Issue.record("a GOAWAY")
            default: return
            }
            answers[frame.streamID] = answer
        }
    }

    @Test(arguments: 0..<20) func callsAreAnswered(_ seed: UInt64) throws {
        var numbers = SeededNumbers(seed: seed)
        let window = [1, 100, 5000, 65_535][Int(seed % 4)]
        let table = [4096, 0, 100][Int(seed % 3)]
        let conversation = try Conversation([
            HTTP2Setting(parameter: .initialWindowSize, value: window),
            HTTP2Setting(parameter: .headerTableSize, value: table),
            HTTP2Setting(parameter: .enablePush, value: 0),
        ])
        var expected: [HTTP2StreamID: [UInt8]] = [:]
        for number in 0..<30 {
            let stream = HTTP2StreamID(2 * number + 1)
            let size = Int.random(in: 0...20_000, using: &numbers)
            let message =
                number % 3 == 0
                ? TestService.request(forBytes: size)
                : [UInt8](repeating: UInt8(number), count: size % 3000)
            expected[stream] = TestService.reply(to: message)
            try call(conversation, stream, message, &numbers)
            if number % 2 == 0 { try conversation.exchange() }
        }
        try conversation.exchange()
        // Windows are opened by what was consumed, and by more where nothing can come.
        for _ in 0..<200 where conversation.answers.values.contains(where: { !$0.ends }) {
            let total = conversation.consumed.values.reduce(0, +)
            conversation.consumed = [:]
            if total > 0 {
                try conversation.send(.rootStream, .windowUpdate(windowSizeIncrement: total))
            }
            for (stream, answer) in conversation.answers where !answer.ends {
                try conversation.send(stream, .windowUpdate(windowSizeIncrement: 7000))
            }
            try conversation.exchange()
            conversation.server.now += 1
        }
        for (stream, data) in expected {
            #expect(conversation.answers[stream]?.data == data)
            #expect(conversation.answers[stream]?.ends == true)
        }
        #expect(conversation.server.failure == nil)
        #expect(conversation.server.releasesEverything())
    }

    private func call(
        _ conversation: Conversation, _ stream: HTTP2StreamID, _ message: [UInt8],
        _ numbers: inout SeededNumbers
    ) throws {
        let headers = HPACKHeaders(ClientBytes.request + [("te", "trailers"), ("x-a", "b")])
        try conversation.send(stream, .headers(.init(headers: headers)))
        let cut = Int.random(in: 0...message.count, using: &numbers)
        let isWhole = Bool.random(using: &numbers)
        let hasTrailers = Bool.random(using: &numbers)
        let parts = isWhole ? [message[...]] : [message[..<cut], message[cut...]]
        for (index, part) in parts.enumerated() {
            let data = HTTP2Frame.FramePayload.Data(
                data: .byteBuffer(ByteBuffer(bytes: part)),
                endStream: index == parts.count - 1 && !hasTrailers)
            try conversation.send(stream, .data(data))
        }
        guard hasTrailers else { return }
        try conversation.send(
            stream, .headers(.init(headers: HPACKHeaders([("x-end", "1")]), endStream: true)))
    }
}
