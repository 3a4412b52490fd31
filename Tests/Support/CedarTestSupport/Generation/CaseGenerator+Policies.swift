import CedarSyntax

extension CaseGenerator {
    /// Makes the text of one policy, rarely of a template.
    mutating func policy() -> String {
        let isTemplate = random.chance(3)
        var text = random.chance(8) ? annotation() : ""
        text += random.chance(65) ? "permit" : "forbid"
        let comma = random.chance(5) ? "," : ""
        let principal = scope("principal", withSlot: isTemplate)
        text += " (\(principal), \(actionScope()), \(scope("resource", withSlot: false))\(comma))"
        for _ in 0..<random.pick([0, 1, 1, 1, 1, 2, 2, 3]) {
            text += random.chance(70) ? "\n  when { " : "\n  unless { "
            text += guardedCondition(depth: 1 + random.below(4)).text
            text += random.chance(2) ? " // why\n}" : " }"
        }
        return text + ";"
    }

    private mutating func annotation() -> String {
        let key = random.pick(["id", "reason", "if", "__cedar"])
        return random.chance(20)
            ? "@\(key)\n" : "@\(key)(\(CedarText.string(string(), using: &random)))\n"
    }

    private mutating func scope(_ variable: String, withSlot: Bool) -> String {
        let target =
            withSlot
            ? "?\(variable)" : CedarText.uid(random.pick(vocabulary.entities), using: &random)
        let type = random.pick(vocabulary.entities).type
        switch random.below(withSlot ? 3 : 13) {
        case 0: return "\(variable) == \(target)"
        case 1: return "\(variable) in \(random.chance(5) ? "(\(target))" : target)"
        case 2: return "\(variable) is \(type) in \(target)"
        case 3: return "\(variable) is \(type)"
        default: return variable
        }
    }

    private mutating func actionScope() -> String {
        switch random.below(10) {
        case 0, 1:
            return "action == \(CedarText.uid(random.pick(vocabulary.actions), using: &random))"
        case 2: return "action in \(CedarText.uid(random.pick(vocabulary.actions), using: &random))"
        case 3:
            var names: [String] = []
            for _ in 0..<random.below(4) {
                names.append(CedarText.uid(random.pick(vocabulary.actions), using: &random))
            }
            let comma = !names.isEmpty && random.chance(10) ? "," : ""
            return "action in [\(names.joined(separator: ", "))\(comma)]"
        default: return "action"
        }
    }

    /// Makes a condition that first asks for most of what it reads, as authors do.
    mutating func guardedCondition(depth: Int) -> CedarText {
        let outer = guards
        guards = []
        let body = expression(.bool, depth: depth)
        let needed = guards
        guards = outer
        guard !needed.isEmpty else { return body }
        return CedarText((needed + [body.at(.relation)]).joined(separator: " && "), .and)
    }
}
