import BenchSupport
import CAllocationCount
import ExtAuthz
import ExtAuthzMessages
import Wire

/// Counts what deciding allocates, from the bytes of a check to those of its answer.
enum CheckAllocations {
    /// - Returns: blocks of memory for all of the messages together, once each has been decided before.
    static func count(_ world: DecidingWorld, _ messages: [[UInt8]]) throws -> UInt64 {
        var handler = try world.handler(1)
        var reply = ReplyBuffer(identityHeaders: world.identityHeaders.map { Array($0.utf8) })
        var count: UInt64 = 0
        for round in 0..<3 {
            var denied = 0
            let before = allocation_count()
            for index in messages.indices {
                try unsafe messages[index].withUnsafeBytes { bytes in
                    let view = try CheckRequestView(
                        unsafe ByteRegion(bytes), limits: CheckLimits(), watch: handler.watchedNames
                    )
                    handler.beginBatch()
                    reply.reset()
                    handler.check(
                        view, call: CheckCall(deadlineNanoseconds: .max, peer: nil), into: &reply)
                    if reply.reply != .allow { denied += 1 }
                    denied += reply.withEncoded { $0.isEmpty ? 1 : 0 }
                    handler.endBatch()
                }
            }
            count = allocation_count() - before
            if denied > 0 { throw BenchError("\(denied) checks were not allowed, round \(round)") }
        }
        return count
    }
}
