/// What a path may be about, for a person to look at.
enum ResourceProposal {
    /// A proposal: `/accounts/{account}/payments/{payment}` is about a `Payment`, and
    /// `/accounts/{account}/payments` about the payments of an `Account`.
    ///
    /// The id has all captures: payments of two accounts may have the same number.
    static func resource(_ template: PathTemplate) -> (type: String, id: String) {
        var noun: [UInt8] = []
        var found: (type: String, id: String)?
        var separator = ""
        for segment in template.segments {
            switch segment {
            case .literal(let bytes): if !bytes.isEmpty { noun = bytes }
            case .capture(let name), .rest(let name):
                let id = (found?.id ?? "") + separator + "{\(name)}"
                found = (typeName(noun) ?? typeName(Array(name.utf8)) ?? "Resource", id)
                separator = "/"
            }
        }
        return found ?? ("Collection", String(decoding: noun.filter(isPlain), as: UTF8.self))
    }

    private static func isPlain(_ byte: UInt8) -> Bool {
        byte.isLetter || byte.isDigit || byte == UInt8(ascii: "-")
    }

    /// `bank-accounts` becomes `BankAccount`; nil when no letter is left to begin with, or when there are
    /// letters that no type can have.
    private static func typeName(_ noun: [UInt8]) -> String? {
        guard noun.allSatisfy({ $0 < 0x80 }) else { return nil }
        var name: [UInt8] = []
        var startsWord = true
        for byte in noun {
            guard byte.isLetter || byte.isDigit else {
                startsWord = true
                continue
            }
            let isLower = UInt8(ascii: "a")...UInt8(ascii: "z") ~= byte
            name.append(startsWord && isLower ? byte - 0x20 : byte)
            startsWord = false
        }
        guard let first = name.first, first.isLetter else { return nil }
        let text = String(decoding: name, as: UTF8.self)
        if text.hasSuffix("ies"), text.utf8.count > 4 { return text.dropLast(3) + "y" }
        return text.hasSuffix("s") && !text.hasSuffix("ss") && text.utf8.count > 2
            ? String(text.dropLast()) : text
    }
}
