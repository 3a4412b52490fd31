// The parts of a household: a customer, what she owns, whom she lets near it, what she pays.

extension OpenBankingGenerator {
    func writeCustomer(_ index: Int, to out: inout [UInt8]) {
        let draft = customer(index)
        var random = stream(.customer, ~index)
        out.openEntity("Customer", .customer(index))
        out.member(firstName: &random)
        out.member("country")
        out.string(draft.country)
        out.closeEntity(parent: "Segment", .segment(random.skewedBelow(Layout.segments)))
    }

    /// Writes the whole portfolio, or the everyday one inside it.
    func writePortfolio(_ index: Int, everyday: Bool, to out: inout [UInt8]) {
        out.openEntity("Portfolio", .portfolio(index, everyday: everyday))
        out.text("\"owner\":")
        out.reference("Customer", .customer(index))
        out.member("tenant")
        out.reference("Tenant", .tenant(index % layout.tenants))
        if everyday {
            out.closeEntity(parent: "Portfolio", .portfolio(index, everyday: false))
        } else {
            out.closeEntity()
        }
    }

    /// Writes the everyday account (place 0) or the savings beside it (place 1).
    func writeAccount(_ index: Int, _ place: Int, to out: inout [UInt8]) {
        let draft = customer(index)
        var random = stream(.account, index * 2 + place)
        out.openEntity("Account", .account(index, place))
        out.text("\"tenant\":")
        out.reference("Tenant", .tenant(draft.tenant))
        out.member("holders")
        out.byte("[")
        out.reference("Customer", .customer(index))
        if place == 0 && draft.isJoint {
            out.byte(",")
            out.reference("Customer", .customer(index - 1))
        }
        out.byte("]")
        out.member("kind")
        out.string(place == 0 ? "current" : "savings")
        out.member("currency")
        out.string(draft.currency)
        out.member("status")
        out.string(random.chance(96) ? "open" : random.chance(75) ? "frozen" : "closed")
        out.closeEntity(parent: "Portfolio", .portfolio(index, everyday: place == 0))
    }

    /// Writes the consent to read (place 0) or the one to pay (place 1).
    func writeConsent(_ index: Int, _ place: Int, to out: inout [UInt8]) {
        let draft = customer(index)
        let isForPayments = place == 1
        var random = stream(.consent, index * 2 + place)
        out.openEntity("Consent", .consent(index, place))
        out.text("\"tenant\":")
        out.reference("Tenant", .tenant(draft.tenant))
        out.member("customer")
        out.reference("Customer", .customer(index))
        out.member("thirdParty")
        out.reference(
            "ThirdParty",
            .thirdParty(isForPayments ? draft.payingThirdParty : draft.readingThirdParty))
        out.member("scopes")
        out.text(
            isForPayments
                ? "[\"payments\"]"
                : random.chance(70) ? "[\"accounts\",\"transactions\"]" : "[\"accounts\"]")
        out.member("covers")
        out.byte("[")
        out.reference("Portfolio", .portfolio(index, everyday: random.chance(40)))
        out.byte("]")
        out.member("status")
        out.string(random.chance(92) ? "active" : random.chance(50) ? "withdrawn" : "awaiting")
        out.member("confirmedAt")
        out.datetime(seconds: Self.nowSeconds - 3600 - random.below(190 * Self.daySeconds))
        out.member("expiresAt")
        out.datetime(seconds: Self.nowSeconds + random.below(365 * Self.daySeconds) - 864_000)
        if isForPayments {
            out.member("limit")
            out.text("{\"amount\":")
            out.decimal(hundredths: 10_000 * (1 + random.below(10)))
            out.member("currency")
            out.string(draft.currency)
            out.byte("}")
        }
        out.closeEntity()
    }

    /// Writes a payment from one of the two accounts; every third is drawn up by a third party.
    func writePayment(_ index: Int, _ place: Int, to out: inout [UInt8]) {
        let draft = customer(index)
        let account = GeneratedID.account(index, place % 2)
        var random = stream(.payment, index * Layout.paymentsPerHousehold + place)
        out.openEntity("Payment", .payment(index, place))
        out.text("\"tenant\":")
        out.reference("Tenant", .tenant(draft.tenant))
        out.member("account")
        out.reference("Account", account)
        out.member("amount")
        out.decimal(hundredths: 1 + random.skewedBelow(200_000))
        out.member("currency")
        out.string(draft.currency)
        out.member("creditorCountry")
        out.string(
            random.chance(70)
                ? draft.country : random.pick(["ES", "FR", "IT", "PL", "PT", "US", "KP"]))
        out.member("status")
        out.string(Self.paymentStatus(place))
        if random.chance(10) {
            out.member("executeAt")
            out.datetime(seconds: Self.nowSeconds + (random.below(20) - 10) * 43_200)
        }
        if Self.isDrawnUpByThirdParty(place) {
            out.member("thirdParty")
            out.reference("ThirdParty", .thirdParty(draft.payingThirdParty))
        } else if place == 5 {
            out.member("preparedBy")
            out.reference("Staff", .staff(random.below(layout.staff)))
        }
        out.closeEntity(parent: "Account", account)
    }

    /// The place of a payment in its household decides how far it has come, so that a request can
    /// name one that fits without looking it up.
    static func paymentStatus(_ place: Int) -> String {
        switch place {
        case 0...4: "draft"
        case 5: "held"
        case 6: "pending"
        case 7: "released"
        default: "settled"
        }
    }

    static func isDrawnUpByThirdParty(_ place: Int) -> Bool {
        place % 3 == 0
    }
}
