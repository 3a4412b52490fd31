// The parts all households share: tenants, third parties, staff with their devices, services.

extension OpenBankingGenerator {
    /// Writes a bank; one in sixteen has its emergency stop on.
    func writeTenant(_ index: Int, to out: inout [UInt8]) {
        out.openEntity("Tenant", .tenant(index))
        out.text("\"name\":\"")
        out.text(Names.firmFront[index % Names.firmFront.count])
        out.byte(" ")
        out.text(Names.banks[index % Names.banks.count])
        out.byte("\"")
        out.member("emergencyStop")
        out.boolean(index % 16 == 11)
        out.member("embargoedCountries")
        out.text("[\"IR\",\"KP\"]")
        out.closeEntity()
    }

    func writeRegister(_ index: Int, to out: inout [UInt8]) {
        let parents = ["eea", "uk-fca", "de-bafin", "ie-cbi"]
        out.openEntity("Register", .register(index))
        out.closeEntity(parent: "Register", parents[index % parents.count])
    }

    func writeThirdParty(_ index: Int, to out: inout [UInt8]) {
        let party = thirdParty(index)
        out.openEntity("ThirdParty", .thirdParty(index))
        out.text("\"name\":\"")
        out.text(party.name.front)
        out.byte(" ")
        out.text(party.name.back)
        out.byte(" ")
        out.number(index)
        out.byte("\"")
        out.member("country")
        out.string(party.country)
        out.member("roles")
        out.text(party.roles.json)
        out.member("licenceStatus")
        out.string(party.licenceStatus)
        out.member("certificate")
        out.text("{\"thumbprint\":\"")
        writeThumbprint(ofThirdParty: index, to: &out)
        out.text("\",\"expiresAt\":")
        out.datetime(seconds: party.certificateExpiresSeconds)
        out.byte("}")
        out.member("riskTier")
        out.number(party.riskTier)
        out.member("assessedAt")
        out.datetime(seconds: party.assessedSeconds)
        out.member("network")
        out.text("{\"__extn\":{\"fn\":\"ip\",\"arg\":\"")
        writeAddress(ofThirdParty: index, host: 0, to: &out)
        out.text("/28\"}}")
        if party.hasBackupNetwork {
            out.member("backupNetwork")
            out.text("{\"__extn\":{\"fn\":\"ip\",\"arg\":\"2001:db8:")
            out.hexadecimal(index)
            out.text("::/48\"}}")
        }
        out.closeEntity(
            parent: "Register", .register(index % Layout.registers), tagsFollow: true)
        out.text(",\"tags\":{\"GBP\":")
        out.decimal(hundredths: party.limitHundredths)
        out.text(",\"EUR\":")
        out.decimal(hundredths: party.limitHundredths * 6 / 5)
        out.text("}}")
    }

    func writeSegment(_ index: Int, to out: inout [UInt8]) {
        let parents = [
            "retail", "business", "retail", "bereaved", "retail", "power-of-attorney",
        ]
        out.openEntity("Segment", .segment(index))
        out.closeEntity(parent: "Segment", parents[index % parents.count])
    }

    /// The hand-made roles the made-up teams belong to, by team.
    static let teamRoles = [
        "customer-support", "audit", "customer-support", "payments-approvers",
        "customer-support", "third-party-risk", "customer-support", "payments-operations",
    ]

    func writeRole(_ index: Int, to out: inout [UInt8]) {
        out.openEntity("Role", .role(index))
        out.closeEntity(parent: "Role", Self.teamRoles[index % Self.teamRoles.count])
    }

    func writeStaff(_ index: Int, to out: inout [UInt8]) {
        var random = stream(.staff, index)
        out.openEntity("Staff", .staff(index))
        out.member(firstName: &random)
        if Self.teamRoles[index % Layout.roles] == "payments-approvers" {
            out.member("approvalLimit")
            out.decimal(hundredths: 500_000 * (1 + random.below(10)))
        }
        out.closeEntity(parent: "Role", .role(index % Layout.roles))
    }

    /// Writes a fleet: the even ones are laptops, the odd ones privileged workstations.
    func writeFleet(_ index: Int, to out: inout [UInt8]) {
        out.openEntity("Fleet", .fleet(index))
        out.closeEntity(
            parent: "Fleet", index % 2 == 0 ? "laptops" : "privileged-workstations")
    }

    /// Writes the one device of a member of staff; a few in a hundred are unfit or silent.
    func writeDevice(_ index: Int, to out: inout [UInt8]) {
        var random = stream(.device, index)
        let role = Self.teamRoles[index % Layout.roles]
        let isPrivileged = role == "payments-approvers" || role == "third-party-risk"
        out.openEntity("Device", .device(index))
        out.text("\"assignedTo\":")
        out.reference("Staff", .staff(index))
        out.member("platform")
        out.string(random.pick(Names.platforms))
        out.member("managed")
        out.boolean(!random.chance(3))
        out.member("diskEncrypted")
        out.boolean(!random.chance(3))
        out.member("jailbroken")
        out.boolean(random.chance(1))
        out.member("patchedAt")
        out.datetime(seconds: Self.nowSeconds - random.below(31 * Self.daySeconds))
        out.member("lastSeen")
        let silenceSeconds = random.chance(92) ? 600 : 3 * Self.daySeconds
        out.datetime(seconds: Self.nowSeconds - random.below(silenceSeconds))
        out.closeEntity(
            parent: "Fleet", .fleet(2 * random.below(Layout.fleets / 2) + (isPrivileged ? 1 : 0)))
    }

    func writeWorkloadGroup(to out: inout [UInt8]) {
        out.openEntity("WorkloadGroup", .workloadGroup(0))
        out.closeEntity(parent: "WorkloadGroup", "fraud")
    }

    /// Writes a screening service of the fraud engine; the last one is a staging copy.
    func writeWorkload(_ index: Int, to out: inout [UInt8]) {
        out.openEntity("Workload", .workload(index))
        out.text("\"spiffeId\":\"")
        writeSPIFFEID(ofWorkload: index, to: &out)
        out.byte("\"")
        out.closeEntity(parent: "WorkloadGroup", .workloadGroup(0))
    }

    func writeSPIFFEID(ofWorkload index: Int, to out: inout [UInt8]) {
        out.text("spiffe://northbank.example/")
        out.text(index == Layout.workloads - 1 ? "staging" : "production")
        out.text("/screening/")
        out.number(index)
    }
}

extension [UInt8] {
    /// Appends `"name":"…"` as the first member, for a person.
    mutating func member(firstName random: inout SplitMix64) {
        text("\"name\":\"")
        text(random.pick(Names.given))
        byte(" ")
        text(random.pick(Names.family))
        byte("\"")
    }
}
