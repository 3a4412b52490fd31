import SeededNumbers
import CedarSyntax
import Testing

@testable import Posture

@Suite struct PostureMergeTests {
    private let device = Entity(
        uid: EntityUID(type: "Device", id: "d"), attributes: [("owner", .string("alice"))],
        parents: [EntityUID(type: "Fleet", id: "eu")])

    private func report(_ facts: PostureFact...) -> PostureReport {
        PostureReport(device: "d", facts: facts)
    }

    private func value(_ entity: Entity?, _ name: Text) -> Value? {
        entity?.attributes.first { $0.key == name }?.value
    }

    private func instant(_ entity: Entity?, _ record: Text, _ name: Text) -> Int64? {
        guard case .record(let members)? = value(entity, record),
            case .datetime(let instant)? = members.first(where: { $0.key == name })?.value
        else { return nil }
        return instant.milliseconds
    }

    /// What equality means here: all members in order, as words.
    private func words(_ entity: Entity) -> String {
        func words(_ members: [(key: Text, value: Value)]) -> String {
            members.sorted { $0.key < $1.key }.map { member in
                switch member.value {
                case .record(let inner): "\(member.key)={\(words(inner))}"
                case .set(let values): "\(member.key)=\(values.map { "\($0)" }.sorted())"
                default: "\(member.key)=\(member.value)"
                }
            }.joined(separator: ";")
        }
        return words(entity.attributes)
    }

    @Test func keepsWhatItDoesNotKnow() throws {
        let merged = try #require(
            PostureMerge().applied(
                report(PostureFact(.firewall, .bool(true), at: 1_000)), to: device))
        guard case .string("alice")? = value(merged, "owner") else { throw Missing() }
        #expect(merged.parents == device.parents)
        #expect(instant(merged, "collectedAt", "firewall") == 1_000)
        #expect(instant(merged, "expiresAt", "firewall") == 86_401_000)
    }

    @Test func aReplayChangesNothing() throws {
        let report = report(
            PostureFact(.firewall, .bool(true), at: 1_000), PostureFact(.compliant, .unknown, at: 9)
        )
        let merged = try #require(PostureMerge().applied(report, to: device))
        #expect(PostureMerge().applied(report, to: merged) == nil)
    }

    @Test func anOlderReportNeverUndoesANewer() throws {
        let newer = try #require(
            PostureMerge().applied(
                report(PostureFact(.firewall, .bool(false), at: 2_000)), to: device))
        let older = report(PostureFact(.firewall, .bool(true), at: 1_999))
        #expect(PostureMerge().applied(older, to: newer) == nil)
    }

    @Test func theSameFactCountsForAsLongAsTheRulesSayNow() throws {
        let report = report(PostureFact(.firewall, .bool(true), at: 1_000))
        var short = FreshnessRules()
        short[.firewall] = 5_000
        let merged = try #require(PostureMerge(rules: short).applied(report, to: device))
        #expect(instant(merged, "expiresAt", "firewall") == 6_000)
        #expect(PostureMerge(rules: short).applied(report, to: merged) == nil)
        let again = try #require(PostureMerge().applied(report, to: merged))
        #expect(instant(again, "expiresAt", "firewall") == 86_401_000)
        // But neither an older fact nor a better one of the same instant.
        for (reading, time) in [(PostureReading.bool(true), 999 as Int64), (.unknown, 999)] {
            let older = self.report(PostureFact(.firewall, reading, at: time))
            #expect(PostureMerge().applied(older, to: merged) == nil)
        }
        let bad = try #require(
            PostureMerge(rules: short).applied(
                self.report(PostureFact(.firewall, .bool(false), at: 1_000)), to: device))
        #expect(PostureMerge().applied(report, to: bad) == nil)
    }

    @Test func notKnowingEndsWhatWasKnown() throws {
        let known = try #require(
            PostureMerge().applied(
                report(PostureFact(.compliant, .bool(true), at: 1_000)), to: device))
        let unknown = try #require(
            PostureMerge().applied(
                report(PostureFact(.compliant, .unknown, at: 2_000)), to: known))
        #expect(value(unknown, "compliant") == nil)
        #expect(instant(unknown, "collectedAt", "compliant") == 2_000)
        #expect(instant(unknown, "expiresAt", "compliant") == nil)
    }

    @Test func ofOneInstantTheWorseCounts() throws {
        for (attribute, good, bad) in [
            (PostureAttribute.firewall, PostureReading.bool(true), PostureReading.bool(false)),
            (.jailbroken, .bool(false), .bool(true)), (.edrScore, .long(90), .long(10)),
            (.firewall, .bool(false), .unknown),
        ] {
            for order in [[good, bad], [bad, good]] {
                var entity = device
                for reading in order {
                    let fact = PostureFact(attribute, reading, at: 1_000)
                    entity = PostureMerge().applied(report(fact), to: entity) ?? entity
                }
                let kept = value(entity, attribute.name).flatMap { PostureReading($0) }
                #expect((kept ?? .unknown) == bad)
            }
        }
    }

    @Test func refusesTheFutureBeyondTheAllowance() throws {
        let merge = PostureMerge()
        let now: Int64 = 1_000_000_000
        let latest = now + merge.rules.allowedSkew
        try merge.require(report(PostureFact(.firewall, .bool(true), at: latest)), notAfter: now)
        let error = #expect(throws: PostureError.self) {
            try merge.require(
                report(PostureFact(.firewall, .bool(true), at: latest + 1)), notAfter: now)
        }
        #expect(error?.code == .fromTheFuture)
    }

    @Test func nothingOutlivesTheHardStop() {
        var rules = FreshnessRules()
        #expect(rules[.compliant] == 900_000)
        #expect(rules[.diskEncrypted] == 86_400_000)
        #expect(rules[.lastSeen] == 7 * 86_400_000)
        rules[.compliant] = .max
        #expect(rules[.compliant] == 7 * 86_400_000)
    }

    @Test func keepsWhatTheSchemaDeclaresUnderItsName() throws {
        let merge = PostureMerge(names: [.lastPatched: "patchedAt"], kept: [.lastPatched])
        let merged = try #require(
            merge.applied(
                report(
                    PostureFact(.lastPatched, .datetime(5), at: 1_000),
                    PostureFact(.firewall, .bool(true), at: 1_000)), to: device))
        #expect(value(merged, "patchedAt") != nil)
        #expect(value(merged, "firewall") == nil && value(merged, "lastPatched") == nil)
    }

    /// Any order of the same reports, with any number of repetitions, comes to the same entity.
    @Test(arguments: 0..<200)
    func theOrderOfReportsDoesNotMatter(_ seed: Int) {
        var generator = SeededNumbers(seed: UInt64(seed))
        let attributes: [PostureAttribute] = [
            .firewall, .jailbroken, .edrScore, .osVersion, .lastSeen, .compliant,
        ]
        let reports = (0..<Int.random(in: 1...12, using: &generator)).map { _ in
            let facts = (0..<Int.random(in: 1...6, using: &generator)).map { _ -> PostureFact in
                let attribute = attributes.randomElement(using: &generator) ?? .firewall
                let reading: PostureReading =
                    switch attribute.kind {
                    case .bool: .bool(.random(using: &generator))
                    case .long: .long(.random(in: 0...3, using: &generator))
                    case .string: .string(Text("\(Int.random(in: 0...3, using: &generator))"))
                    case .datetime: .datetime(.random(in: 1...3, using: &generator))
                    }
                return PostureFact(
                    attribute, Int.random(in: 0...4, using: &generator) == 0 ? .unknown : reading,
                    at: .random(in: 1...4, using: &generator))
            }
            let binding = PostureBinding(
                member: "tokenDeviceIds", key: Text("\(Int.random(in: 0...2, using: &generator))"))
            return PostureReport(device: "d", facts: facts, bindings: [binding])
        }
        func outcome(_ reports: [PostureReport]) -> String {
            var entity = device
            for report in reports { entity = PostureMerge().applied(report, to: entity) ?? entity }
            return words(entity)
        }
        let expected = outcome(reports)
        for _ in 0..<5 {
            let again = reports + reports.shuffled(using: &generator).prefix(3)
            #expect(outcome(again.shuffled(using: &generator)) == expected)
        }
    }

    private struct Missing: Error {}
}
