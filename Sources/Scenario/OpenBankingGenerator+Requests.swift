// Requests for load: plausible, mostly in order, some with one thing wrong.

extension OpenBankingGenerator {
    /// The smallest scenario that has a whole household and so can be asked about.
    package static let leastEntitiesForRequests = 64

    /// Makes up the request with this number, from zero up; the same number makes the same request.
    ///
    /// About a third come from third parties reading, a quarter from customers, the rest from third
    /// parties paying, staff and services. They concern this scenario's entities and the hand-made
    /// `Workload::"ledger"`. The scenario must hold `leastEntitiesForRequests` entities or more.
    package func request(_ index: Int) -> ScenarioRequest {
        precondition(index >= 0, "requests are numbered from zero up")
        precondition(layout.households > 0, "this scenario is too small to be asked about")
        var random = stream(.request, index)
        let household = random.below(layout.households)
        switch random.below(100) {
        case 0..<35: return thirdPartyReads(household, &random)
        case 35..<50: return thirdPartyPays(household, &random)
        case 50..<65: return customerReads(household, &random)
        case 65..<75: return customerPays(household, &random)
        case 75..<88: return staffReads(household, &random)
        case 88..<92: return staffReleases(household, &random)
        default: return serviceWorks(household, &random)
        }
    }

    private func thirdPartyReads(
        _ household: Int, _ random: inout SplitMix64
    ) -> ScenarioRequest {
        let party = customer(household).readingThirdParty
        let account = GeneratedID.account(household, random.below(2))
        let action = random.chance(50) ? "readBalances" : "readTransactions"
        let context = thirdPartyContext(
            party, consent: .consent(household, 0), &random)
        return Self.make(
            ("ThirdParty", .thirdParty(party)), action, ("Account", account), context)
    }

    private func thirdPartyPays(
        _ household: Int, _ random: inout SplitMix64
    ) -> ScenarioRequest {
        let party = customer(household).payingThirdParty
        // Of the payments a third party drew up, places 0 and 3 are still drafts.
        let payment = GeneratedID.payment(household, random.chance(50) ? 0 : 3)
        let context = thirdPartyContext(
            party, consent: .consent(household, 1), &random)
        return Self.make(
            ("ThirdParty", .thirdParty(party)), "initiatePayment", ("Payment", payment), context)
    }

    /// Now and then the address, the certificate or the consent is not the third party's.
    private func thirdPartyContext(
        _ party: Int, consent: GeneratedID, _ random: inout SplitMix64
    ) -> [UInt8] {
        var out = Self.openContext(&random)
        out.text("{\"__extn\":{\"fn\":\"ip\",\"arg\":\"")
        let isForeignAddress = random.chance(2)
        writeAddress(
            ofThirdParty: isForeignAddress ? party + 1 : party, host: random.below(16), to: &out)
        out.text("\"}}")
        if !random.chance(1) {
            out.member("tls")
            Self.openCertificate(to: &out)
            let isForeignCertificate = random.chance(1)
            writeThumbprint(ofThirdParty: isForeignCertificate ? party + 1 : party, to: &out)
            out.text("\"}")
        }
        out.byte("}")
        if !random.chance(2) {
            out.member("consent")
            let isForeignConsent = random.chance(2)
            out.reference(
                "Consent", isForeignConsent ? .consent(random.below(layout.households), 0) : consent
            )
        }
        out.byte("}")
        return out
    }

    private func customerReads(
        _ household: Int, _ random: inout SplitMix64
    ) -> ScenarioRequest {
        let owner = random.chance(95) ? household : random.below(layout.households)
        let context = Self.customerContext(&random)
        let principal = ("Customer", GeneratedID.customer(household))
        if random.chance(20) {
            return Self.make(
                principal, "listAccounts",
                ("Portfolio", .portfolio(owner, everyday: random.chance(50))), context)
        }
        return Self.make(
            principal, random.chance(50) ? "readBalances" : "readTransactions",
            ("Account", .account(owner, random.below(2))), context)
    }

    private func customerPays(
        _ household: Int, _ random: inout SplitMix64
    ) -> ScenarioRequest {
        let context = Self.customerContext(&random)
        let isCancelling = random.chance(20)
        let payment = GeneratedID.payment(household, isCancelling ? 6 : random.below(5))
        return Self.make(
            ("Customer", .customer(household)), isCancelling ? "cancelPayment" : "initiatePayment",
            ("Payment", payment), context)
    }

    private static func customerContext(_ random: inout SplitMix64) -> [UInt8] {
        var out = openContext(&random)
        out.text("{\"__extn\":{\"fn\":\"ip\",\"arg\":\"203.0.113.")
        out.number(1 + random.below(254))
        out.text("\"}}")
        out.member("token")
        out.text(
            """
            {"issuer":"https://id.northbank.example","subject":"customer","audience":[],\
            "scopes":["accounts"],"boundToCertificate":false,"amr":
            """)
        out.text(random.chance(75) ? "[\"pwd\",\"otp\"]" : "[\"pwd\"]")
        let signedIn = nowSeconds - random.below(400)
        for (name, seconds) in [
            ("authTime", signedIn), ("issuedAt", signedIn), ("expiresAt", signedIn + 3600),
        ] {
            out.member(name)
            out.datetime(seconds: seconds)
        }
        out.text("}}}")
        return out
    }

    private func staffReads(
        _ household: Int, _ random: inout SplitMix64
    ) -> ScenarioRequest {
        let isAudit = random.chance(20)
        // Teams 0, 2, 4 and 6 are customer support, team 1 is audit.
        let team = isAudit ? 1 : 2 * random.below(4)
        let person = staffIndex(inTeam: team, &random)
        let context = staffContext(
            person, purpose: isAudit ? "audit" : "customer-request", &random)
        return Self.make(
            ("Staff", .staff(person)), random.chance(50) ? "readBalances" : "readTransactions",
            ("Account", .account(household, random.below(2))), context)
    }

    private func staffReleases(
        _ household: Int, _ random: inout SplitMix64
    ) -> ScenarioRequest {
        // Team 3 approves payments; place 5 is the one that is held.
        let person = staffIndex(inTeam: 3, &random)
        let context = staffContext(person, purpose: "release", &random)
        return Self.make(
            ("Staff", .staff(person)), "releasePayment",
            ("Payment", .payment(household, 5)), context)
    }

    private func staffIndex(inTeam team: Int, _ random: inout SplitMix64) -> Int {
        Layout.roles * random.below(layout.staff / Layout.roles) + team
    }

    private func staffContext(
        _ person: Int, purpose: String, _ random: inout SplitMix64
    ) -> [UInt8] {
        var out = Self.openContext(&random)
        out.text("{\"__extn\":{\"fn\":\"ip\",\"arg\":\"")
        out.text(random.chance(90) ? "10.20." : "198.51.")
        out.number(random.below(256))
        out.byte(".")
        out.number(1 + random.below(254))
        out.text("\"}}")
        if !random.chance(2) {
            out.member("device")
            out.reference(
                "Device", .device(random.chance(98) ? person : random.below(layout.staff)))
        }
        out.byte("}")
        out.member("purpose")
        out.string(purpose)
        if random.chance(90) {
            out.member("ticket")
            out.text("\"CASE-")
            out.number(10_000 + random.below(90_000))
            out.byte("\"")
        }
        out.byte("}")
        return out
    }

    private func serviceWorks(
        _ household: Int, _ random: inout SplitMix64
    ) -> ScenarioRequest {
        var out = Self.openContext(&random)
        out.text("{\"__extn\":{\"fn\":\"ip\",\"arg\":\"10.40.0.")
        out.number(1 + random.below(254))
        out.text("\"}}")
        out.member("tls")
        Self.openCertificate(to: &out)
        for _ in 0..<4 { out.hexadecimal(all: random.next()) }
        out.text("\",\"spiffeId\":\"")
        if random.chance(40) {
            out.text("spiffe://northbank.example/production/core/ledger\"}}}")
            return ScenarioRequest(
                principal: ScenarioEntity(type: "Workload", id: "ledger"),
                action: ScenarioEntity(type: "Action", id: "settlePayment"),
                resource: Self.entity(("Payment", .payment(household, 5 + random.below(4)))),
                context: out)
        }
        let service = random.below(Layout.workloads)
        writeSPIFFEID(ofWorkload: service, to: &out)
        out.text("\"}}}")
        let principal = ("Workload", GeneratedID.workload(service))
        if random.chance(50) {
            return Self.make(
                principal, "holdPayment", ("Payment", .payment(household, 6)), out)
        }
        return Self.make(
            principal, "readTransactions",
            ("Account", .account(household, random.below(2))), out)
    }

    /// Opens the facts of a certificate up to the text of its thumbprint.
    private static func openCertificate(to out: inout [UInt8]) {
        out.text(
            """
            {"subject":"","issuer":"CN=issuer","serial":"01","dnsNames":[],"notAfter":
            """)
        out.datetime(seconds: nowSeconds + 86_400)
        out.member("thumbprint")
        out.byte("\"")
    }

    /// Opens a context up to the value of `sourceIp`, with a time within two minutes of the
    /// scenario's.
    private static func openContext(_ random: inout SplitMix64) -> [UInt8] {
        var out: [UInt8] = []
        out.reserveCapacity(384)
        out.text("{\"verified\":{\"now\":")
        out.datetime(seconds: nowSeconds + random.below(120))
        out.member("sourceIp")
        return out
    }

    private static func make(
        _ principal: (String, GeneratedID), _ action: String, _ resource: (String, GeneratedID),
        _ context: [UInt8]
    ) -> ScenarioRequest {
        ScenarioRequest(
            principal: entity(principal), action: ScenarioEntity(type: "Action", id: action),
            resource: entity(resource), context: context)
    }

    private static func entity(_ named: (String, GeneratedID)) -> ScenarioEntity {
        ScenarioEntity(type: named.0, id: named.1.text)
    }
}
