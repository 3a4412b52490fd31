import CedarSyntax

/// Reading of attributes and tags.
extension CaseGenerator {
    /// Makes a path to an attribute that usually is of this kind.
    mutating func access(_ kind: ValueKind, depth: Int) -> CedarText {
        var candidates = vocabulary.attributes.filter { $0.kind == kind }
        if random.chance(3) { candidates = vocabulary.attributes }
        guard !candidates.isEmpty else { return leaf(kind) }
        let name = random.chance(99) ? random.pick(candidates).name : "absent"
        let object = holder(depth: depth)
        if random.chance(75) { require(has(object, [name])) }
        return CedarText(object.at(.member) + selector(name))
    }

    /// Makes a path to a tag that usually is of this kind.
    mutating func tag(_ kind: ValueKind, depth: Int) -> CedarText {
        let candidates = vocabulary.tags.filter { $0.kind == kind }
        guard !candidates.isEmpty else { return access(kind, depth: depth) }
        let object = expression(.entity, depth: random.chance(80) ? 0 : depth).at(.member)
        let literal = CedarText.string(random.pick(candidates).key, using: &random)
        let key = random.chance(93) ? literal : expression(.string, depth: 0).text
        if random.chance(75) { require("\(object).hasTag(\(key))") }
        return CedarText("\(object).getTag(\(key))")
    }

    /// Makes something that has attributes: an entity or a record.
    mutating func holder(depth: Int) -> CedarText {
        let choice = random.below(100)
        if choice < 35 { return CedarText("principal") }
        if choice < 55 { return CedarText("resource") }
        if choice < 80 { return CedarText("context") }
        if choice < 83 { return CedarText("action") }
        if choice < 87 { return CedarText(CedarText.uid(entity(), using: &random)) }
        guard depth > 0 else { return CedarText("principal") }
        return access(random.chance(50) ? .record : .entity, depth: depth - 1)
    }

    mutating func selector(_ name: String) -> String {
        CedarText.isIdentifier(name) && random.chance(85)
            ? ".\(name)" : "[\(CedarText.string(name, using: &random))]"
    }

    /// Makes `object has path`; a path of more than one name must be of identifiers.
    mutating func has(_ object: CedarText, _ path: [String]) -> String {
        let left = object.at(.sum)
        if path.allSatisfy(CedarText.isIdentifier), path.count > 1 || random.chance(85) {
            return "\(left) has \(path.joined(separator: "."))"
        }
        return "\(left) has \(CedarText.string(path[0], using: &random))"
    }

    /// Notes what the condition around the current expression should ask for first.
    private mutating func require(_ text: String) {
        guard text.utf8.count < 100, !guards.contains(text) else { return }
        guards.append(text)
    }
}
