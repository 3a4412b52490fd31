import CedarSyntax
import JSON
import Testing

@testable import Posture

/// 2026-11-21T12:00:00Z.
let noon: Int64 = 1_795_262_400_000

/// Reads a document that holds one report.
func report(
    _ format: PostureFormat, _ text: String, mapping: PostureMapping = PostureMapping()
) throws -> PostureReport {
    var tape = PostureReader.makeTape()
    let outcomes = try PostureReader(format, mapping: mapping).read(
        Array(text.utf8), &tape, receivedAt: noon)
    try #require(outcomes.count == 1)
    return try outcomes[0].get()
}

extension PostureReport {
    subscript(_ attribute: PostureAttribute) -> PostureReading? {
        facts.last { $0.attribute == attribute }?.reading
    }
}

@Suite struct PostureFormatTests {
    @Test func theInstantOfTheTestsIsNoon() {
        #expect(Instant.milliseconds(Array("2026-11-21T12:00:00Z".utf8)) == noon)
        #expect(Instant.milliseconds(Array("2026-11-21T13:00:00.1234567+01:00".utf8)) == noon + 123)
        for text in ["2026-11-21", "2026-11-21T12:00:00", "2026-02-30T12:00:00Z", "", "now"] {
            #expect(Instant.milliseconds(Array(text.utf8)) == nil, "\(text)")
        }
    }

    // MARK: Intune

    private func intune(_ members: String) -> String {
        #"{"id":"d","lastSyncDateTime":"2026-11-21T12:00:00Z",\#(members)}"#
    }

    @Test(arguments: [
        ("compliant", PostureReading.bool(true)), ("noncompliant", .bool(false)),
        ("not-compliant", .bool(false)), ("inGracePeriod", .bool(false)),
        ("conflict", .bool(false)), ("error", .bool(false)), ("unknown", .unknown),
        ("configManager", .unknown), ("unknownFutureValue", .unknown),
    ])
    func intuneCompliance(_ state: String, _ expected: PostureReading) throws {
        let report = try report(.intune, intune(#""complianceState":"\#(state)""#))
        #expect(report[.compliant] == expected)
    }

    @Test(arguments: [
        (#""True""#, PostureReading.bool(true)), (#""False""#, .bool(false)),
        (#""1""#, .bool(true)), (#""Unknown""#, .unknown), (#""""#, .unknown),
        ("true", .bool(true)),
    ])
    func intuneWritesJailBrokenAsAString(_ text: String, _ expected: PostureReading) throws {
        #expect(try report(.intune, intune(#""jailBroken":\#(text)"#))[.jailbroken] == expected)
    }

    @Test func intuneYearOneIsNever() {
        #expect(throws: PostureError.self) {
            try report(.intune, #"{"id":"d","lastSyncDateTime":"0001-01-01T00:00:00Z"}"#)
        }
    }

    @Test func intuneSaysNothingOfWhatIsNull() throws {
        let report = try report(.intune, intune(#""isEncrypted":null,"osVersion":"""#))
        #expect(report.facts.map(\.attribute) == [.lastSeen])
    }

    // MARK: Fleet

    private func fleet(_ members: String) -> String {
        #"{"uuid":"d","detail_updated_at":"2026-11-21T11:00:00Z","#
            + #""policy_updated_at":"2026-11-21T12:00:00Z",\#(members)}"#
    }

    @Test(arguments: [
        (["pass", "pass"], PostureReading.bool(true)), (["pass", ""], .unknown),
        (["", "fail"], .bool(false)), (["fail", ""], .bool(false)), ([], .unknown),
        (["pass", "new"], .unknown),
    ])
    func fleetPolicies(_ responses: [String], _ expected: PostureReading) throws {
        let list = responses.map { #"{"id":1,"name":"p","response":"\#($0)"}"# }
            .joined(separator: ",")
        let report = try report(.fleet, fleet(#""policies":[\#(list)]"#))
        #expect(report[.compliant] == expected)
        #expect(report.facts.first { $0.attribute == .compliant }?.collectedAt == noon)
    }

    @Test func fleetNoFailingPolicyIsNoCompliance() throws {
        let none = try report(
            .fleet, fleet(#""os_version":"x","issues":{"failing_policies_count":0}"#))
        #expect(none[.compliant] == nil)
        let some = try report(.fleet, fleet(#""issues":{"failing_policies_count":2}"#))
        #expect(some[.compliant] == .bool(false))
    }

    @Test func fleetFindsTheVersionAndEachTime() throws {
        let report = try report(
            .fleet,
            fleet(
                #""os_version":"Ubuntu 22.04.4 LTS","platform":"ubuntu","hardware_serial":"S","#
                    + #""seen_time":"2026-11-21T12:30:00Z","disk_encryption_enabled":false,"#
                    + #""mdm":{"enrollment_status":"On (automatic)"}"#))
        #expect(report[.osVersion] == .string("22.04.4"))
        #expect(report[.diskEncrypted] == .bool(false))
        #expect(report[.managed] == .bool(true))
        #expect(report[.lastSeen] == .datetime(noon + 1_800_000))
        #expect(report.serial == "S")
        #expect(
            report.facts.first { $0.attribute == .osVersion }?.collectedAt == noon - 3_600_000)
    }

    @Test func fleetYear2000IsNever() {
        #expect(throws: PostureError.self) {
            try report(
                .fleet,
                #"{"uuid":"d","seen_time":"2000-01-01T00:00:00Z","detail_updated_at":"0001-01-01T00:00:00Z","disk_encryption_enabled":true}"#
            )
        }
    }

    // MARK: osquery

    private func osquery(_ name: String, _ rest: String) -> String {
        #"{"hostIdentifier":"d","name":"\#(name)","unixTime":1795262400,\#(rest)}"#
    }

    @Test(arguments: [
        (["1"], PostureReading?.some(.bool(true))), (["1", "0"], .bool(false)), ([""], .unknown),
        (["1", ""], .unknown), (["0", ""], .bool(false)), ([], nil), (["-1"], .unknown),
    ])
    func osquerySnapshotsOfDisks(_ rows: [String], _ expected: PostureReading?) throws {
        let list = rows.map { #"{"encrypted":"\#($0)"}"# }.joined(separator: ",")
        let report = try report(
            .osquery,
            osquery("pack/it/disk_encryption", #""action":"snapshot","snapshot":[\#(list)]"#))
        #expect(report[.diskEncrypted] == expected)
        #expect(report[.lastSeen] == .datetime(noon))
    }

    @Test func osqueryAddedAndRemovedComeToTheSameInAnyOrder() throws {
        let added = try report(
            .osquery, osquery("alf", #""action":"added","columns":{"global_state":"1"}"#))
        let removed = try report(
            .osquery, osquery("alf", #""action":"removed","columns":{"global_state":"0"}"#))
        let both = try report(
            .osquery,
            osquery(
                "alf",
                #""diffResults":{"added":[{"global_state":"1"}],"removed":[{"global_state":"0"}]}"#)
        )
        let device = Entity(uid: EntityUID(type: "Device", id: "d"))
        for order in [[added, removed], [removed, added], [both], [both, removed, added]] {
            var entity = device
            for report in order { entity = PostureMerge().applied(report, to: entity) ?? entity }
            guard
                case .bool(true)? = entity.attributes.first(where: { $0.key == "firewall" })?.value
            else {
                Issue.record("the firewall is not on")
                continue
            }
        }
        // Alone, what is removed is no more.
        #expect(removed[.firewall] == .unknown)
    }

    @Test func osqueryFailedQueriesSayNothing() throws {
        let report = try report(
            .osquery,
            #"{"node_key":"n","queries":{"alf":[{"global_state":"1"}],"screenlock":[{"enabled":"0"}]},"statuses":{"alf":1,"screenlock":"0"}}"#
        )
        #expect(report[.firewall] == nil)
        #expect(report[.screenLock] == .bool(false))
        #expect(report.device == "n")
        #expect(report[.lastSeen] == .datetime(noon))
    }

    @Test func osqueryTakesAttributesByName() throws {
        let report = try report(
            .osquery,
            osquery(
                "writ_posture",
                #""action":"added","columns":{"edrRunning":"1","edrScore":"70","jailbroken":"","firewall":"off"}"#
            ))
        #expect(report[.edrRunning] == .bool(true))
        #expect(report[.edrScore] == .long(70))
        #expect(report[.jailbroken] == .unknown)
        #expect(report[.firewall] == .bool(false))
    }

    // MARK: Jamf, CrowdStrike

    @Test func jamfEncryptingIsNotEncrypted() throws {
        for (state, expected) in [
            ("ENCRYPTED", PostureReading.bool(true)), ("ENCRYPTING", .bool(false)),
            ("DECRYPTED", .bool(false)), ("UNKNOWN", .unknown),
        ] {
            let report = try report(
                .jamf,
                #"{"udid":"d","general":{"lastContactTime":"2026-11-21T12:00:00.5Z","reportDate":"2026-11-21T11:00:00Z"},"diskEncryption":{"bootPartitionEncryptionDetails":{"partitionFileVault2State":"\#(state)"}},"security":{"firewallEnabled":false}}"#
            )
            #expect(report[.diskEncrypted] == expected)
            #expect(report[.firewall] == .bool(false))
            #expect(
                report.facts.first { $0.attribute == .firewall }?.collectedAt == noon - 3_600_000)
            #expect(report[.lastSeen] == .datetime(noon + 500))
        }
    }

    @Test(arguments: [(0, false), (1, true), (100, true), (101, false)])
    func crowdStrikeScoresGoFromOneToAHundred(_ score: Int, _ isGood: Bool) throws {
        let text =
            #"{"aid":"d","modified_time":"2026-11-21T12:00:00Z","assessment":{"overall":\#(score)}}"#
        if isGood {
            #expect(try report(.crowdstrike, text)[.edrScore] == .long(Int64(score)))
        } else {
            #expect(throws: PostureError.self) { try report(.crowdstrike, text) }
        }
    }

    // MARK: Generic

    @Test func genericNullIsUnknownAndEachMayHaveItsTime() throws {
        let report = try report(
            .generic,
            #"{"device":"d","collectedAt":"2026-11-21T12:00:00Z","new":[],"attributes":{"firewall":null,"compliant":{"value":true,"collectedAt":1795262340000}},"boundTo":{"tokenDeviceIds":["t"]}}"#
        )
        #expect(report[.firewall] == .unknown)
        #expect(
            report.facts.first { $0.attribute == .compliant }?.collectedAt == noon - 60_000)
        #expect(report.bindings == [PostureBinding(member: "tokenDeviceIds", key: "t")])
    }

    @Test func genericReadsByPointers() throws {
        let mapping = try PostureMapping(
            parsing: Array(
                #"{"device":"/h/0/id","collectedAt":"/t","attributes":{"firewall":"/a~1b/fw"}}"#
                    .utf8))
        let report = try report(
            .generic, #"{"h":[{"id":"d"}],"t":1795262400000,"a/b":{"fw":"on"}}"#, mapping: mapping)
        #expect(report.device == "d")
        #expect(report[.firewall] == .bool(true))
        for text in ["[]", #"{"device":"id"}"#, #"{"attributes":{"x":"/a"}}"#, #"{"x":"/a"}"#, "{"]
        {
            #expect(throws: PostureError.self, "\(text)") {
                try PostureMapping(parsing: Array(text.utf8))
            }
        }
    }

    // MARK: All

    @Test(arguments: PostureFormat.allCases)
    func refusesWhatIsNoReport(_ format: PostureFormat) throws {
        var tape = PostureReader.makeTape()
        for text in ["", "7", "{", "null", #"{"a":1,"a":2}"#] {
            #expect(throws: PostureError.self, "\(text)") {
                try PostureReader(format).read(Array(text.utf8), &tape, receivedAt: noon)
            }
        }
        for text in ["{}", "[7]", #"[{"id":7,"uuid":7,"aid":7,"device":7,"hostIdentifier":7}]"#] {
            let outcomes = try PostureReader(format).read(Array(text.utf8), &tape, receivedAt: noon)
            #expect(outcomes.count == 1)
            #expect(throws: PostureError.self, "\(text)") { try outcomes[0].get() }
        }
    }

    @Test func oneBadReportDoesNotSpoilTheOthers() throws {
        var tape = PostureReader.makeTape()
        let good = #"{"id":"d","lastSyncDateTime":"2026-11-21T12:00:00Z"}"#
        let text = #"{"value":[\#(good),{"id":"e"},\#(good)]}"#
        let outcomes = try PostureReader(.intune).read(Array(text.utf8), &tape, receivedAt: noon)
        #expect(outcomes.map { (try? $0.get()) != nil } == [true, false, true])
        guard case .failure(let error) = outcomes[1] else { return }
        #expect(
            error.code == .timeMissing && error.offset == text.utf8.count - good.utf8.count - 13)
    }

    @Test func aDeviceIdHasItsLimit() throws {
        let longest = String(repeating: "d", count: PostureLimits.maximumTextBytes)
        let time = #""lastSyncDateTime":"2026-11-21T12:00:00Z""#
        #expect(try report(.intune, #"{"id":"\#(longest)",\#(time)}"#).device.utf8.count == 512)
        #expect(throws: PostureError.self) {
            try report(.intune, #"{"id":"\#(longest)d",\#(time)}"#)
        }
    }
}
