import CedarSyntax
import Foundation
import Testing

@Suite("writ posture ingest")
struct PostureIngestTests {
    private let world: PostureWorld

    init() throws { world = try PostureWorld() }

    // MARK: Formats

    struct Fixture: Sendable {
        var format: String
        var file: String
        var refused: [String: Int] = [:]
        /// By device.
        var facts: [String: [String: String]]
    }

    static let fixtures = [
        Fixture(
            format: "osquery", file: "osquery.jsonl",
            facts: [
                "4C4C4544-0046": [
                    "osName": "Ubuntu", "osVersion": "22.04.4 LTS (Jammy Jellyfish)",
                    "diskEncrypted": "true", "screenLock": "true", "edrRunning": "true",
                    "edrScore": "71", "firewall": "true", "managed": "false",
                    "lastSeen": "2024-05-01T08:03:00Z",
                ]
            ]),
        Fixture(
            format: "fleet", file: "fleet.json",
            facts: [
                "A4FC55A1-B5DE-409C-A2F4-441F564680D3": [
                    "osName": "darwin", "osVersion": "14.4.1", "diskEncrypted": "true",
                    "managed": "true", "compliant": "true", "lastSeen": "2024-05-01T08:30:00Z",
                ],
                "0A8B1C9E-0000-4A57-8B6C-2A1D7F6F0002": [
                    "compliant": "false", "lastSeen": "2024-05-01T08:31:00Z",
                ],
            ]),
        Fixture(
            format: "intune", file: "intune.json", refused: ["timeMissing": 1],
            facts: [
                "705c034c-034c-705c-4c03-5c704c035c70": [
                    "osName": "Windows", "osVersion": "10.0.22631.3447", "diskEncrypted": "true",
                    "compliant": "true", "managed": "true", "edrRunning": "true",
                    "lastSeen": "2024-05-01T08:00:00.123Z",
                ],
                "in-grace": [
                    "osName": "iOS", "osVersion": "17.4.1", "compliant": "false",
                    "jailbroken": "true", "lastSeen": "2024-05-01T08:00:00Z",
                ],
                "never-synced": [:],
            ]),
        Fixture(
            format: "jamf", file: "jamf.json",
            facts: [
                "5A8B6D40-0C1F-4E0B-9B0E-7E2B5C3F0042": [
                    "osName": "macOS", "osVersion": "14.4.1", "diskEncrypted": "false",
                    "firewall": "true", "secureHardware": "true", "managed": "true",
                    "lastSeen": "2024-05-01T08:20:00Z",
                ]
            ]),
        Fixture(
            format: "crowdstrike", file: "crowdstrike.json",
            facts: [
                "a1b2c3d4e5f60718293a4b5c6d7e8f90": [
                    "edrRunning": "true", "edrScore": "82", "lastSeen": "2024-05-01T08:00:00Z",
                ]
            ]),
        Fixture(
            format: "generic", file: "generic.jsonl",
            facts: [
                "laptop-7": [
                    "osName": "macOS", "diskEncrypted": "true", "edrScore": "82",
                    "compliant": "true", "lastPatched": "2024-04-20",
                    "lastSeen": "2024-05-01T08:00:00Z",
                ]
            ]),
    ]

    @Test(arguments: fixtures)
    func takesWhatVendorsSend(_ fixture: Fixture) throws {
        let file = PostureWorld.fixtures + "/" + fixture.file
        let first = try world.ingest(fixture.format, "--create", file)
        #expect(first.counts.codes == fixture.refused)
        #expect(first.counts.changed > 0 && first.counts.unchanged == 0)
        #expect(first.counts.reports == first.counts.changed + first.counts.refused)
        for (device, facts) in fixture.facts {
            #expect(try world.facts(device) == facts, "\(device)")
        }
        // A replay changes nothing, and no revision is spent on it.
        let again = try world.ingest(fixture.format, file)
        #expect(again.counts.changed == 0)
        #expect(again.counts.unchanged == first.counts.changed)
        #expect(again.counts.codes == fixture.refused)
        for (device, facts) in fixture.facts {
            #expect(try world.facts(device) == facts, "\(device)")
        }
    }

    @Test func saysWhenEachWasCollectedAndUntilWhenItCounts() throws {
        _ = try world.ingest(
            "generic", "--create", "--lifetime", "edrScore=60", "--lifetime", "osName=604800",
            PostureWorld.fixtures + "/generic.jsonl")
        let attributes = try world.attributes("laptop-7")
        #expect(attributes["collectedAt.compliant"] == "2024-05-01T07:58:00Z")
        #expect(attributes["expiresAt.compliant"] == "2024-05-01T08:13:00Z")
        #expect(attributes["expiresAt.edrScore"] == "2024-05-01T08:01:00Z")
        #expect(attributes["expiresAt.diskEncrypted"] == "2024-05-02T08:00:00Z")
        #expect(attributes["expiresAt.osName"] == "2024-05-08T08:00:00Z")
        #expect(attributes["expiresAt.lastSeen"] == "2024-05-08T08:00:00Z")
        // That nothing is known has a time, and no end.
        #expect(attributes["collectedAt.firewall"] == "2024-05-01T08:00:00Z")
        #expect(attributes["expiresAt.firewall"] == nil)
        #expect(attributes["boundTo.tokenDeviceIds"] == "urn:device:7")
    }

    @Test func serialsMappingsAndNamesAreOptions() throws {
        let file = PostureWorld.fixtures + "/intune.json"
        let counts = try world.ingest("intune", "--create", "--by", "serial", file).counts
        #expect(counts.codes == ["deviceMissing": 1, "timeMissing": 1])
        #expect(try world.facts("PF3K9Z1V")["compliant"] == "true")
        try world.workplace.write(
            "mapping.json",
            #"{"device":"/host/id","collectedAt":"/t","attributes":{"firewall":"/fw"}}"#)
        _ = try world.ingest(
            "generic", "--create", "--mapping", "mapping.json", "--rename", "firewall=fw",
            input: #"{"host":{"id":"m"},"t":"2024-05-01T08:00:00Z","fw":"on"}"#)
        #expect(try world.facts("m") == ["fw": "true", "lastSeen": "2024-05-01T08:00:00Z"])
    }

    @Test func aSchemaDecidesWhatIsKept() throws {
        try world.workplace.write(
            "s.cedarschema",
            """
            entity User;
            entity Device = { firewall?: Bool, compliant?: Bool };
            action a appliesTo { principal: User, resource: Device };
            """)
        _ = try world.ingest(
            "generic", "--create", "--schema", "s.cedarschema",
            input: PostureWorld.report("d", at: 1_000, #""firewall":true,"osName":"x""#))
        #expect(try world.facts("d") == ["firewall": "true"])
    }

    // MARK: Order and time

    @Test func anOlderReportNeverUndoesANewer() throws {
        let now = PostureWorld.now
        let newer = PostureWorld.report("d", at: now - 1_000, #""firewall":false,"osName":"b""#)
        let older = PostureWorld.report("d", at: now - 2_000, #""firewall":true,"managed":true"#)
        _ = try world.ingest("generic", "--create", input: newer)
        // What the newer one does not speak of is still the latest there is.
        #expect(try world.ingest("generic", input: older).counts.changed == 1)
        let facts = try world.facts("d")
        #expect(facts["firewall"] == "false" && facts["managed"] == "true")
        #expect(facts["osName"] == "b")
        #expect(try world.ingest("generic", input: older + "\n" + newer).counts.unchanged == 2)
        #expect(try world.facts("d") == facts)
        // Not to know any more is newer too.
        let unknown = PostureWorld.report("d", at: now, #""firewall":null"#)
        _ = try world.ingest("generic", input: unknown + "\n" + newer)
        #expect(try world.facts("d")["firewall"] == nil)
    }

    @Test func theSameReportUnderOtherLifetimesCountsForThose() throws {
        let now = PostureWorld.now
        let report = PostureWorld.report("d", at: now, #""firewall":true"#)
        _ = try world.ingest("generic", "--create", "--lifetime", "firewall=5", input: report)
        let short = try world.attributes("d")["expiresAt.firewall"]
        #expect(short == "\(DateTime(milliseconds: now + 5_000))")
        #expect(try world.ingest("generic", input: report).counts.changed == 1)
        let long = try world.attributes("d")["expiresAt.firewall"]
        #expect(long == "\(DateTime(milliseconds: now + 86_400_000))")
    }

    @Test func theFutureIsRefusedBeyondTheSkew() throws {
        func report(_ id: String, ahead seconds: Int64) -> String {
            PostureWorld.report(id, at: PostureWorld.now + seconds * 1000, #""firewall":true"#)
        }
        let early = try world.ingest(
            "generic", "--create", input: report("a", ahead: 290) + "\n" + report("b", ahead: 360))
        #expect(early.counts.codes == ["fromTheFuture": 1] && early.counts.changed == 1)
        #expect(early.errors.contains("standard input, line 2, byte 1: fromTheFuture: "))
        #expect(try world.device("a") != nil && world.device("b") == nil)
        let strict = try world.ingest(
            "generic", "--create", "--skew", "0", input: report("c", ahead: 30))
        #expect(strict.counts.codes == ["fromTheFuture": 1])
        // One attribute from the future spoils the report: nothing of it counts.
        let mixed = PostureWorld.report(
            "e", at: 1_000,
            #""managed":true,"firewall":{"value":true,"collectedAt":\#(PostureWorld.now + 900_000)}"#
        )
        let spoilt = try world.ingest("generic", "--create", input: mixed)
        #expect(spoilt.counts.codes == ["fromTheFuture": 1])
        #expect(try world.device("e") == nil)
    }

    // MARK: Refusals

    @Test func devicesMustBeKnownUnlessTheyAreMade() throws {
        let known = PostureWorld.report("known", at: 1_000, #""firewall":true"#)
        _ = try world.ingest("generic", "--create", input: known)
        let stranger = PostureWorld.report("stranger", at: 1_000, #""firewall":true"#)
        let newer = PostureWorld.report("known", at: 2_000, #""firewall":false"#)
        let outcome = try world.ingest("generic", input: stranger + "\n" + newer)
        #expect(outcome.counts.codes == ["unknownDevice": 1])
        #expect(outcome.errors.contains("line 1, byte 1: unknownDevice: there is no `Device::"))
        #expect(try world.device("stranger") == nil)
        #expect(try world.facts("known")["firewall"] == "false")
        // Another type is another device.
        let other = try world.ingest("generic", "--type", "Phone", input: newer)
        #expect(other.counts.codes == ["unknownDevice": 1])
    }

    @Test func eachBadReportIsToldAndTheOthersGoOn() throws {
        let good = (0..<3).map { PostureWorld.report("d\($0)", at: 1_000, #""firewall":true"#) }
        let lines = [
            good[0], #"{"device":"x""#, #"{"device":"x","device":"y"}"#, "7", good[1],
            #"{"device":"x","collectedAt":"yesterday"}"#, #"{"collectedAt":1}"#,
            #"{"device":"x"}"#, PostureWorld.report("x", at: 1, #""edrScore":101"#),
            PostureWorld.report(String(repeating: "x", count: 513), at: 1, ""),
            PostureWorld.report("x", at: 1, "", more: #","boundTo":{"keys":[]}"#), good[2],
        ]
        let outcome = try world.ingest(
            "generic", "--create", input: lines.joined(separator: "\n"))
        #expect(outcome.counts.changed == 3)
        #expect(
            outcome.counts.codes == [
                "malformed": 3, "wrongType": 3, "deviceMissing": 1, "timeMissing": 1, "tooLarge": 1,
            ])
        for number in [2, 3, 4, 6, 7, 8, 9, 10, 11] {
            #expect(outcome.errors.contains("standard input, line \(number), byte "), "\(number)")
        }
        #expect(try world.device("x") == nil)
    }

    @Test func aKeyThatAnotherDeviceHasIsRefused() throws {
        let bound = #","boundTo":{"tokenDeviceIds":["urn:7"]}"#
        let first = PostureWorld.report("a", at: 1_000, "", more: bound)
        let second = PostureWorld.report("b", at: 1_000, #""firewall":true"#, more: bound)
        let outcome = try world.ingest("generic", "--create", input: first + "\n" + second)
        #expect(outcome.counts.codes == ["storeRefused": 1])
        #expect(outcome.errors.contains(#"it is that of `Device::\"a\"`"#))
        #expect(try world.device("b") == nil)
    }

    @Test(arguments: [
        ["--format", "generic"], ["--format", "generic", "-", "--watch", "w"],
        ["--format", "nagios", "-"], ["--format", "fleet", "--mapping", "m", "-"],
        ["--format", "generic", "--by", "name", "-"],
        ["--format", "generic", "--skew", "86401", "-"],
        ["--format", "generic", "--lifetime", "firewall=0", "-"],
        ["--format", "generic", "--lifetime", "firewall=604801", "-"],
        ["--format", "generic", "--lifetime", "wall=5", "-"],
        ["--format", "generic", "--rename", "firewall", "-"],
        ["--format", "generic", "absent.json"],
        ["--format", "generic", "--mapping", "absent.json", "-"],
    ])
    func wrongUsageIsRefused(_ arguments: [String]) throws {
        _ = try world.ingest("generic", "--create", input: "")
        let run = try world.run("ingest", arguments)
        #expect(run.status == 1)
        #expect(!run.errors.isEmpty && run.output.isEmpty)
    }

    @Test func aStoreIsMadeOnlyWithCreate() throws {
        let run = try world.run("ingest", ["--format", "generic", "-"])
        #expect(run.status == 1)
        #expect(!world.workplace.exists("store"))
    }
}
