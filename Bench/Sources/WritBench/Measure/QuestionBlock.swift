import CedarEngine
import CedarSyntax
import DecisionPoint

/// Requests as flat bytes one after the other, as they lie in a server's input buffer.
@safe
final class QuestionBlock {
    private let memory: UnsafeMutableRawBufferPointer
    /// The requests as they come from outside, to be validated.
    let questions: [Question]
    /// The same, known to be valid.
    let requests: [Request]

    /// One request with its context.
    struct Item {
        var principal: EntityUID
        var action: EntityUID
        var resource: EntityUID
        var context: [(key: Text, value: Value)] = []
    }

    init(_ items: [Item]) throws {
        var encoder = FlatEncoder()
        var bytes: [UInt8] = []
        var ranges: [Range<Int>] = []
        for item in items {
            let context = try encoder.encode(record: item.context)
            for uid in [item.principal, item.action, item.resource] {
                let flat = try encoder.encode(uid)
                ranges.append(bytes.count..<(bytes.count + flat.count))
                bytes += flat
            }
            ranges.append(bytes.count..<(bytes.count + context.count))
            bytes += context
        }
        unsafe memory = .allocate(byteCount: max(bytes.count, 8), alignment: 64)
        unsafe memory.copyBytes(from: bytes)
        guard let base = unsafe UnsafeRawPointer(memory.baseAddress) else {
            preconditionFailure("a block of memory has a place")
        }
        var questions: [Question] = []
        var requests: [Request] = []
        for first in stride(from: 0, to: ranges.count, by: 4) {
            let parts = unsafe ranges[first..<(first + 4)].map { range in
                unsafe UnsafeRawBufferPointer(start: base + range.lowerBound, count: range.count)
            }
            let flats = ranges[first..<(first + 4)].map {
                unsafe FlatBytes(base + $0.lowerBound)
            }
            questions.append(
                unsafe Question(
                    principal: parts[0], action: parts[1], resource: parts[2], context: parts[3]))
            requests.append(
                Request(
                    principal: FlatEntity(flats[0]), action: FlatEntity(flats[1]),
                    resource: FlatEntity(flats[2]), context: FlatRecord(flats[3])))
        }
        self.questions = questions
        self.requests = requests
    }

    convenience init(_ requests: [PaperRequest]) throws {
        try self.init(
            requests.map {
                Item(principal: $0.principal, action: $0.action, resource: $0.resource)
            })
    }

    deinit { unsafe memory.deallocate() }
}
