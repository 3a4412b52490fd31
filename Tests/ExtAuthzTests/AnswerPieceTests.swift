import HTTP2
import NIOCore
import NIOHPACK
import Server
import Testing
import Wire

@testable import ExtAuthz

/// Answers to many calls that came together do not wait for the last of them.
@Suite struct AnswerPieceTests {
    private static let preface = Array("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".utf8)

    /// The beginning of a connection and so many calls.
    private func conversation(_ calls: Int) throws -> [UInt8] {
        var encoder = HPACKEncoder(allocator: ByteBufferAllocator())
        var bytes = Self.preface + RawGateway.frame(type: 4, flags: 0, stream: 0, [])
        for stream in stride(from: 1, to: 2 * calls, by: 2) {
            var block = ByteBufferAllocator().buffer(capacity: 256)
            try encoder.encode(
                headers: [
                    ":method": "POST", ":scheme": "http", ":path": RawGateway.path,
                    ":authority": "pdp", "te": "trailers", "content-type": "application/grpc",
                ], to: &block)
            bytes += RawGateway.frame(
                type: 1, flags: 4, stream: stream, Array(block.readableBytesView))
            bytes += RawGateway.frame(
                type: 0, flags: 1, stream: stream, RawGateway.message(checkRequest("/allow")))
        }
        return bytes
    }

    /// Serves a conversation as the loop does.
    private func pieces(_ calls: Int, room: Int = 64 << 10) throws -> (
        sizes: [Int], ended: [Int], state: StreamState
    ) {
        var service = CheckService(
            ExtAuthzConfiguration(endpoint: .unixSocket(path: "/unused")), PathHandler(),
            ExtAuthzBoard())
        _ = service.begin(0, peer: nil, now: 1)
        _ = service.takeOutput()
        var turn = StreamTurn(slot: 0, peer: nil, receivedNanoseconds: 1, now: 1)
        turn.share = .max
        let bytes = try conversation(calls)
        var (sizes, output, offset) = ([Int](), [UInt8](), 0)
        var state = StreamState.full
        while state == .full {
            let step = unsafe bytes.withUnsafeBytes { all in
                turn = StreamTurn(
                    slot: 0, peer: nil, receivedNanoseconds: 1, now: 1, share: .max, room: room)
                return unsafe service.serve(
                    ByteRegion(UnsafeRawBufferPointer(rebasing: all[offset...])), &turn)
            }
            offset += step.consumed
            state = step.state
            let written = unsafe Array(service.takeOutput().buffer)
            sizes.append(written.count)
            output += written
        }
        #expect(offset == bytes.count)
        service.end(0)
        return (sizes, Self.endedStreams(output), state)
    }

    /// The streams whose end an output has, in its order.
    private static func endedStreams(_ output: [UInt8]) -> [Int] {
        var (offset, ended) = (0, [Int]())
        while output.count - offset >= 9 {
            let size =
                Int(output[offset]) << 16 | Int(output[offset + 1]) << 8 | Int(output[offset + 2])
            let isEnd = output[offset + 3] == 1 && output[offset + 4] & 1 != 0
            if isEnd { ended.append(Int(output[offset + 7]) << 8 | Int(output[offset + 8])) }
            offset += 9 + size
        }
        return ended
    }

    @Test func fewLeaveTogether() throws {
        let (sizes, ended, _) = try pieces(4)
        #expect(sizes.count == 1)
        #expect(ended == [1, 3, 5, 7])
    }

    @Test func manyLeaveInPieces() throws {
        let calls = 100
        let (sizes, ended, state) = try pieces(calls)
        #expect(ended == (0..<calls).map { 2 * $0 + 1 })
        #expect(state == .timed)
        #expect(sizes.count > 2)
        let answer = sizes.reduce(0, +) / calls + 64
        let limit = CheckService<PathHandler>.pieceBytes
        for size in sizes.dropLast() { #expect(limit..<limit + answer ~= size) }
        #expect(sizes[sizes.count - 1] < limit + answer)
    }

    /// Less room than a piece is what counts.
    @Test func roomIsKept() throws {
        let (sizes, ended, _) = try pieces(30, room: 500)
        #expect(ended.count == 30)
        for size in sizes { #expect(size < 500 + 200) }
    }
}
