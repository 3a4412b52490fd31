import CedarSyntax

/// A Zero Trust Assessment of CrowdStrike Falcon.
///
/// An assessment is made of what the sensor sent, so it ran at that time.
enum CrowdStrikeFormat {
    static func read(_ root: JSONValue) throws(PostureError) -> PostureReport {
        guard let device = try root.device("aid") else {
            throw PostureError(.deviceMissing, "there is no `aid`", at: root.offset)
        }
        guard let modified = try root.instant("modified_time") else {
            throw PostureError(.timeMissing, "there is no `modified_time`", at: root.offset)
        }
        var facts: [PostureFact] = []
        if let assessment = try root.object("assessment"),
            let score = try assessment.long("overall")
        {
            guard (1...100).contains(score) else {
                throw PostureError(
                    .wrongType, "`overall` is no number from 1 to 100", at: assessment.offset)
            }
            facts.add(.edrScore, .long(score), modified)
            facts.add(.edrRunning, .bool(true), modified)
        }
        facts.add(.lastSeen, .datetime(modified), modified)
        return PostureReport(
            device: device, serial: try root.device("system_serial_number"), facts: facts,
            offset: root.offset)
    }
}
