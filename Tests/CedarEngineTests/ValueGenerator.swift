import SeededNumbers
import CedarSyntax

/// Makes values of every kind, with many equal ones among them.
struct ValueGenerator {
    var numbers: SeededNumbers

    init(seed: UInt64) { numbers = SeededNumbers(seed: seed) }

    private static let texts: [Text] = [
        "", "a", "b", "ab", "abcdefg", "abcdefgh", "abcdefghi", "é", "e\u{301}", "\u{0}", "日本",
        "\u{1F600}", "a longer text that has more than one word of eight bytes",
    ]

    mutating func value(depth: Int = 3) -> Value {
        switch numbers.below(depth > 0 ? 12 : 8) {
        case 0: return .bool(Bool.random(using: &numbers))
        case 1: return .long(number())
        case 2: return .string(text())
        case 3: return .entity(uid())
        case 4: return .decimal(Decimal(scaled: number()))
        case 5: return .datetime(DateTime(milliseconds: number()))
        case 6: return .duration(Duration(milliseconds: number()))
        case 7: return .ip(address())
        case 8, 9: return .set((0..<numbers.below(6)).map { _ in value(depth: depth - 1) })
        default: return .record(members(depth: depth - 1))
        }
    }

    mutating func members(depth: Int) -> [(key: Text, value: Value)] {
        var keys: Set<Text> = []
        for _ in 0..<numbers.below(6) { keys.insert(text()) }
        return keys.sorted().shuffled(using: &numbers).map { ($0, value(depth: depth)) }
    }

    mutating func uid() -> EntityUID {
        EntityUID(type: ["User", "Group", "NS::User"][numbers.below(3)], id: text())
    }

    mutating func text() -> Text { Self.texts[numbers.below(Self.texts.count)] }

    private mutating func number() -> Int64 {
        switch numbers.below(5) {
        case 0: [.min, .max, -1, 0, 1][numbers.below(5)]
        case 1: Int64(bitPattern: numbers.next())
        default: Int64(numbers.below(4))
        }
    }

    private mutating func address() -> IPAddress {
        if Bool.random(using: &numbers) {
            return IPAddress(
                ipv4: UInt32(numbers.below(3)), prefix: UInt8([0, 8, 24, 32][numbers.below(4)]))
        }
        return IPAddress(
            ipv6: UInt64(numbers.below(2)), UInt64(numbers.below(3)),
            prefix: UInt8([0, 32, 64, 128][numbers.below(4)]))
    }

    /// The same value written differently: members in another order, elements repeated.
    mutating func rewritten(_ value: Value) -> Value {
        switch value {
        case .set(let elements):
            var written = elements.map { rewritten($0) }
            if let element = elements.randomElement(using: &numbers) {
                written.append(rewritten(element))
            }
            return .set(written.shuffled(using: &numbers))
        case .record(let members):
            return .record(
                members.map { ($0.key, rewritten($0.value)) }.shuffled(using: &numbers))
        case .bool, .long, .string, .entity, .decimal, .datetime, .duration, .ip:
            return value
        }
    }
}

/// Cedar's equality on trees, the slow and obvious way.
func areEqual(_ left: Value, _ right: Value) -> Bool {
    switch (left, right) {
    case (.bool(let left), .bool(let right)): left == right
    case (.long(let left), .long(let right)): left == right
    case (.string(let left), .string(let right)): left.utf8 == right.utf8
    case (.entity(let left), .entity(let right)): left == right
    case (.decimal(let left), .decimal(let right)): left.scaled == right.scaled
    case (.datetime(let left), .datetime(let right)): left.milliseconds == right.milliseconds
    case (.duration(let left), .duration(let right)): left.milliseconds == right.milliseconds
    case (.ip(let left), .ip(let right)):
        left.isIPv6 == right.isIPv6 && left.high == right.high && left.low == right.low
            && left.prefix == right.prefix
    case (.set(let left), .set(let right)):
        left.allSatisfy { element in right.contains { areEqual($0, element) } }
            && right.allSatisfy { element in left.contains { areEqual($0, element) } }
    case (.record(let left), .record(let right)):
        left.count == right.count
            && left.allSatisfy { member in
                right.contains { $0.key == member.key && areEqual($0.value, member.value) }
            }
    default: false
    }
}
