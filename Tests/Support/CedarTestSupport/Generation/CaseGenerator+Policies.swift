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
            // The same draw chooses the clause and whether it begins with an equality.
            let choice = random.below(100)
            text += choice < 70 ? "\n  when { " : "\n  unless { "
            let condition =
                choice < 25
                ? beginningWithEquality() : guardedCondition(depth: 1 + random.below(4))
            text += condition.text
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

    /// Makes a condition that begins with an equality of an attribute and a literal, as those that
    /// an index finds policies by: on few paths, so that policies share them, with tests for the
    /// path before it that are all there, one too few, in a wrong order or of another path.
    private mutating func beginningWithEquality() -> CedarText {
        let attributes = vocabulary.attributes
        let variable = random.pick(["principal", "resource", "context", "context", "action"])
        let open = attributes.filter { $0.kind == .record || $0.kind == .entity }
        var names: [String] = []
        if random.chance(35), !open.isEmpty { names.append(random.pick(open).name) }
        if random.chance(10), !open.isEmpty { names.append(random.pick(open).name) }
        // The first of its kind, as a rule.
        let last =
            random.chance(60)
            ? attributes[random.below(min(3, attributes.count))] : random.pick(attributes)
        names.append(last.name)
        var paths = [variable]
        for name in names { paths.append((paths.last ?? "") + selector(name)) }
        var operands: [String] = []
        if random.chance(65) {
            if names.count > 1, names.allSatisfy(CedarText.isIdentifier), random.chance(40) {
                operands.append("\(variable) has \(names.joined(separator: "."))")
            } else {
                operands = names.indices.map { has(CedarText(paths[$0]), [names[$0]]) }
            }
            if random.chance(10) { operands.removeFirst() }
            if random.chance(8) { operands.reverse() }
            if random.chance(8) { operands.append("resource has \(random.pick(Self.strays))") }
        }
        var sides = [
            paths.last ?? variable, leaf(random.chance(90) ? last.kind : .long).at(.sum),
        ]
        if random.chance(30) { sides.reverse() }
        operands.append(sides.joined(separator: " == "))
        if random.chance(50) { operands.append(expression(.bool, depth: 1).at(.relation)) }
        return operands.count == 1
            ? CedarText(operands[0], .relation)
            : CedarText(operands.joined(separator: " && "), .and)
    }

    private static let strays = ["name", "level", "absent"]

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
