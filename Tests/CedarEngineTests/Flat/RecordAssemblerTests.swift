@testable import CedarEngine
import CedarSyntax
import Testing

@Suite struct RecordAssemblerTests {
    private func flat(_ value: Value) throws -> GuardedBytes { GuardedBytes(try encoded(value)) }

    private func bytes(_ record: FlatRecord) -> [UInt8] {
        record.flat.copy(count: record.flat.size)
    }

    @Test func refusesAMemberThatIsThere() throws {
        var assembler = RecordAssembler()
        let record = try flat(.record([("a", .long(1)), ("verified", .long(2)), ("z", .long(3))]))
        let (key, value) = (try flat(.string("verified")), try flat(.bool(true)))
        let insertion = assembler.insert(
            FlatMember(key: FlatString(key.flat), value: value.flat), into: FlatRecord(record.flat))
        guard case .present = insertion else {
            Issue.record("the member was put in twice")
            return
        }
    }

    @Test func refusesWhatIsTooLarge() throws {
        var assembler = RecordAssembler()
        // Empty record, table entry, key and the string's own prefix.
        let room = FlatLimits.maximumBytes - 16 - 16 - 24 - 16
        for (count, fits) in [(room, true), (room + 1, false)] {
            assembler.reset()
            let text = Text(validUTF8: [UInt8](repeating: 97, count: count))
            let (empty, key) = (try flat(.record([])), try flat(.string("k")))
            let value = try flat(.string(text))
            let member = FlatMember(key: FlatString(key.flat), value: value.flat)
            switch assembler.insert(member, into: FlatRecord(empty.flat)) {
            case .inserted(let record):
                #expect(fits)
                #expect(record.flat.size == FlatLimits.maximumBytes)
            case .tooLarge: #expect(!fits)
            case .present: Issue.record("an empty record has no member")
            }
        }
    }

    @Test(arguments: 0..<400 as Range<UInt64>)
    func writesWhatTheEncoderWrites(_ seed: UInt64) throws {
        var generator = ValueGenerator(seed: seed)
        var members = generator.members(depth: 2).filter { $0.key != "verified" }
        let record = try flat(.record(members))
        let added = generator.value()
        let (key, value) = (try flat(.string("verified")), try flat(added))
        var assembler = RecordAssembler()
        for _ in 0..<2 {
            assembler.reset()
            guard
                case .inserted(let made) = assembler.insert(
                    FlatMember(key: FlatString(key.flat), value: value.flat),
                    into: FlatRecord(record.flat))
            else {
                Issue.record("nothing was inserted")
                return
            }
            let expected = try encoded(.record(members + [("verified", added)]))
            #expect(bytes(made) == expected)
        }
        members.append(("verified", added))
        let keys = try members.map { try flat(.string($0.key)) }
        let values = try members.map { try flat($0.value) }
        let pairs = zip(keys, values)
            .map { FlatMember(key: FlatString($0.flat), value: $1.flat) }
            .sorted { $0.precedes($1) }
        let whole = try #require(assembler.record(pairs.span))
        let expected = try encoded(.record(members))
        #expect(bytes(whole) == expected)
        withExtendedLifetime((keys, values)) {}
    }
}
