@testable import CedarEngine
import SeededNumbers
import CedarSyntax
import Testing

@Suite struct FlatEncoderTests {
    private func nested(_ levels: Int) -> Value {
        (0..<levels).reduce(.long(1)) { value, _ in .set([value]) }
    }

    @Test func refusesValuesThatAreTooDeep() throws {
        #expect(throws: FlatEncoder.Failure.tooDeep) {
            try encoded(nested(FlatLimits.maximumDepth + 1))
        }
        let bytes = try encoded(nested(FlatLimits.maximumDepth))
        #expect(refusal(of: bytes) == nil)
        var record = Value.record([])
        for _ in 0..<FlatLimits.maximumDepth { record = .record([(Text("k"), record)]) }
        #expect(refusal(of: try encoded(record)) == nil)
        #expect(throws: FlatEncoder.Failure.tooDeep) { try encoded(.record([(Text("k"), record)])) }
    }

    @Test func refusesValuesThatAreTooLarge() throws {
        let largest = Text(
            validUTF8: Array(repeating: 97, count: FlatLimits.maximumBytes - 16))
        #expect(try encoded(.string(largest)).count == FlatLimits.maximumBytes)
        let tooLarge = Text(
            validUTF8: Array(repeating: 97, count: FlatLimits.maximumBytes - 15))
        #expect(throws: FlatEncoder.Failure.tooLarge) { try encoded(.string(tooLarge)) }
        #expect(throws: FlatEncoder.Failure.tooLarge) { try encoded(.set([.string(largest)])) }
        #expect(throws: FlatEncoder.Failure.tooLarge) {
            try encoded(.record([("k", .string(largest))]))
        }
        #expect(throws: FlatEncoder.Failure.tooLarge) { try encoded(.entity(uid("User", largest))) }
    }

    @Test func goesOnAfterARefusal() throws {
        var encoder = FlatEncoder()
        #expect(throws: FlatEncoder.Failure.tooDeep) {
            try encoder.encode(nested(FlatLimits.maximumDepth + 1))
        }
        #expect(try encoder.encode(.long(1)) == FlatBuilder.scalar(.long, 1))
    }

    @Test func roundTripsGeneratedValues() throws {
        var generator = ValueGenerator(seed: 10)
        var encoder = FlatEncoder()
        for _ in 0..<3_000 {
            let value = generator.value()
            let bytes = try encoder.encode(value)
            let guarded = GuardedBytes(bytes)
            #expect(refusal(of: guarded) == nil, "\(value)")
            #expect(areEqual(Value(guarded.flat), value), "\(value)")
            #expect(try encoder.encode(Value(guarded.flat)) == bytes)
            #expect(try encoder.encode(generator.rewritten(value)) == bytes, "\(value)")
        }
    }

    @Test func equalValuesAndOnlyTheyHaveEqualBytes() throws {
        var generator = ValueGenerator(seed: 11)
        var (equal, different) = (0, 0)
        for _ in 0..<30_000 {
            let (left, right) = (generator.value(depth: 2), generator.value(depth: 2))
            let areEqualBytes = try encoded(left) == encoded(right)
            #expect(areEqualBytes == areEqual(left, right), "\(left) and \(right)")
            if areEqualBytes { equal += 1 } else { different += 1 }
        }
        #expect(equal > 100 && different > 10_000)
    }

    struct Pair: Sendable, CustomTestStringConvertible {
        let left: Value
        let right: Value
        let areEqual: Bool
        var testDescription: String { "\(left) \(areEqual ? "==" : "!=") \(right)" }

        init(_ left: Value, _ right: Value, _ areEqual: Bool) {
            self.left = left
            self.right = right
            self.areEqual = areEqual
        }
    }

    private static func decimal(_ text: Text) -> Value {
        Decimal(parsing: text.utf8).map { .decimal($0) } ?? .bool(false)
    }
    private static func ip(_ text: Text) -> Value {
        IPAddress(parsing: text.utf8).map { .ip($0) } ?? .bool(false)
    }
    private static func datetime(_ text: Text) -> Value {
        DateTime(parsing: text.utf8).map { .datetime($0) } ?? .bool(false)
    }
    private static func duration(_ text: Text) -> Value {
        Duration(parsing: text.utf8).map { .duration($0) } ?? .bool(false)
    }

    static let pairs: [Pair] = [
        Pair(decimal("1.0"), decimal("1.0000"), true),
        Pair(decimal("-0.0"), decimal("0.0"), true),
        Pair(decimal("1.0"), decimal("1.0001"), false),
        Pair(decimal("1.0"), .long(10_000), false),
        Pair(duration("1h"), duration("60m"), true),
        Pair(duration("1ms"), datetime("1970-01-01T00:00:00.001Z"), false),
        Pair(
            datetime("2024-01-01T00:00:00+0100"), datetime("2023-12-31T23:00:00Z"), true),
        Pair(ip("10.0.0.1"), ip("10.0.0.1/32"), true),
        Pair(ip("10.0.0.1/24"), ip("10.0.0.0/24"), false),
        Pair(ip("::1"), ip("0:0:0:0:0:0:0:1/128"), true),
        Pair(ip("::ffff:a00:1"), ip("10.0.0.1"), false),
        Pair(ip("0.0.0.0/0"), ip("::/0"), false),
        Pair(.string("é"), .string("e\u{301}"), false),
        Pair(.string("a"), .string("a\u{0}"), false),
        Pair(.string(""), .string("\u{0}"), false),
        Pair(.entity(uid("A", "B")), .entity(uid("AB", "")), false),
        Pair(.entity(uid("A", "B")), .string("B"), false),
        Pair(.set([]), .record([]), false),
        Pair(.set([.long(1), .long(2)]), .set([.long(2), .long(1), .long(2)]), true),
        Pair(.set([.bool(true)]), .set([.long(1)]), false),
        Pair(.set([.set([.long(1)]), .set([])]), .set([.set([]), .set([.long(1)])]), true),
        Pair(
            .record([("a", .long(1)), ("b", .long(2))]),
            .record([("b", .long(2)), ("a", .long(1))]), true),
        Pair(.record([("a", .long(1))]), .record([("a", .long(2))]), false),
        Pair(.record([("a", .long(1))]), .record([("b", .long(1))]), false),
    ]

    @Test(arguments: pairs)
    func writesEqualValuesEqually(_ pair: Pair) throws {
        #expect((try encoded(pair.left) == encoded(pair.right)) == pair.areEqual)
    }

    @Test func operandsHashLikeFlatValues() throws {
        var generator = ValueGenerator(seed: 12)
        var tags: Set<FlatTag> = []
        for _ in 0..<2_000 {
            let constant = try FlatConstant(generator.value())
            let operand = Operand(constant.flat)
            #expect(operand.hash == constant.flat.hash)
            #expect(operand.equals(constant.flat))
            var arena = Arena()
            let again = try operand.flat(in: &arena)
            #expect(again.equals(constant.flat))
            tags.insert(constant.flat.tag)
        }
        #expect(tags.count == 10)
    }

    @Test func hashesOfPartsAreHashesOfTheWhole() {
        var numbers = SeededNumbers(seed: 13)
        for _ in 0..<100 {
            let (first, second) = (numbers.next(), numbers.next())
            var bytes: [UInt8] = []
            bytes.append(word: first)
            bytes.append(word: second)
            #expect(FlatHash.words(first, second) == FlatHash.bytes(bytes))
        }
    }

    /// The hash is part of the stored format: these numbers must never change.
    @Test func hashesStayWhatTheyAre() {
        #expect(FlatHash.bytes([]) == 0x0000_0000_0000_0000)
        #expect(FlatHash.bytes(Array("Cedar".utf8)) == 0x34A4_2296_F509_8DA2)
        #expect(FlatHash.bytes(Array("a text of many bytes".utf8)) == 0x38B4_040F_91D0_9DC2)
    }
}
