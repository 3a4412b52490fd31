import Testing
import Wire

/// Malformed requests, each with the error it must give.
@Suite struct RequestFrameTests {
    struct Row: Sendable, CustomTestStringConvertible {
        let name: String
        let offset: Int
        let bytes: [UInt8]
        let error: FrameError
        var testDescription: String { name }
    }

    static let rows: [Row] = [
        Row(name: "length 15", offset: 0, bytes: [15, 0, 0, 0], error: .lengthTooSmall),
        Row(name: "length 0", offset: 0, bytes: [0, 0, 0, 0], error: .lengthTooSmall),
        Row(name: "length 73", offset: 0, bytes: [73, 0, 0, 0], error: .lengthNotAligned),
        Row(
            name: "length all ones", offset: 0, bytes: [255, 255, 255, 255], error: .frameTooLarge),
        Row(name: "version 0", offset: 4, bytes: [0], error: .wrongVersion),
        Row(name: "version 2", offset: 4, bytes: [2], error: .wrongVersion),
        Row(name: "kind 0", offset: 5, bytes: [0], error: .unknownKind),
        Row(name: "kind 10", offset: 5, bytes: [10], error: .unknownKind),
        Row(name: "low flag", offset: 6, bytes: [1], error: .unknownFlags),
        Row(name: "high flag", offset: 7, bytes: [0x80], error: .unknownFlags),
        Row(name: "reserved", offset: 20, bytes: [1], error: .reservedNotZero),
        Row(name: "reserved, high", offset: 23, bytes: [1], error: .reservedNotZero),
        Row(name: "no principal", offset: 32, bytes: [0], error: .emptyItemPart),
        Row(name: "no action", offset: 36, bytes: [0], error: .emptyItemPart),
        Row(name: "no resource", offset: 40, bytes: [0], error: .emptyItemPart),
        Row(name: "principal 9", offset: 32, bytes: [9], error: .itemPartNotAligned),
        Row(name: "action 12", offset: 36, bytes: [12], error: .itemPartNotAligned),
        Row(name: "resource 1", offset: 40, bytes: [1], error: .itemPartNotAligned),
        Row(name: "context 4", offset: 44, bytes: [4], error: .itemPartNotAligned),
        Row(name: "principal too long", offset: 32, bytes: [16], error: .itemTooLong),
        Row(name: "context too long", offset: 44, bytes: [8], error: .itemTooLong),
        Row(
            name: "lengths that overflow 32 bits together", offset: 32,
            bytes: [0xF8, 0xFF, 0xFF, 0xFF, 0xF8, 0xFF, 0xFF, 0xFF, 0xF8, 0xFF, 0xFF, 0xFF]
                + [0xF8, 0xFF, 0xFF, 0xFF],
            error: .itemTooLong),
        Row(
            name: "lengths whose 32-bit sum is right", offset: 32,
            bytes: [0x08, 0, 0, 0x80, 0x08, 0, 0, 0x80, 0x08, 0, 0, 0], error: .itemTooLong),
        Row(name: "batch of none", offset: 5, bytes: [3], error: .noItems),
    ]

    @Test(arguments: rows) func malformed(_ row: Row) {
        var frame = smallestDecide
        for (index, byte) in row.bytes.enumerated() { frame[row.offset + index] = byte }
        #expect(requestError(frame) == row.error)
    }

    @Test func truncatedAtEachByte() {
        for count in 0..<smallestDecide.count {
            withRegion(Array(smallestDecide[..<count])) { region in
                let header = try? FrameHeader.parse(region, limits: FrameLimits())
                #expect((header != nil) == (count >= 16), "\(count) bytes")
            }
        }
    }

    @Test func truncatedBodyAtEachMultipleOfEight() {
        for count in stride(from: 16, to: smallestDecide.count, by: 8) {
            var frame = Array(smallestDecide[..<count])
            frame[0] = UInt8(count)
            let expected: FrameError = count < 48 ? .bodyTooShort : .itemTooLong
            #expect(requestError(frame) == expected, "\(count) bytes")
        }
    }

    @Test func trailingBytes() {
        var frame = smallestDecide + [UInt8](repeating: 0, count: 8)
        frame[0] = UInt8(frame.count)
        #expect(requestError(frame) == .trailingBytes)
    }

    @Test func batchCountMismatch() {
        var frame = smallestDecide
        frame[5] = FrameKind.decideBatch.rawValue
        frame[20] = 1
        #expect(requestError(frame) == nil)
        frame[20] = 2
        #expect(requestError(frame) == .bodyTooShort)
        frame += smallestDecide[32...]
        frame[0] = UInt8(frame.count)
        #expect(requestError(frame) == nil)
        frame[20] = 1
        #expect(requestError(frame) == .trailingBytes)
    }

    @Test func batchLimitAndOneMore() {
        let limits = FrameLimits(maximumBatchItems: 2)
        for count in 2...3 {
            let frame = batch(of: count)
            #expect(requestError(frame, limits: limits) == (count == 2 ? nil : .tooManyItems))
        }
    }

    @Test func frameLimitAndOneMore() {
        let size = smallestDecide.count
        #expect(requestError(smallestDecide, limits: FrameLimits(maximumFrameBytes: size)) == nil)
        #expect(
            requestError(smallestDecide, limits: FrameLimits(maximumFrameBytes: size - 8))
                == .frameTooLarge)
    }

    @Test func hopelessFramesAreKnownEarly() {
        #expect(headerError([15, 0, 0, 0]) == .lengthTooSmall)
        #expect(headerError([0, 0, 0, 1]) == .frameTooLarge)
        #expect(headerError([16, 0, 0, 0, 2]) == .wrongVersion)
        #expect(headerError([16, 0, 0]) == nil)
        #expect(headerError([16, 0, 0, 0, 1]) == nil)
    }

    @Test func itemsLieWhereTheyWereSent() throws {
        try withRegion(batch(of: 3)) { region in
            let parsed = try FrameHeader.parse(region, limits: FrameLimits())
            let header = try #require(parsed)
            let frame = try DecideFrame.parse(header, frame: region, limits: FrameLimits())
            #expect(frame.itemCount == 3 && frame.isBatch && frame.requestID == 5)
            var cursor = frame.makeCursor()
            for index in 0..<3 {
                let next = index == 0 ? frame.firstItem : cursor.next()
                let item = try #require(next)
                unsafe #expect(
                    Array(item.principal.buffer) == Array(repeating: UInt8(index), count: 8))
                unsafe #expect(Array(item.action.buffer) == Array(repeating: 0x22, count: 16))
                unsafe #expect(Array(item.resource.buffer) == Array(repeating: 0x33, count: 8))
                unsafe #expect(
                    Array(item.context.buffer) == Array(repeating: 0x44, count: 8 * index))
            }
            #expect(cursor.next() == nil)
        }
    }

    private func headerError(_ bytes: [UInt8]) -> FrameError? {
        withRegion(bytes) { region in
            do throws(FrameError) {
                #expect(try FrameHeader.parse(region, limits: FrameLimits()) == nil)
                return nil
            } catch {
                return error
            }
        }
    }

    private func batch(of count: Int) -> [UInt8] {
        written { buffer in
            let start = buffer.beginDecideBatch(requestID: 5, itemCount: UInt32(count))
            for index in 0..<count {
                let principal = [UInt8](repeating: UInt8(index), count: 8)
                let action = [UInt8](repeating: 0x22, count: 16)
                let resource = [UInt8](repeating: 0x33, count: 8)
                let context = [UInt8](repeating: 0x44, count: 8 * index)
                unsafe buffer.appendItem(
                    principal: principal.span.bytes, action: action.span.bytes,
                    resource: resource.span.bytes, context: context.span.bytes)
            }
            buffer.finishFrame(startingAt: start)
        }
    }
}
