import CedarSyntax

/// Expressions of every kind but Booleans.
extension CaseGenerator {
    /// Makes an expression that usually has a value of this kind.
    mutating func expression(_ kind: ValueKind, depth: Int) -> CedarText {
        let kind = random.chance(2) ? random.pick(ValueKind.common) : kind
        let result = plainExpression(kind, depth: depth)
        return random.chance(3) ? CedarText("(\(result.text))") : result
    }

    private mutating func plainExpression(_ kind: ValueKind, depth: Int) -> CedarText {
        if kind == .bool { return condition(depth: depth) }
        if kind == .long, depth > 0, random.chance(35) { return arithmetic(depth: depth - 1) }
        if depth <= 0 { return random.chance(45) ? leaf(kind) : access(kind, depth: 0) }
        switch random.below(12) {
        case 0, 1: return leaf(kind)
        case 2...5: return access(kind, depth: depth)
        case 6: return tag(kind, depth: depth - 1)
        case 7 where random.chance(60): return conditional(kind, depth: depth - 1)
        case 8 where random.chance(30): return memberOfRecord(kind, depth: depth - 1)
        default: return compound(kind, depth: depth - 1)
        }
    }

    /// Makes a literal, a variable or a constant extension value.
    mutating func leaf(_ kind: ValueKind) -> CedarText {
        switch kind {
        case .bool: return CedarText(random.chance(50) ? "true" : "false")
        case .long:
            let number = long()
            return CedarText("\(number)", number < 0 ? .unary : .member)
        case .string: return CedarText(CedarText.string(string(), using: &random))
        case .entity:
            if random.chance(70) { return CedarText(random.pick(["principal", "resource"])) }
            if random.chance(10) { return CedarText("action") }
            return CedarText(CedarText.uid(entity(), using: &random))
        case .record: return random.chance(30) ? CedarText("context") : recordLiteral(depth: 0)
        case .decimal: return constructor("decimal", Vocabulary.decimalTexts)
        case .ip: return constructor("ip", Vocabulary.ipTexts)
        case .datetime: return constructor("datetime", Vocabulary.datetimeTexts)
        case .duration: return constructor("duration", Vocabulary.durationTexts)
        case .set(let element): return setLiteral(element, depth: 0)
        }
    }

    /// Makes an expression with an operator or method that gives the kind.
    private mutating func compound(_ kind: ValueKind, depth: Int) -> CedarText {
        switch kind {
        case .long: return arithmetic(depth: depth)
        case .record: return recordLiteral(depth: depth)
        case .set(let element): return setLiteral(element, depth: depth)
        case .datetime:
            if random.chance(40) { return method("toDate", of: .datetime, [], depth: depth) }
            return method("offset", of: .datetime, [.duration], depth: depth)
        case .duration:
            if random.chance(40) { return method("toTime", of: .datetime, [], depth: depth) }
            return method("durationSince", of: .datetime, [.datetime], depth: depth)
        default: return random.chance(50) ? access(kind, depth: depth) : leaf(kind)
        }
    }

    private mutating func arithmetic(depth: Int) -> CedarText {
        switch random.below(6) {
        case 0:
            // Up to four signs; a number after them takes the last one into its literal.
            let signs = String(repeating: "-", count: 1 + random.below(random.chance(80) ? 1 : 4))
            return CedarText(signs + expression(.long, depth: depth).at(.member), .unary)
        case 1, 2:
            let name = random.pick([
                "toMilliseconds", "toSeconds", "toMinutes", "toHours", "toDays",
            ])
            return method(name, of: .duration, [], depth: depth)
        case 3 where random.chance(50):
            // Numbers so large that most operations leave the range.
            let number = random.pick(Vocabulary.longs.filter { $0.magnitude > 1 << 40 })
            let operation = random.pick(["+", "-"])
            return CedarText(
                "\(number) \(operation) \(expression(.long, depth: depth).at(.product))", .sum)
        case 3:
            let left = expression(.long, depth: depth).at(.product)
            return CedarText("\(left) * \(expression(.long, depth: depth).at(.unary))", .product)
        default:
            let left = expression(.long, depth: depth).at(.sum)
            let sign = random.pick(["+", "-"])
            return CedarText(
                "\(left) \(sign) \(expression(.long, depth: depth).at(.product))", .sum)
        }
    }

    mutating func conditional(_ kind: ValueKind, depth: Int) -> CedarText {
        let condition = guardedCondition(depth: depth).text
        let first = expression(kind, depth: depth).text
        let second = expression(kind, depth: depth).text
        return CedarText("if \(condition) then \(first) else \(second)", .conditional)
    }

    // MARK: - Literals with members

    private mutating func setLiteral(_ element: ValueKind, depth: Int) -> CedarText {
        var elements: [String] = []
        for _ in 0..<random.below(4) { elements.append(expression(element, depth: depth).text) }
        if !elements.isEmpty, random.chance(5) { elements.append("") }
        return CedarText("[\(elements.joined(separator: ", "))]")
    }

    private mutating func recordLiteral(depth: Int) -> CedarText {
        var members: [String] = []
        for attribute in vocabulary.attributes where random.chance(depth > 0 ? 20 : 10) {
            members.append(member(attribute.name, expression(attribute.kind, depth: depth - 1)))
        }
        random.shuffle(&members)
        return CedarText("{\(members.joined(separator: ", "))}")
    }

    private mutating func memberOfRecord(_ kind: ValueKind, depth: Int) -> CedarText {
        let name = random.pick(vocabulary.attributes).name
        let record = "{\(member(name, expression(kind, depth: depth)))}"
        return CedarText(record + selector(name))
    }

    private mutating func member(_ name: String, _ value: CedarText) -> String {
        let isPlain = CedarText.isIdentifier(name) && random.chance(80)
        return "\(isPlain ? name : CedarText.string(name, using: &random)): \(value.text)"
    }

    // MARK: - Calls

    private mutating func constructor(_ name: String, _ texts: [String]) -> CedarText {
        if random.chance(1) { return CedarText(random.chance(50) ? "\(name)()" : "\(name)(1, 2)") }
        if random.chance(3) { return CedarText("\(name)(\(expression(.string, depth: 0).text))") }
        let text = random.chance(4) ? random.pick(Vocabulary.badTexts) : random.pick(texts)
        return CedarText("\(name)(\(CedarText.string(text, using: &random)))")
    }

    /// Makes a call of a method, rarely with too many or too few arguments.
    mutating func method(
        _ name: String, of receiver: ValueKind, _ arguments: [ValueKind], depth: Int
    ) -> CedarText {
        let object = expression(receiver, depth: depth).at(.member)
        var texts: [String] = []
        for argument in arguments { texts.append(expression(argument, depth: depth).text) }
        let isExtension = ExtensionFunction(rawValue: name) != nil
        if isExtension, random.chance(1) {
            if texts.isEmpty || random.chance(50) {
                texts.append("true")
            } else {
                texts.removeLast()
            }
        }
        return CedarText("\(object).\(name)(\(texts.joined(separator: ", ")))")
    }
}
