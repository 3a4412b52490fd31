/// The words made-up people and firms are named with.
enum Names {
    static let given = [
        "Ada", "Amir", "Beatriz", "Callum", "Chidi", "Dana", "Elif", "Emil", "Freya", "Gianni",
        "Hana", "Ines", "Jonas", "Kaito", "Leila", "Luca", "Maeve", "Milan", "Nadia", "Niamh",
        "Oskar", "Priya", "Quentin", "Rosa", "Samir", "Sofia", "Tomas", "Ulrike", "Vera", "Wanjiru",
        "Ximena", "Zofia",
    ]
    static let family = [
        "Adeyemi", "Andersen", "Bauer", "Bianchi", "Costa", "Demir", "Dubois", "Evans", "Fischer",
        "Garcia", "Haddad", "Ivanov", "Jansen", "Kowalski", "Larsen", "Lefevre", "Moreau", "Murphy",
        "Nguyen", "Novak", "Okafor", "Patel", "Quinn", "Rossi", "Santos", "Schmidt", "Silva",
        "Tanaka", "Ueda", "Virtanen", "Walsh", "Yilmaz",
    ]
    static let firmFront = [
        "Amber", "Birch", "Cobalt", "Delta", "Ember", "Falcon", "Granite", "Harbour", "Indigo",
        "Juniper", "Kestrel", "Lumen", "Maple", "North", "Onyx", "Pine",
    ]
    static let firmBack = ["Cash", "Flow", "Ledger", "Money", "Pay", "Purse", "Transfer", "Wallet"]
    static let banks = ["Bank", "Building Society", "Savings"]
    static let platforms = ["macOS", "Windows", "Linux", "iPadOS"]
}
