/// The id of a made-up entity: `gen-customer-7`, `gen-portfolio-7-everyday`, `gen-payment-7-3`.
struct GeneratedID {
    let word: String
    let index: Int
    var suffix = ""
    var place: Int?

    /// The id as text.
    var text: String {
        var bytes: [UInt8] = []
        bytes.generated(self)
        return String(decoding: bytes, as: UTF8.self)
    }

    static func tenant(_ index: Int) -> GeneratedID { .init(word: "tenant", index: index) }
    static func register(_ index: Int) -> GeneratedID { .init(word: "register", index: index) }
    static func thirdParty(_ index: Int) -> GeneratedID { .init(word: "provider", index: index) }
    static func segment(_ index: Int) -> GeneratedID { .init(word: "segment", index: index) }
    static func role(_ index: Int) -> GeneratedID { .init(word: "team", index: index) }
    static func staff(_ index: Int) -> GeneratedID { .init(word: "staff", index: index) }
    static func fleet(_ index: Int) -> GeneratedID { .init(word: "fleet", index: index) }
    static func device(_ index: Int) -> GeneratedID { .init(word: "device", index: index) }
    static func workloadGroup(_ index: Int) -> GeneratedID {
        .init(word: "screening", index: index)
    }
    static func workload(_ index: Int) -> GeneratedID { .init(word: "service", index: index) }
    static func customer(_ index: Int) -> GeneratedID { .init(word: "customer", index: index) }
    static func portfolio(_ index: Int, everyday: Bool) -> GeneratedID {
        .init(word: "portfolio", index: index, suffix: everyday ? "-everyday" : "")
    }
    static func account(_ index: Int, _ place: Int) -> GeneratedID {
        .init(word: "account", index: index, place: place)
    }
    static func consent(_ index: Int, _ place: Int) -> GeneratedID {
        .init(word: "consent", index: index, place: place)
    }
    static func payment(_ index: Int, _ place: Int) -> GeneratedID {
        .init(word: "payment", index: index, place: place)
    }
}
