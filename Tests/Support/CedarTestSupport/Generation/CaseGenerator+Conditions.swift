import CedarSyntax

/// Expressions that usually are Booleans.
extension CaseGenerator {
    mutating func condition(depth: Int) -> CedarText {
        if depth <= 0 {
            switch random.below(8) {
            case 0: return leaf(.bool)
            case 1, 2: return access(.bool, depth: 0)
            case 3: return hasAttribute(depth: 0)
            case 4: return hierarchyTest(depth: 0)
            default: return comparison(depth: 0)
            }
        }
        let next = depth - 1
        switch random.below(24) {
        case 0: return leaf(.bool)
        case 1: return access(.bool, depth: next)
        case 2: return tag(.bool, depth: next)
        case 3...5: return chain("&&", .and, depth: next)
        case 6...8: return chain("||", .or, depth: next)
        case 9:
            let count = random.chance(80) ? 1 : 1 + random.below(4)
            let operand = expression(.bool, depth: next).at(.member)
            return CedarText(String(repeating: "!", count: count) + operand, .unary)
        case 10: return conditional(.bool, depth: next)
        case 11...13: return equality(depth: next)
        case 14, 15: return comparison(depth: next)
        case 16, 17: return hierarchyTest(depth: next)
        case 18: return hasAttribute(depth: next)
        case 19: return like(depth: next)
        case 20, 21: return setTest(depth: next)
        case 22: return extensionTest(depth: next)
        default:
            let key = random.chance(80) ? leafKey() : expression(.string, depth: next).text
            return CedarText("\(expression(.entity, depth: next).at(.member)).hasTag(\(key))")
        }
    }

    private mutating func leafKey() -> String {
        CedarText.string(random.pick(vocabulary.tags).key, using: &random)
    }

    private mutating func chain(_ operation: String, _ binding: CedarText.Binding, depth: Int)
        -> CedarText
    {
        var operands: [String] = []
        for index in 0..<(2 + random.below(random.chance(70) ? 1 : 3)) {
            let operand =
                random.chance(40)
                ? guardedCondition(depth: depth) : expression(.bool, depth: depth)
            // Only a leftmost operand may be a chain of the same operator without parentheses.
            let tighter = CedarText.Binding(rawValue: binding.rawValue + 1) ?? .member
            operands.append(operand.at(index == 0 ? binding : tighter))
        }
        return CedarText(operands.joined(separator: " \(operation) "), binding)
    }

    private mutating func equality(depth: Int) -> CedarText {
        let kind = random.pick(ValueKind.common)
        let other = random.chance(92) ? kind : random.pick(ValueKind.common)
        return relation(random.chance(65) ? "==" : "!=", kind, other, depth: depth)
    }

    private mutating func comparison(depth: Int) -> CedarText {
        let kind: ValueKind = random.pick([.long, .long, .long, .datetime, .duration])
        let other = random.chance(97) ? kind : random.pick(ValueKind.common)
        return relation(random.pick(["<", "<=", ">", ">=", "=="]), kind, other, depth: depth)
    }

    private mutating func relation(
        _ operation: String, _ left: ValueKind, _ right: ValueKind, depth: Int
    ) -> CedarText {
        let leftText = expression(left, depth: depth).at(.sum)
        return CedarText(
            "\(leftText) \(operation) \(expression(right, depth: depth).at(.sum))", .relation)
    }

    private mutating func hierarchyTest(depth: Int) -> CedarText {
        let left = expression(.entity, depth: depth).at(.sum)
        let type =
            random.chance(90)
            ? random.pick(vocabulary.entities).type.string : random.pick(["Action", "Unknown"])
        switch random.below(10) {
        case 0, 1: return CedarText("\(left) is \(type)", .relation)
        case 2, 3:
            let kind: ValueKind = random.chance(70) ? .entity : .set(.entity)
            return CedarText(
                "\(left) is \(type) in \(expression(kind, depth: depth).at(.sum))", .relation)
        case 4, 5:
            return CedarText(
                "\(left) in \(expression(.set(.entity), depth: depth).at(.sum))", .relation)
        default:
            let target =
                random.chance(60)
                ? CedarText.uid(random.pick(vocabulary.entities), using: &random)
                : expression(.entity, depth: depth).at(.sum)
            return CedarText("\(left) in \(target)", .relation)
        }
    }

    private mutating func hasAttribute(depth: Int) -> CedarText {
        var path: [String] = []
        if random.chance(30) {
            let plain = vocabulary.attributes.filter { CedarText.isIdentifier($0.name) }
            let open = plain.filter { $0.kind == .record || $0.kind == .entity }
            for _ in 0..<(1 + random.below(2)) where !open.isEmpty {
                path.append(random.pick(open).name)
            }
            path.append((plain.isEmpty ? nil : random.pick(plain).name) ?? "absent")
        } else {
            path = [random.chance(95) ? random.pick(vocabulary.attributes).name : "absent"]
        }
        return CedarText(has(holder(depth: depth), path), .relation)
    }

    private mutating func like(depth: Int) -> CedarText {
        let left = expression(.string, depth: depth).at(.sum)
        var elements: [Unicode.Scalar?] = []
        for scalar in string().unicodeScalars {
            switch random.below(10) {
            case 0: break
            case 1, 2: elements.append(nil)
            case 3: elements += [nil, scalar]
            default: elements.append(scalar)
            }
        }
        if random.chance(40) { elements.append(nil) }
        if random.chance(20) { elements.insert(nil, at: 0) }
        return CedarText("\(left) like \(CedarText.pattern(elements, using: &random))", .relation)
    }

    private mutating func setTest(depth: Int) -> CedarText {
        let element: ValueKind = random.pick([
            .long, .string, .string, .entity, .entity, .record, .set(.long), .decimal,
        ])
        switch random.below(5) {
        case 0: return method("isEmpty", of: .set(element), [], depth: depth)
        case 1: return method("containsAll", of: .set(element), [.set(element)], depth: depth)
        case 2: return method("containsAny", of: .set(element), [.set(element)], depth: depth)
        default: return method("contains", of: .set(element), [element], depth: depth)
        }
    }

    private mutating func extensionTest(depth: Int) -> CedarText {
        if random.chance(50) {
            let name = random.pick([
                "lessThan", "lessThanOrEqual", "greaterThan", "greaterThanOrEqual",
            ])
            return method(name, of: .decimal, [.decimal], depth: depth)
        }
        if random.chance(60) { return method("isInRange", of: .ip, [.ip], depth: depth) }
        let name = random.pick(["isIpv4", "isIpv6", "isLoopback", "isMulticast"])
        return method(name, of: .ip, [], depth: depth)
    }
}
