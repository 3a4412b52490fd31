/// What is made up about a customer, drawn again for everything in her household.
struct CustomerDraft {
    let tenant: Int
    let country: String
    let currency: String
    /// The third parties of her two consents: the first reads, the second pays.
    let readingThirdParty: Int
    let payingThirdParty: Int
    /// Whether the holder of the household before is a joint holder of her everyday account.
    let isJoint: Bool
}

extension OpenBankingGenerator {
    /// Draws a customer; the same index always draws the same one.
    func customer(_ index: Int) -> CustomerDraft {
        var random = stream(.customer, index)
        let country = random.pick(["GB", "GB", "GB", "IE", "DE", "FR"])
        return CustomerDraft(
            tenant: index % layout.tenants,
            country: country,
            currency: country == "GB" ? "GBP" : "EUR",
            readingThirdParty: thirdPartyIndex(payments: false, from: &random),
            payingThirdParty: thirdPartyIndex(payments: true, from: &random),
            isJoint: index > 0 && random.chance(20))
    }
}
