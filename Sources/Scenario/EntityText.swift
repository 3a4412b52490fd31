/// The parts of an entity line that all kinds share.
extension [UInt8] {
    /// Opens an entity, up to its attributes.
    mutating func openEntity(_ type: String, _ id: GeneratedID) {
        text("{\"uid\":{\"type\":\"")
        text(type)
        text("\",\"id\":\"")
        generated(id)
        text("\"},\"attrs\":{")
    }

    /// Ends the attributes and writes the only parent, which may be a hand-made group.
    mutating func closeEntity(parent type: String, _ id: String) {
        text("},\"parents\":[{\"type\":\"")
        text(type)
        text("\",\"id\":\"")
        text(id)
        text("\"}]}")
    }

    /// Ends the attributes and writes the only parent; leaves the object open when tags follow.
    mutating func closeEntity(parent type: String, _ id: GeneratedID, tagsFollow: Bool = false) {
        text("},\"parents\":[{\"type\":\"")
        text(type)
        text("\",\"id\":\"")
        generated(id)
        text(tagsFollow ? "\"}]" : "\"}]}")
    }

    /// Ends the attributes of an entity without parents.
    mutating func closeEntity() {
        text("},\"parents\":[]}")
    }

    /// Appends a reference as a value, `__entity` written out.
    mutating func reference(_ type: String, _ id: GeneratedID) {
        text("{\"__entity\":{\"type\":\"")
        text(type)
        text("\",\"id\":\"")
        generated(id)
        text("\"}}")
    }

    /// Appends an id without quotes.
    mutating func generated(_ id: GeneratedID) {
        text("gen-")
        text(id.word)
        byte("-")
        number(id.index)
        text(id.suffix)
        if let place = id.place {
            byte("-")
            number(place)
        }
    }
}
