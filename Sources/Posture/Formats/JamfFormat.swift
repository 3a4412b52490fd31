import CedarSyntax

/// A computer of Jamf Pro's inventory, or a mobile device.
enum JamfFormat {
    static func read(_ root: JSONValue) throws(PostureError) -> PostureReport {
        guard let device = try root.device("udid", "id") else {
            throw PostureError(.deviceMissing, "there is no `udid` or `id`", at: root.offset)
        }
        let general = try root.object("general")
        let contact = try general?.instant("lastContactTime")
        let report = try general?.instant("reportDate")
        let update = try root.instant("lastInventoryUpdateTimestamp")
        guard let collected = report ?? update ?? contact else {
            throw PostureError(
                .timeMissing, "there is no `lastContactTime` or `reportDate`", at: root.offset)
        }
        var facts: [PostureFact] = []
        if let system = try root.object("operatingSystem") {
            facts.add(.osName, try system.text("name"), collected)
            facts.add(.osVersion, try system.text("version"), collected)
        }
        let details = try root.object("diskEncryption")?
            .object("bootPartitionEncryptionDetails")
        if let state = try details?.text("partitionFileVault2State") {
            facts.add(.diskEncrypted, encrypted(state), collected)
        }
        if let security = try root.object("security") {
            facts.add(.firewall, try security.bool("firewallEnabled"), collected)
            if let level = try security.text("secureBootLevel") {
                facts.add(.secureHardware, secureBoot(level), collected)
            }
            facts.add(.jailbroken, try security.bool("jailbreakDetected"), collected)
            facts.add(.screenLock, try security.bool("passcodePresent"), collected)
        }
        facts.add(.jailbroken, try root.bool("jailbreakDetected"), collected)
        let management = try general?.object("remoteManagement")
        facts.add(.managed, try management?.bool("managed"), collected)
        let seen = contact ?? collected
        facts.add(.lastSeen, .datetime(seen), seen)
        return PostureReport(
            device: device, serial: try root.object("hardware")?.device("serialNumber"),
            facts: facts, offset: root.offset)
    }

    /// Encrypting is not yet encrypted.
    private static func encrypted(_ state: Text) -> PostureReading {
        switch state.string.uppercased() {
        case "ENCRYPTED", "VALID": .bool(true)
        case "DECRYPTED", "NOT_ENCRYPTED", "ENCRYPTING", "DECRYPTING", "OPTIMIZING",
            "RESTART_NEEDED", "INELIGIBLE":
            .bool(false)
        default: .unknown
        }
    }

    private static func secureBoot(_ level: Text) -> PostureReading {
        switch level.string.uppercased() {
        case "FULL_SECURITY", "FULL SECURITY": .bool(true)
        case "MEDIUM_SECURITY", "MEDIUM SECURITY", "NO_SECURITY", "NO SECURITY": .bool(false)
        default: .unknown
        }
    }
}
