import Foundation
import Testing

@Suite("writ posture bind and report")
struct PostureFleetTests {
    private let world: PostureWorld
    private let thumbprint = String(repeating: "0a", count: 32)

    init() throws {
        world = try PostureWorld()
        let reports = ["a", "b"].map { PostureWorld.report($0, at: 1_000, #""firewall":true"#) }
        _ = try world.ingest("generic", "--create", input: reports.joined(separator: "\n"))
    }

    private func bind(_ arguments: String..., status: Int32 = 0) throws -> String {
        let run = try world.run("bind", arguments)
        #expect(run.status == status, "\(run.output)\(run.errors)")
        if status == 0 { #expect(run.output.hasPrefix("revision ")) }
        return run.errors
    }

    // MARK: Bindings

    @Test func aDeviceIsBoundAndReleased() throws {
        let upper = stride(from: 0, to: 64, by: 2).map { _ in "0A" }.joined(separator: ":")
        _ = try bind("a", "--thumbprint", upper, "--certificate-id", "urn:1", "--token-id", "t")
        var attributes = try world.attributes("a")
        #expect(attributes["boundTo.certificateThumbprints"] == thumbprint)
        #expect(attributes["boundTo.certificateDeviceIds"] == "urn:1")
        #expect(attributes["boundTo.tokenDeviceIds"] == "t")
        #expect(attributes["firewall"] == "true")
        _ = try bind("a", "--token-id", "t2")
        #expect(try world.attributes("a")["boundTo.tokenDeviceIds"] == "t t2")
        // One key leads to one device, until it is released there.
        let refused = try bind("b", "--thumbprint", thumbprint, status: 1)
        #expect(refused.contains("it is that of `Device::\"a\"`; release it there first"))
        #expect(try world.attributes("b")["boundTo.certificateThumbprints"] == nil)
        _ = try bind("a", "--thumbprint", thumbprint, "--remove")
        _ = try bind("b", "--thumbprint", thumbprint)
        attributes = try world.attributes("a")
        #expect(attributes["boundTo.certificateThumbprints"] == "")
        #expect(attributes["boundTo.certificateDeviceIds"] == "urn:1")
    }

    @Test func whatIsNoKeyOrNoDeviceIsRefused() throws {
        #expect(try bind("c", "--token-id", "t", status: 1).contains("`Device::\"c\"`"))
        #expect(try bind("a", "--thumbprint", "abc", status: 1).contains("64 lower-case"))
        _ = try bind("a", "--token-id", String(repeating: "t", count: 512))
        _ = try bind("a", "--token-id", String(repeating: "u", count: 513), status: 1)
        _ = try bind("a", status: 1)
        _ = try bind("a", "--token-id", "", status: 1)
    }

    // MARK: Reports

    private func fleet() throws {
        let now = PostureWorld.now
        let fresh = now - 1_000
        let old = now - 8 * 86_400_000
        _ = try world.ingest(
            "generic", "--create",
            input: [
                PostureWorld.report("good", at: fresh, #""compliant":true,"firewall":true"#),
                PostureWorld.report("bad", at: fresh, #""compliant":true,"jailbroken":true"#),
                PostureWorld.report(
                    "worse", at: fresh, #""compliant":false,"diskEncrypted":false"#),
                PostureWorld.report("old", at: old, #""compliant":true,"firewall":false"#),
                PostureWorld.report("silent", at: fresh, #""compliant":null,"osName":"x""#),
            ].joined(separator: "\n"))
    }

    @Test func theFleetIsSummedUp() throws {
        try fleet()
        let printed = try world.run("report", ["--json", "--failing"])
        #expect(printed.status == 0)
        let summary = try #require(
            try JSONSerialization.jsonObject(with: Data(printed.output.utf8)) as? [String: Any])
        // `a` and `b` of 1970 are stale.
        let counts = ["devices": 7, "compliant": 1, "failing": 2, "stale": 3, "unknown": 1]
        for (name, count) in counts { #expect(summary[name] as? Int == count, "\(name)") }
        let attributes = try #require(summary["attributes"] as? [String: [String: Int]])
        #expect(
            attributes["compliant"] == ["good": 2, "bad": 1, "stale": 1, "unknown": 3])
        #expect(attributes["firewall"] == ["good": 1, "bad": 0, "stale": 3, "unknown": 3])
        #expect(attributes["jailbroken"] == ["good": 0, "bad": 1, "stale": 0, "unknown": 6])
        let failing = try #require(summary["failingDevices"] as? [[String: Any]])
        var reasons: [String: [String]] = [:]
        for device in failing {
            reasons[device["device"] as? String ?? ""] = device["by"] as? [String]
        }
        #expect(reasons == ["bad": ["jailbroken"], "worse": ["compliant", "diskEncrypted"]])
    }

    @Test func theSummaryIsForPeopleToo() throws {
        try fleet()
        let lines = try world.run("report", ["--failing"]).output
            .split(separator: "\n").map(String.init)
        #expect(lines[0] == "7 devices")
        #expect(lines[1] == "  compliant            1")
        #expect(lines[2] == "  failing              2")
        #expect(lines.contains("compliant              2         1         1         3"))
        #expect(lines.contains("worse: compliant, diskEncrypted"))
        let other = try world.run("report", ["--type", "Phone"])
        #expect(other.output.hasPrefix("0 devices\n"))
        #expect(try world.run("report", ["--store", "absent"]).status == 1)
    }
}
