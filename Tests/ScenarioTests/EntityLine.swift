/// The names in one line of entities, found by their fixed compact spelling.
struct EntityLine {
    let uid: String
    /// Every entity the line refers to, as an attribute or a parent.
    let references: [String]

    /// Reads `"type":"T","id":"I"` wherever it stands; the first is the entity itself.
    init(_ line: Substring) {
        let names = entityNames(in: line)
        uid = names.first ?? ""
        references = Array(names.dropFirst())
    }
}

/// Every `"type":"T","id":"I"` in a text, in order, as `T::I`.
func entityNames(in text: Substring) -> [String] {
    text.matches(of: /"type":"([A-Za-z]+)","id":"([A-Za-z0-9-]+)"/).map {
        "\($0.output.1)::\($0.output.2)"
    }
}

/// Whether braces and brackets outside strings are balanced and the text is one object.
func isOneObject(_ text: Substring) -> Bool {
    var open: [Character] = []
    var isInString = false
    for (place, character) in text.enumerated() {
        if character == "\"" { isInString.toggle() }
        if isInString { continue }
        if character == "{" || character == "[" { open.append(character) }
        if character == "}" || character == "]" {
            guard open.popLast() == (character == "}" ? "{" : "[") else { return false }
            if open.isEmpty { return place == text.count - 1 && character == "}" }
        }
    }
    return false
}

/// FNV-1a, to pin a stream of bytes by one number.
func fingerprint(_ bytes: [UInt8]) -> UInt64 {
    bytes.reduce(0xCBF2_9CE4_8422_2325) { ($0 ^ UInt64($1)) &* 0x0000_0100_0000_01B3 }
}
