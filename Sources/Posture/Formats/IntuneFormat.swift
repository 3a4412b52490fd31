import CedarSyntax

/// A `managedDevice` of Microsoft Graph.
///
/// A device in its grace period is not compliant. The year 0001 means never.
enum IntuneFormat {
    static func read(_ root: JSONValue) throws(PostureError) -> PostureReport {
        guard let device = try root.device("id", "azureADDeviceId") else {
            throw PostureError(.deviceMissing, "there is no `id`", at: root.offset)
        }
        guard let synced = try root.instant("lastSyncDateTime") else {
            throw PostureError(.timeMissing, "the device has never synced", at: root.offset)
        }
        var facts: [PostureFact] = []
        facts.add(.osName, try root.text("operatingSystem"), synced)
        facts.add(.osVersion, try root.text("osVersion"), synced)
        facts.add(.diskEncrypted, try root.bool("isEncrypted"), synced)
        facts.add(.compliant, try root.text("complianceState").map { compliant($0) }, synced)
        if let jailbroken = root["jailBroken"] {
            // A string, whatever the name promises.
            let reading: PostureReading
            if let flag = jailbroken.boolean {
                reading = .bool(flag)
            } else {
                reading = try TextReading.read(
                    jailbroken.content("jailBroken"), .jailbroken, jailbroken.offset)
            }
            facts.add(.jailbroken, reading, synced)
        }
        if let state = try root.text("managementState") {
            facts.add(.managed, .bool(state.string == "managed"), synced)
        }
        if let threat = try root.text("partnerReportedThreatState") {
            facts.add(.edrRunning, edr(threat), synced)
        }
        facts.add(.lastSeen, .datetime(synced), synced)
        return PostureReport(
            device: device, serial: try root.device("serialNumber"), facts: facts,
            offset: root.offset)
    }

    /// The words of several vendors: `noncompliant` and `not-compliant` are the same.
    static func compliant(_ state: Text) -> PostureReading {
        switch state.string.lowercased().filter({ $0 != "-" && $0 != "_" }) {
        case "compliant": .bool(true)
        case "noncompliant", "notcompliant", "conflict", "error", "ingraceperiod": .bool(false)
        // Also what Intune does not judge itself, and states of the future.
        default: .unknown
        }
    }

    private static func edr(_ state: Text) -> PostureReading {
        switch state.string {
        case "activated", "secured", "lowSeverity", "mediumSeverity", "highSeverity": .bool(true)
        case "deactivated", "unresponsive", "misconfigured", "compromised": .bool(false)
        default: .unknown
        }
    }
}
