import BenchSupport
import CedarEngine
import CedarSyntax
import Wire

/// Frames of requests, ready to be sent, with the decisions that must come back.
struct LoadFrames {
    private let bytes: [UInt8]
    private let starts: [Int]
    /// Whether each request is to be allowed.
    let expected: [Bool]

    /// - Parameter itemsPerFrame: 1 for frames of one question, more for batches; a divisor of the
    ///   number of items.
    ///   - evidence: sent with every frame, in the order of the kinds; empty for none.
    init(
        _ items: [QuestionBlock.Item], expected: [Bool], itemsPerFrame: Int = 1,
        evidence: [(kind: EvidencePart, bytes: [UInt8])] = []
    ) throws {
        var encoder = FlatEncoder()
        var buffer = FrameBuffer(capacity: items.count * 256)
        var starts: [Int] = []
        for (number, item) in items.enumerated() {
            let principal = try encoder.encode(item.principal)
            let action = try encoder.encode(item.action)
            let resource = try encoder.encode(item.resource)
            let context = item.context.isEmpty ? [] : try encoder.encode(record: item.context)
            if number % itemsPerFrame == 0 {
                starts.append(buffer.count)
                let count = itemsPerFrame == 1 ? nil : UInt32(itemsPerFrame)
                if !evidence.isEmpty {
                    _ = buffer.beginDecideEvidence(requestID: 0, itemCount: count)
                    Self.append(evidence, to: &buffer)
                } else if let count {
                    _ = buffer.beginDecideBatch(requestID: 0, itemCount: count)
                } else {
                    _ = buffer.beginDecide(requestID: 0)
                }
            }
            unsafe buffer.appendItem(
                principal: principal.span.bytes, action: action.span.bytes,
                resource: resource.span.bytes, context: context.span.bytes)
            if let start = starts.last { buffer.finishFrame(startingAt: start) }
        }
        starts.append(buffer.count)
        bytes = buffer.written.withBytes { span in
            unsafe span.withUnsafeBytes { raw in unsafe Array(raw) }
        }
        self.starts = starts
        self.expected = expected
    }

    private static func append(
        _ evidence: [(kind: EvidencePart, bytes: [UInt8])], to buffer: inout FrameBuffer
    ) {
        buffer.beginEvidence(
            partBytes: evidence.reduce(0) { $0 + EvidencePart.encodedBytes($1.bytes.count) })
        for part in evidence { unsafe buffer.appendEvidence(part.kind, part.bytes.span.bytes) }
    }

    /// The number of frames.
    var count: Int { starts.count - 1 }
    var meanBytes: Double { Double(bytes.count) / Double(max(1, count)) }

    /// Appends a frame with a request id.
    func append(_ index: Int, id: UInt64, to output: inout [UInt8]) {
        let start = output.count
        output += bytes[starts[index]..<starts[index + 1]]
        unsafe output.withUnsafeMutableBytes { raw in
            unsafe raw.storeBytes(of: id.littleEndian, toByteOffset: start + 8, as: UInt64.self)
        }
    }
}
