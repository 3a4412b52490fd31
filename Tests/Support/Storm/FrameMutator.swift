import SeededNumbers
import CedarSyntax
import Wire
import WritClient

/// Makes frames: good ones, and good ones spoilt in every way that the protocol has words for.
struct FrameMutator {
    private let known: [ScenarioQuestions.Known]
    private let frames: [[UInt8]]
    private var random: SeededNumbers
    private var nextID: UInt64 = 1

    init(_ questions: ScenarioQuestions, seed: UInt64) {
        known = questions.known
        random = SeededNumbers(seed: seed)
        frames = known.map { Self.frame([$0.encoded], id: 7) }
    }

    /// The frames of one connection. Most keep the framing, so that the connection goes on; after
    /// one that does not, there is no more to come.
    mutating func connection(maximumFrames: Int) -> [[UInt8]] {
        let isLong = random.chance(1, in: 4)
        let count = min(maximumFrames, isLong ? 50 + random.below(450) : 1 + random.below(4))
        var frames: [[UInt8]] = []
        for _ in 0..<count {
            let keepsFraming = isLong && !random.chance(1, in: 200)
            frames.append(hurried(keepsFraming ? framed() : anyFrame()))
            if !keepsFraming, random.chance(1, in: 2) { break }
        }
        return frames
    }

    /// A millisecond, in nearly every question that demands a revision: it waits for as long.
    private mutating func hurried(_ frame: [UInt8]) -> [UInt8] {
        guard frame.count >= 32, frame[...].word(24) > 1, !random.chance(1, in: 500) else {
            return frame
        }
        var frame = frame
        frame.set(half: 1000, at: 16)
        return frame
    }

    // MARK: Frames that keep the framing

    /// A frame whose header is right and whose body may be anything.
    private mutating func framed() -> [UInt8] {
        nextID &+= 1
        switch random.below(12) {
        case 0: return Self.frame([random.pick(known).encoded], id: nextID)
        case 1:
            let items = (0...random.below(8)).map { _ in random.pick(known).encoded }
            return Self.frame(items, id: nextID, isBatch: true)
        case 2: return ping()
        case 3, 4:
            return Self.frame([otherQuestion()], id: nextID, isBatch: random.chance(1, in: 4))
        case 5: return flipBits(random.pick(frames), from: 16)
        case 6: return overwrite(random.pick(frames), from: 16)
        case 7: return overwriteValue()
        case 8: return withLength(cut(random.pick(frames), from: 16))
        case 9: return withLength(splice())
        case 10: return changeItemSizes()
        default: return changeFields()
        }
    }

    private mutating func ping() -> [UInt8] {
        Self.header(length: 16, kind: 5, id: nextID)
    }

    /// A good question that no test asks: parts of others, other numbers, other texts.
    private mutating func otherQuestion() -> EncodedRequest {
        let base = random.pick(known).tree
        var context: [(key: Text, value: Value)] = []
        for member in base.context where !random.chance(1, in: 8) {
            context.append(
                (member.key, random.chance(1, in: 4) ? other(member.value) : member.value))
        }
        let tree = TreeRequest(
            principal: random.chance(1, in: 3) ? random.pick(known).tree.principal : base.principal,
            action: random.chance(1, in: 3) ? random.pick(known).tree.action : base.action,
            resource: random.chance(1, in: 3) ? random.pick(known).tree.resource : base.resource,
            context: context)
        return (try? EncodedRequest(tree)) ?? random.pick(known).encoded
    }

    private mutating func other(_ value: Value) -> Value {
        switch value {
        case .bool(let value): return .bool(!value)
        case .long(let value): return .long(random.pick([0, -1, .min, .max, value &+ 1]))
        case .string(let text):
            return .string(random.pick([Text(""), Text("\0"), text, Text("other")]))
        case .entity: return .entity(random.pick(known).tree.resource)
        case .set(let elements): return .set(Array(elements.dropFirst()) + [.long(1)])
        case .record(let members): return .record(Array(members.dropLast()))
        case .decimal(let value): return .long(value.scaled)
        case .datetime(let value):
            return .datetime(
                DateTime(milliseconds: value.milliseconds &+ Int64(random.below(1 << 40))))
        case .duration, .ip: return .record([(key: Text("was"), value: value)])
        }
    }

    private mutating func flipBits(_ frame: [UInt8], from start: Int) -> [UInt8] {
        var frame = frame
        for _ in 0...random.below(8) {
            frame[start + random.below(frame.count - start)] ^= 1 << UInt8(random.below(8))
        }
        return frame
    }

    private static let numbers: [UInt32] = [
        0, 1, 2, 7, 8, 15, 16, 24, 32, 0x7F, 0x80, 0xFF, 0x100, 0x7FFF, 0xFFFF, 0x10000,
        0xFF_FFFF, 0x100_0000, 0x7FFF_FFFF, 0x8000_0000, 0xFFFF_FFF8, 0xFFFF_FFFF,
    ]

    /// Telling numbers in place of sizes, counts, offsets and hashes.
    private mutating func overwrite(_ frame: [UInt8], from start: Int) -> [UInt8] {
        var frame = frame
        for _ in 0...random.below(3) {
            let offset = start + random.below((frame.count - start) / 4) * 4
            frame.set(half: random.pick(Self.numbers), at: offset)
        }
        return frame
    }

    /// The tag, a size, or a count of one of the flat values is changed.
    private mutating func overwriteValue() -> [UInt8] {
        var frame = random.pick(frames)
        var offset = 48
        for part in 0..<random.below(4) { offset += frame[32...].half(part * 4) }
        guard offset + 16 <= frame.count else { return frame }
        switch random.below(4) {
        case 0: frame[offset] = UInt8(random.below(12))
        case 1: frame.set(half: random.pick(Self.numbers), at: offset + 4)
        case 2: frame.set(half: random.pick(Self.numbers), at: offset + 8)
        default: frame[offset + random.below(4)] &+= UInt8(1 + random.below(255))
        }
        return frame
    }

    private mutating func cut(_ frame: [UInt8], from start: Int) -> [UInt8] {
        Array(frame[..<(start + random.below(frame.count - start))])
    }

    /// The beginning of one frame and the end of another.
    private mutating func splice() -> [UInt8] {
        let (first, second) = (random.pick(frames), random.pick(frames))
        return Array(first[..<(16 + random.below(first.count - 16))])
            + second[random.below(second.count)...]
    }

    private mutating func changeItemSizes() -> [UInt8] {
        var frame = random.pick(frames)
        for _ in 0...random.below(2) {
            let offset = 32 + random.below(4) * 4
            let size = UInt32(truncatingIfNeeded: frame[...].half(offset))
            frame.set(
                half: random.pick([size &+ 8, size &- 8, 0, 8, size &* 2, 1, .max, .max - 7]),
                at: offset)
        }
        return frame
    }

    /// Deadline, item count and revision.
    private mutating func changeFields() -> [UInt8] {
        let isBatch = random.chance(1, in: 2)
        let items = (0...random.below(3)).map { _ in random.pick(known).encoded }
        nextID = random.chance(1, in: 8) ? random.next() : nextID
        var frame = Self.frame(isBatch ? items : [items[0]], id: nextID, isBatch: isBatch)
        let offset = random.pick([16, 20, 24, 28])
        frame.set(half: random.pick(Self.numbers + [4096, 4097]), at: offset)
        return frame
    }

    /// Makes the length field right again, rounded down to a whole number of words.
    private func withLength(_ frame: [UInt8]) -> [UInt8] {
        var frame = Array(frame.prefix(max(16, frame.count & ~7)))
        frame.set(half: UInt32(frame.count), at: 0)
        return frame
    }

    // MARK: Frames that may break the framing

    private mutating func anyFrame() -> [UInt8] {
        let frame = random.pick(frames)
        switch random.below(9) {
        case 0: return framed()
        case 1: return flipBits(frame, from: 0)
        case 2: return overwrite(frame, from: 0)
        case 3: return cut(frame, from: 0)
        case 4: return (0..<random.below(200)).map { _ in UInt8(truncatingIfNeeded: random.next()) }
        case 5: return splice()
        case 6:
            var changed = frame
            let numbers = Self.numbers + [1 << 20, (1 << 20) + 8, UInt32(frame.count) + 8]
            changed.set(half: random.pick(numbers), at: 0)
            return changed
        case 7:
            var changed = frame
            changed[4 + random.below(4)] = UInt8(random.below(10))
            return changed
        default: return frame + [UInt8](repeating: 0, count: 1 + random.below(16))
        }
    }

    // MARK: Layout

    private static func header(length: Int, kind: UInt8, id: UInt64) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: 16)
        bytes.set(half: UInt32(length), at: 0)
        (bytes[4], bytes[5]) = (1, kind)
        bytes.set(half: UInt32(truncatingIfNeeded: id), at: 8)
        bytes.set(half: UInt32(truncatingIfNeeded: id >> 32), at: 12)
        return bytes
    }

    /// A decide frame, or a batch.
    static func frame(_ items: [EncodedRequest], id: UInt64, isBatch: Bool = false) -> [UInt8] {
        var bytes = header(length: 0, kind: isBatch ? 3 : 1, id: id)
        bytes += [UInt8](repeating: 0, count: 16)
        if isBatch { bytes.set(half: UInt32(items.count), at: 20) }
        for item in items {
            let parts = [item.principal, item.action, item.resource, item.context]
            for part in parts {
                bytes += [0, 0, 0, 0]
                bytes.set(half: UInt32(part.count), at: bytes.count - 4)
            }
            for part in parts { bytes += part }
        }
        bytes.set(half: UInt32(bytes.count), at: 0)
        return bytes
    }
}

extension [UInt8] {
    /// Writes a little-endian number of four bytes.
    mutating func set(half value: UInt32, at offset: Int) {
        for index in 0..<4 {
            self[offset + index] = UInt8(truncatingIfNeeded: value >> UInt32(index * 8))
        }
    }
}
