import CedarSyntax

// `!`, `&&`, `||`, `if`: where what is known grows.

extension TypeChecker {
    mutating func negation(_ operand: Expression, _ known: CapabilitySet) -> Answer {
        expect(.bool, operand, known).negated
    }

    mutating func conjunction(_ operands: [Expression], _ known: CapabilitySet) -> Answer {
        var known = known
        var result = Answer(.bool(true))
        for operand in operands {
            let answer = expect(.bool, operand, known)
            known.formUnion(answer.capabilities)
            result.capabilities.formUnion(answer.capabilities)
            guard case .bool(let truth)? = answer.type else {
                result.type = nil
                continue
            }
            if truth == false {
                // What is right of it is never evaluated.
                return result.type == nil ? .failed : Answer(.bool(false))
            }
            if truth == nil, result.type != nil { result.type = .bool(nil) }
        }
        return result
    }

    mutating func disjunction(_ operands: [Expression], _ known: CapabilitySet) -> Answer {
        var result = Answer(.bool(false))
        var hasFailed = false
        for operand in operands {
            let answer = expect(.bool, operand, known)
            guard case .bool(let truth)? = answer.type else {
                hasFailed = true
                continue
            }
            switch (result.type, truth) {
            case (.bool(false), _), (_, true): result = answer
            case (_, false): break
            default: result.capabilities.formIntersection(answer.capabilities)
            }
            // What is right of it is never evaluated.
            if truth == true { break }
        }
        return hasFailed ? .failed : result
    }

    mutating func choice(
        _ guardian: Expression, _ then: Expression, _ other: Expression, at span: SourceSpan,
        _ known: CapabilitySet
    ) -> Answer {
        let condition = expect(.bool, guardian, known)
        if condition.type == .bool(false) { return check(other, known) }
        var left = check(then, known.union(condition.capabilities))
        left.capabilities.formUnion(condition.capabilities)
        if condition.type == .bool(true) { return left }
        let right = check(other, known)
        guard condition.type != nil, let leftType = left.type, let rightType = right.type else {
            return .failed
        }
        guard let type = leftType.joined(with: rightType, mode) else {
            fail(
                span,
                "the branches of `if` are of different types: `\(leftType)` and "
                    + "`\(rightType)`",
                help: leftType.mismatch(with: rightType))
            return .failed
        }
        return Answer(
            type: type, capabilities: left.capabilities.intersection(right.capabilities),
            reach: left.reach.joined(with: right.reach))
    }
}
