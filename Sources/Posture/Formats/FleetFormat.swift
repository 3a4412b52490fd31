import CedarSyntax

/// A host as Fleet's API gives it.
///
/// A policy's response "" means that it has not run. Instants up to 2000-01-01 mean never.
enum FleetFormat {
    private static let never: Int64 = 946_684_800_001

    static func read(_ root: JSONValue) throws(PostureError) -> PostureReport {
        guard let device = try root.device("uuid") else {
            throw PostureError(.deviceMissing, "there is no `uuid`", at: root.offset)
        }
        let details = try root.instant("detail_updated_at", neverBefore: never)
        let policies = try root.instant("policy_updated_at", neverBefore: never)
        var facts: [PostureFact] = []
        facts.add(.osName, try root.text("platform"), details)
        facts.add(.osVersion, try root.text("os_version").map { version($0) }, details)
        facts.add(.diskEncrypted, try root.bool("disk_encryption_enabled"), details)
        if let mdm = try root.object("mdm"), let status = try mdm.text("enrollment_status") {
            facts.add(.managed, managed(status), details)
        }
        facts.add(.compliant, try compliant(root), policies)
        if let seen = try root.instant("seen_time", neverBefore: never) {
            facts.add(.lastSeen, .datetime(seen), seen)
        }
        guard !facts.isEmpty else {
            throw PostureError(.timeMissing, "the host has never reported", at: root.offset)
        }
        return PostureReport(
            device: device, serial: try root.device("hardware_serial"), facts: facts,
            offset: root.offset)
    }

    /// All policies passed; one that has not run leaves it open, unless another failed.
    private static func compliant(_ root: JSONValue) throws(PostureError) -> PostureReading? {
        guard let policies = try root.array("policies") else {
            // None failing does not say that any ran.
            guard let issues = try root.object("issues"),
                let failing = try issues.long("failing_policies_count")
            else { return nil }
            return failing > 0 ? .bool(false) : nil
        }
        var isOpen = policies.isEmpty
        for policy in policies {
            guard policy.isObject else { throw policy.wrong("a policy is no object") }
            switch try policy.text("response")?.string {
            case "pass": continue
            case "fail": return .bool(false)
            default: isOpen = true
            }
        }
        return isOpen ? .unknown : .bool(true)
    }

    private static func managed(_ status: Text) -> PostureReading {
        let text = status.string
        if text.hasPrefix("On") { return .bool(true) }
        return text == "Off" || text == "Pending" ? .bool(false) : .unknown
    }

    /// The number in "Ubuntu 22.04.4 LTS"; the whole text where there is none.
    private static func version(_ text: Text) -> Text {
        let words = text.utf8.split(separator: 32)
        let number = words.first { $0.first.map { (48...57).contains($0) } ?? false }
        return number.map { Text(validUTF8: Array($0)) } ?? text
    }
}
