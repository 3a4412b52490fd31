import CedarEngine
import CedarSyntax
import Testing

@testable import EntityStore

@Suite struct ExpiryTests {
    private func device(_ expiries: [(String, Int64)]) -> Entity {
        Entity(
            uid: uid("d", "Device"),
            attributes: [
                ("a", .bool(true)), ("b", .long(7)), ("c", .string("x")),
                (
                    "expiresAt",
                    .record(
                        expiries.map {
                            (Text($0.0), Value.datetime(DateTime(milliseconds: $0.1)))
                        })
                ),
            ])
    }

    /// The attributes seen at an instant, and whether the record's number alone said all is good.
    private func seen(_ entity: Entity, _ now: Int64) throws -> (names: Set<Text>, isFast: Bool) {
        var encoder = EntityEncoder()
        let records = try UnexpiredRecords()
        return try encoder.encode(entity).withFlat { flat in
            let record = EntityRecord(flat)
            let isFast = !record.mayHaveExpired(by: EntityExpiry.seconds(in: now))
            guard case .found(let view) = records.view(record, at: now) else { return ([], false) }
            let names = Set(view.entity.attributes.map(\.key))
            #expect(view.entity.uid == entity.uid)
            return (names, isFast)
        }
    }

    @Test func anAttributeIsGoneFromItsInstantOn() throws {
        let device = device([("a", 10_500), ("b", 20_000)])
        let all: Set<Text> = ["a", "b", "c", "expiresAt"]
        #expect(try seen(device, 9_999) == (all, true))
        // The number is in whole seconds: a closer look finds that nothing has ended.
        #expect(try seen(device, 10_499) == (all, false))
        #expect(try seen(device, 10_500).names == all.subtracting(["a"]))
        #expect(try seen(device, 19_999).names == all.subtracting(["a"]))
        #expect(try seen(device, 20_000).names == ["c", "expiresAt"])
    }

    @Test(arguments: [Int64.min, -1, 0, 1, 999])
    func whatEndedBeforeTimeBeganIsGone(_ expiry: Int64) throws {
        let device = device([("a", expiry)])
        #expect(try seen(device, 1_000) == (["b", "c", "expiresAt"], false))
    }

    @Test func whatEndsAfterTheLargestNumberIsNotTakenForOver() throws {
        let device = device([("a", .max)])
        #expect(try seen(device, 4_000_000_000_000).names.contains("a"))
    }

    @Test func otherThanARecordEndsNothing() throws {
        let consent = Entity(
            uid: uid("c"), attributes: [("expiresAt", .datetime(DateTime(milliseconds: 1)))])
        #expect(try seen(consent, .max) == (["expiresAt"], true))
    }

    @Test func aStoreKeepsAndChecksTheNumber() throws {
        let directory = try TemporaryDirectory()
        let store = try EntityStore.make(directory)
        try store.put([device([("a", 10_500)])])
        try store.patch([EntityPatch(uid: uid("d", "Device"), attributes: [("c", nil)])])
        try store.requireClean()
        var reader = try store.makeReader()
        try reader.begin()
        let entity = try #require(try reader.entity(uid("d", "Device")))
        #expect(try !seen(entity, 10_500).names.contains("a"))
    }
}
