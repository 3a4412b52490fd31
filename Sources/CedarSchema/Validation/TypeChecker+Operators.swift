import CedarSyntax

extension TypeChecker {
    mutating func equality(
        _ left: Expression, _ right: Expression, _ symbol: BinaryOperator, at span: SourceSpan,
        _ known: CapabilitySet
    ) -> Answer {
        let leftAnswer = check(left, known)
        let rightAnswer = check(right, known)
        guard let leftType = leftAnswer.type, let rightType = rightAnswer.type else {
            return .failed
        }
        if leftType.isDisjoint(with: rightType) { return Answer(.bool(false)) }
        if let leftValue = literal(left), let rightValue = literal(right) {
            return Answer(.bool(leftValue == rightValue))
        }
        guard requireJoin(leftType, rightType, "`\(symbol.rawValue)` compares", at: span) else {
            return .failed
        }
        return Answer(.bool(nil))
    }

    /// In strict mode, an error unless two types have a common one.
    private mutating func requireJoin(
        _ left: StaticType, _ right: StaticType, _ subject: String, at span: SourceSpan
    ) -> Bool {
        guard mode == .strict, left.joined(with: right, mode) == nil else { return true }
        fail(
            span, "\(subject) `\(left)` with `\(right)`",
            help: left.mismatch(with: right))
        return false
    }

    /// A value that is known without evaluation.
    private enum Literal: Hashable {
        case bool(Bool)
        case long(Int64)
        case string(Text)
        case entity(EntityUID)
    }

    private func literal(_ expression: Expression) -> Literal? {
        switch expression.kind {
        case .bool, .and, .or: expression.literalTruth.map { .bool($0) }
        case .long(let value): .long(value)
        case .string(let value): .string(value)
        case .entity(let uid): .entity(uid)
        case .variable(.action): .entity(environment.action)
        default: nil
        }
    }

    mutating func comparison(
        _ left: Expression, _ right: Expression, _ symbol: BinaryOperator, _ known: CapabilitySet
    ) -> Answer {
        let leftType = check(left, known).type
        let rightType = check(right, known).type
        guard let leftType, let rightType else { return .failed }
        switch (leftType.isOrdered, rightType.isOrdered) {
        case (true, true) where leftType == rightType:
            return Answer(.bool(nil))
        case (true, _):
            fail(
                right.span, "expected `\(leftType)`, found `\(rightType)`",
                help: "`\(symbol.rawValue)` compares values of one type")
        case (false, true):
            fail(
                left.span, "expected `\(rightType)`, found `\(leftType)`",
                help: "`\(symbol.rawValue)` compares values of one type")
        case (false, false):
            for (operand, type) in [(left, leftType), (right, rightType)] {
                fail(
                    operand.span,
                    "expected `Long`, `datetime` or `duration`, found `\(type)`",
                    help: type == .extension(.decimal)
                        ? "decimals are compared by methods: `.lessThan(…)` and the like" : nil)
            }
        }
        return .failed
    }

    mutating func arithmetic(
        _ operands: [Expression], _ symbol: String, _ known: CapabilitySet
    ) -> Answer {
        var hasFailed = false
        for operand in operands {
            let answer = expect(.long, operand, known) { type in
                switch type {
                case .string where symbol == "+": "texts cannot be joined"
                case .set: "sets cannot be added or subtracted"
                case .extension(.datetime): "to move a datetime write `.offset(duration(\"…\"))`"
                default: nil
                }
            }
            if answer.type == nil { hasFailed = true }
        }
        return hasFailed ? .failed : Answer(.long)
    }

    mutating func containment(
        _ symbol: BinaryOperator, _ left: Expression, _ right: Expression, at span: SourceSpan,
        _ known: CapabilitySet
    ) -> Answer {
        let owner = expect(.set, left, known, help: Self.helpForSet).type
        let argument: StaticType?
        if symbol == .contains {
            argument = check(right, known).type
        } else {
            argument =
                expect(.set, right, known) { _ in
                    "to test for one element write `.contains(…)`"
                }.type
        }
        guard case .set(let element)? = owner, let argument else { return .failed }
        let isSound =
            switch argument {
            case .set(let other) where symbol != .contains:
                requireJoin(
                    .set(element), .set(other), "`\(symbol.rawValue)` compares", at: span)
            default:
                requireJoin(
                    element, argument, "`contains` compares elements of the type", at: span)
            }
        return isSound ? Answer(.bool(nil)) : .failed
    }

    mutating func emptiness(_ operand: Expression, _ known: CapabilitySet) -> Answer {
        let answer = expect(.set, operand, known) { type in
            type == .string ? "to test for an empty text write `== \"\"`" : nil
        }
        return answer.type == nil ? .failed : Answer(.bool(nil))
    }

    mutating func likeness(_ operand: Expression, _ known: CapabilitySet) -> Answer {
        let answer = expect(.string, operand, known) { type in
            type.isEntity ? "to test an entity's type write `is`" : nil
        }
        return answer.type == nil ? .failed : Answer(.bool(nil))
    }

    mutating func set(
        _ elements: [Expression], at span: SourceSpan, _ known: CapabilitySet
    ) -> Answer {
        if elements.isEmpty, mode == .strict {
            fail(
                span, "the empty set `[]` has no type",
                help: "to test for an empty set write `.isEmpty()`")
            return .failed
        }
        var joined: StaticType = .never
        var hasFailed = false
        var hasMismatch = false
        for element in elements {
            guard let type = check(element, known).type else {
                hasFailed = true
                continue
            }
            guard !hasMismatch else { continue }
            if let next = joined.joined(with: type, mode) {
                joined = next
            } else {
                hasMismatch = true
                fail(
                    element.span,
                    "the elements of a set must be of one type: `\(joined)` before, `\(type)` here",
                    help: joined.mismatch(with: type))
            }
        }
        return hasFailed || hasMismatch ? .failed : Answer(.set(joined))
    }

    mutating func record(
        _ members: [(key: Text, value: Expression)], _ known: CapabilitySet
    ) -> Answer {
        var attributes: [StaticRecord.Attribute] = []
        var reach = Reach(members: [:])
        for member in members {
            let answer = check(member.value, known)
            guard let type = answer.type else { continue }
            reach.members?[member.key] = answer.reach
            attributes.append(
                StaticRecord.Attribute(name: member.key, type: type, isRequired: true))
        }
        guard attributes.count == members.count else { return .failed }
        attributes.sort { $0.name < $1.name }
        return Answer(
            type: .record(StaticRecord(attributes: attributes)), reach: reach)
    }
}

extension StaticType {
    /// Whether `<` and its like take it.
    fileprivate var isOrdered: Bool {
        switch self {
        case .long, .extension(.datetime), .extension(.duration): true
        default: false
        }
    }
}
