/// What is made up about a third party, drawn again whenever a request needs it.
struct ThirdPartyDraft {
    /// What a third party is licensed for. Any three neighbours have all three.
    enum Roles: Int {
        case accountInformation
        case paymentInitiation
        case both

        var json: String {
            switch self {
            case .accountInformation: "[\"AISP\"]"
            case .paymentInitiation: "[\"PISP\"]"
            case .both: "[\"AISP\",\"PISP\"]"
            }
        }
    }

    let name: (front: String, back: String)
    let country: String
    let roles: Roles
    let licenceStatus: String
    let certificateExpiresSeconds: Int
    let riskTier: Int
    let assessedSeconds: Int
    let hasBackupNetwork: Bool
    let limitHundredths: Int
}

extension OpenBankingGenerator {
    /// Draws a third party; about one in eight is not in good standing.
    func thirdParty(_ index: Int) -> ThirdPartyDraft {
        var random = stream(.thirdParty, index)
        let day = Self.daySeconds
        let riskTier = 1 + random.skewedBelow(4)
        let daysToReview = riskTier >= 3 ? 180 : 365
        return ThirdPartyDraft(
            name: (random.pick(Names.firmFront), random.pick(Names.firmBack)),
            country: random.pick(["GB", "GB", "IE", "DE", "FR", "NL"]),
            roles: .init(rawValue: index % 3) ?? .both,
            licenceStatus: random.chance(95)
                ? "authorised" : random.chance(50) ? "suspended" : "revoked",
            certificateExpiresSeconds: Self.nowSeconds + (random.below(730) - 20) * day,
            riskTier: riskTier,
            assessedSeconds: Self.nowSeconds - (1 + random.below(daysToReview + 10)) * day,
            hasBackupNetwork: random.chance(25),
            limitHundredths: 50_000 * (1 + random.below(40)))
    }

    /// Draws a third party for a consent: popular ones often, and only with the right role.
    func thirdPartyIndex(payments: Bool, from random: inout SplitMix64) -> Int {
        let index = random.skewedBelow(layout.thirdParties)
        let unfit: ThirdPartyDraft.Roles = payments ? .accountInformation : .paymentInitiation
        guard index % 3 == unfit.rawValue else { return index }
        return index > 0 ? index - 1 : layout.thirdParties - layout.thirdParties % 3 - 1
    }

    /// Appends the 64 hexadecimal digits of the certificate a third party registered.
    func writeThumbprint(ofThirdParty index: Int, to out: inout [UInt8]) {
        var random = stream(.certificate, index)
        for _ in 0..<4 { out.hexadecimal(all: random.next()) }
    }

    /// Appends an address in the /28 of a third party, of 100.64.0.0/10; host 0 to 15.
    func writeAddress(ofThirdParty index: Int, host: Int, to out: inout [UInt8]) {
        let offset = index * 16 + host
        out.text("100.")
        out.number(64 + offset / 65_536)
        out.byte(".")
        out.number(offset / 256 % 256)
        out.byte(".")
        out.number(offset % 256)
    }
}
