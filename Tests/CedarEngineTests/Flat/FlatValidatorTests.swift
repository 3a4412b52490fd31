@testable import CedarEngine
import SeededNumbers
import CedarSyntax
import Testing

@Suite struct FlatValidatorTests {
    struct Broken: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let bytes: [UInt8]
        let failure: FlatValidator.Failure

        init(_ description: String, _ failure: FlatValidator.Failure, _ bytes: [UInt8]) {
            testDescription = description
            self.bytes = bytes
            self.failure = failure
        }
    }

    private typealias Build = FlatBuilder
    private static let a = Build.string("a")
    private static let one = Build.scalar(.long, 1)
    private static let two = Build.scalar(.long, 2)
    private static let user = Build.entity(Array("User".utf8), Array("alice".utf8))
    private static let pair = Build.ordered([one, two])
    private static let keys = Build.ordered([Build.string("k"), Build.string("l")])

    static let scalars: [Broken] = [
        Broken("no bytes", .truncated, []),
        Broken("half a header", .truncated, [2, 0, 0, 0]),
        Broken("tag 0", .unknownTag, Build.header(0, size: 8)),
        Broken("tag 11", .unknownTag, Build.header(11, size: 8)),
        Broken("tag 255", .unknownTag, Build.header(255, size: 8)),
        Broken("size 0", .wrongSize, Build.header(1, size: 0)),
        Broken("size below the header", .wrongSize, Build.header(1, size: 4)),
        Broken("size beyond the end", .truncated, Build.header(1, size: 16)),
        Broken("largest size", .truncated, Build.header(3, size: Int(UInt32.max))),
        Broken("size not of eights", .wrongSize, Build.header(3, size: 12) + [0, 0, 0, 0]),
        Broken("bytes after the value", .wrongSize, Build.header(1, size: 8) + one),
        Broken("bool of 16 bytes", .wrongSize, Build.header(1, size: 16) + [UInt8](one[8...])),
        Broken("bool 2", .nonzeroPadding, Build.header(1, 2, size: 8)),
        Broken("bool with third byte", .nonzeroPadding, Build.header(1, 1, 1, size: 8)),
        Broken("bool with fourth byte", .nonzeroPadding, Build.header(1, 1, 0, 1, size: 8)),
        Broken("long of 8 bytes", .wrongSize, Build.header(2, size: 8)),
        Broken("long of 24 bytes", .wrongSize, Build.header(2, size: 24) + one),
        Broken("long with a flag", .nonzeroPadding, Build.scalar(.long, 1, a: 1)),
        Broken("decimal with a flag", .nonzeroPadding, Build.scalar(.decimal, 1, a: 1)),
        Broken("ip family 5", .unknownTag, Build.ip(family: 5, prefix: 0, 0, 0)),
        Broken("ipv4 prefix 33", .wrongSize, Build.ip(family: 4, prefix: 33, 0, 0)),
        Broken("ipv4 with upper half", .wrongSize, Build.ip(family: 4, prefix: 32, 1, 0)),
        Broken("ipv4 of 33 bits", .wrongSize, Build.ip(family: 4, prefix: 32, 0, 1 << 32)),
        Broken("ipv6 prefix 129", .wrongSize, Build.ip(family: 6, prefix: 129, 0, 0)),
        Broken("ip of 16 bytes", .wrongSize, Build.header(8, 4, 32, size: 16) + one[8...]),
    ]

    static let texts: [Broken] = [
        Broken("string of a header", .wrongSize, Build.header(3, size: 8)),
        Broken("string with a wrong hash", .wrongHash, Build.string(Array("a".utf8), hash: 1)),
        Broken("string with filled padding", .nonzeroPadding, Build.string([97], fill: 1)),
        Broken("string padded twice", .wrongSize, Build.string([97], extra: 8)),
        Broken("empty string padded by eight", .wrongSize, Build.string([], extra: 8)),
        Broken("padding beyond the string", .wrongSize, Build.header(3, 7, size: 16) + one[8...]),
        Broken("continuation byte alone", .invalidUTF8, Build.string([0x80])),
        Broken("cut scalar", .invalidUTF8, Build.string([0xE2, 0x82])),
        Broken("overlong slash", .invalidUTF8, Build.string([0xC0, 0xAF])),
        Broken("surrogate", .invalidUTF8, Build.string([0xED, 0xA0, 0x80])),
        Broken("beyond U+10FFFF", .invalidUTF8, Build.string([0xF4, 0x90, 0x80, 0x80])),
        Broken("entity of 16 bytes", .wrongSize, Build.header(4, size: 16) + one[8...]),
        Broken("entity with a wrong hash", .wrongHash, Build.entity([97], [98], hash: 1)),
        Broken("entity with a wrong type hash", .wrongHash, Build.entity([97], [98], typeHash: 1)),
        Broken("type beyond the entity", .wrongSize, Build.entity([97], [98], typeCount: 9)),
        Broken("huge type", .wrongSize, Build.entity([97], [98], typeCount: Int(UInt32.max))),
        Broken("type that ends later", .wrongHash, Build.entity([97], [98], typeCount: 2)),
        Broken("entity with filled padding", .nonzeroPadding, Build.entity([97], [], fill: 9)),
        Broken("type that is no UTF-8", .invalidUTF8, Build.entity([0xFF], [97])),
        Broken("id that is no UTF-8", .invalidUTF8, Build.entity([97], [0xFF])),
        Broken(
            "scalar split between type and id", .invalidUTF8, Build.entity([0xC3], [0xA9])),
    ]

    static let collections: [Broken] = [
        Broken("set of a header", .wrongSize, Build.header(9, size: 8)),
        Broken(
            "count beyond the set", .wrongSize,
            Build.header(9, size: 16) + [1, 0, 0, 0, 0, 0, 0, 0]),
        Broken(
            "largest count", .wrongSize,
            Build.header(9, size: 16) + [255, 255, 255, 255, 0, 0, 0, 0]),
        Broken("empty set without its flag", .nonzeroPadding, Build.set([])),
        Broken("set with a flag in its header", .nonzeroPadding, [9, 1] + Build.set([])[2...]),
        Broken("entities without the flag", .nonzeroPadding, Build.set([user])),
        Broken("the flag without entities", .nonzeroPadding, Build.set([one], flags: 1)),
        Broken("unknown flag", .nonzeroPadding, Build.set([user], flags: 3)),
        Broken("elements out of order", .wrongOrder, Build.set([pair[1], pair[0]])),
        Broken("element twice", .wrongOrder, Build.set([one, one])),
        Broken("element with a wrong hash", .wrongHash, Build.set([one], hashes: [1])),
        Broken("gap before the elements", .wrongOrder, Build.set([one], gap: 8)),
        Broken("bytes after the elements", .wrongSize, Build.set([one], trailing: 8)),
        Broken("reserved half in the table", .nonzeroPadding, Build.set([one], reserved: 1)),
        Broken("broken element", .wrongHash, Build.set([Build.string([97], hash: 1)])),
        Broken("record of a header", .wrongSize, Build.header(10, size: 8)),
        Broken("record with a flag", .nonzeroPadding, Build.record([], flags: 1)),
        Broken(
            "record with a flag in its header", .nonzeroPadding, [10, 1] + Build.record([])[2...]),
        Broken(
            "keys out of order", .wrongOrder, Build.record([(keys[1], one), (keys[0], one)])),
        Broken("key twice", .wrongOrder, Build.record([(a, one), (a, two)])),
        Broken("key that is no string", .wrongKind, Build.record([(one, two)])),
        Broken("key with a wrong hash", .wrongHash, Build.record([(a, one)], hashes: [1])),
        Broken(
            "value elsewhere", .wrongOrder, Build.record([(a, one)], valueShift: 8)),
        Broken("record cut after a key", .truncated, Build.record([(a, [])])),
    ]

    @Test(arguments: scalars + texts + collections)
    func refuses(_ row: Broken) {
        #expect(refusal(of: row.bytes) == row.failure)
    }

    @Test func refusesAnotherKind() throws {
        for value in [Value.bool(true), .long(1), .set([])] {
            #expect(refusal(of: try encoded(value), as: .record) == .wrongKind)
        }
        #expect(refusal(of: try encoded(.record([])), as: .record) == nil)
    }

    @Test func refusesEveryTruncation() throws {
        var generator = ValueGenerator(seed: 1)
        for _ in 0..<60 {
            let bytes = try encoded(generator.value())
            for count in 0..<bytes.count {
                #expect(refusal(of: bytes[..<count]) != nil)
            }
            for extra in [1, 7, 8, 16] {
                #expect(refusal(of: bytes + Array(repeating: 0, count: extra)) == .wrongSize)
            }
        }
    }

    /// A changed byte makes another canonical value or none: never two forms of one value.
    @Test func acceptsChangedBytesOnlyAsAnotherCanonicalValue() throws {
        var generator = ValueGenerator(seed: 2)
        var accepted = 0
        for _ in 0..<60 {
            let bytes = try encoded(generator.value())
            let guarded = GuardedBytes(bytes)
            for offset in bytes.indices {
                for mask: UInt8 in [0x01, 0x02, 0x08, 0x80, 0xFF] {
                    guarded.set(offset, bytes[offset] ^ mask)
                    guard refusal(of: guarded) == nil else { continue }
                    accepted += 1
                    let changed = guarded.flat.copy(count: guarded.count)
                    #expect(changed != bytes)
                    let again = try encoded(Value(guarded.flat))
                    #expect(again == changed, "byte \(offset) of \(bytes)")
                }
                guarded.set(offset, bytes[offset])
            }
        }
        // Longs and the like have no redundancy, so some changes must be accepted.
        #expect(accepted > 0)
    }

    @Test func refusesRandomBytes() {
        var numbers = SeededNumbers(seed: 3)
        for _ in 0..<20_000 {
            let words = 1 + numbers.below(8)
            var bytes = FlatBuilder.header(
                UInt8(numbers.below(12)), UInt8(numbers.below(9)), size: words * 8)
            for _ in 1..<max(words, 2) { bytes.append(word: numbers.next()) }
            let guarded = GuardedBytes(bytes)
            if refusal(of: guarded) == nil {
                let again = try? encoded(Value(guarded.flat))
                #expect(again == bytes)
            }
        }
    }

    /// Sets in sets, with the given number of levels around a long.
    private func nested(_ levels: Int) -> [UInt8] {
        var bytes = FlatBuilder.scalar(.long, 1)
        for _ in 0..<levels { bytes = FlatBuilder.set([bytes]) }
        return bytes
    }

    @Test func keepsTheDepthBound() {
        #expect(refusal(of: nested(FlatLimits.maximumDepth)) == nil)
        #expect(refusal(of: nested(FlatLimits.maximumDepth + 1)) == .tooDeep)
        #expect(refusal(of: nested(2 * FlatLimits.maximumDepth)) == .tooDeep)
    }

    @Test func keepsTheSizeBound() {
        let largest = FlatLimits.maximumBytes - 16
        var bytes = FlatBuilder.string(Array(repeating: 97, count: largest))
        #expect(bytes.count == FlatLimits.maximumBytes)
        #expect(bytes.withFlat { validates($0, bytes.count) })
        bytes = FlatBuilder.string(Array(repeating: 97, count: largest + 1))
        #expect(!bytes.withFlat { validates($0, bytes.count) })
    }

    private func validates(_ flat: FlatBytes, _ count: Int) -> Bool {
        (try? FlatValidator.validate(flat, count: count)) != nil
    }
}
