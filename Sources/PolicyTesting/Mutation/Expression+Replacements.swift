import CedarSyntax

extension Expression {
    /// The expression in Cedar's syntax, for messages; what is longer than a page is not shown.
    var spelling: String {
        do throws(OutputOverflow) { return try cedarText(limit: 4000) } catch { return "…" }
    }

    /// The mistakes that may stand in its place, its operands left as they are.
    var replacements: [(Mutation.Kind, Expression)] {
        func with(_ kind: Kind) -> Expression { Expression(kind, span) }
        switch kind {
        case .string(let text):
            return [(.changeConstant, with(.string(text.isEmpty ? "x" : "")))]
        case .bool(let value): return [(.changeConstant, with(.bool(!value)))]
        case .long(let value):
            return [value.addingReportingOverflow(1), value.subtractingReportingOverflow(1)]
                .filter { !$0.overflow }
                .map { (.changeConstant, with(.long($0.partialValue))) }
        case .binary(let symbol, let left, let right):
            guard let (kind, other) = symbol.neighbour else { return [] }
            return [(kind, with(.binary(other, left, right)))]
        case .call(let function, let arguments):
            if let other = function.neighbour {
                return [(.moveBoundary, with(.call(other, arguments)))]
            }
            return function.neighbours(of: arguments).map { text in
                let argument = Expression(.string(Text(text)), span)
                return (.changeConstant, with(.call(function, [argument])))
            }
        case .like(let operand, let pattern):
            return pattern.looser.map { (.loosenPattern, with(.like(operand, $0))) }
        case .isType(let operand, let type, let group?):
            return [
                (.weakenTypeTest, with(.isType(operand, type, in: nil))),
                (.weakenTypeTest, with(.binary(.in, operand, group))),
            ]
        default: return []
        }
    }
}

extension Expression {
    /// `||` for `&&` and the other way round.
    var withOtherConnective: Expression {
        switch kind {
        case .and(let operands): Expression(.or(operands), span)
        case .or(let operands): Expression(.and(operands), span)
        default: self
        }
    }
}

extension BinaryOperator {
    /// What is easily written instead.
    fileprivate var neighbour: (Mutation.Kind, BinaryOperator)? {
        switch self {
        case .less: (.moveBoundary, .lessOrEqual)
        case .lessOrEqual: (.moveBoundary, .less)
        case .greater: (.moveBoundary, .greaterOrEqual)
        case .greaterOrEqual: (.moveBoundary, .greater)
        case .containsAll: (.changeQuantifier, .containsAny)
        case .containsAny: (.changeQuantifier, .containsAll)
        default: nil
        }
    }
}

extension ExtensionFunction {
    /// The comparison that differs at the boundary only.
    fileprivate var neighbour: ExtensionFunction? {
        switch self {
        case .lessThan: .lessThanOrEqual
        case .lessThanOrEqual: .lessThan
        case .greaterThan: .greaterThanOrEqual
        case .greaterThanOrEqual: .greaterThan
        default: nil
        }
    }

    /// Of an extension value given as text, the texts of those that are one more and one less in the
    /// last place or unit that is written: `5m` may have been meant as `6m`.
    ///
    /// Addresses have none: a network is not off by one.
    fileprivate func neighbours(of arguments: [Expression]) -> [String] {
        guard arguments.count == 1, case .string(let text) = arguments[0].kind else { return [] }
        func near(_ value: Int64, _ step: Int64) -> [Int64] {
            [value.addingReportingOverflow(step), value.subtractingReportingOverflow(step)]
                .filter { !$0.overflow }.map(\.partialValue)
        }
        switch self {
        case .decimal:
            guard let value = Decimal(parsing: text.utf8) else { return [] }
            return near(value.scaled, text.decimalStep).map { Decimal(scaled: $0).description }
        case .duration:
            guard let value = Duration(parsing: text.utf8) else { return [] }
            return near(value.milliseconds, text.durationStep)
                .map { Duration(milliseconds: $0).description }
        case .datetime:
            guard let value = DateTime(parsing: text.utf8) else { return [] }
            return near(value.milliseconds, text.datetimeStep)
                .compactMap { DateTime(milliseconds: $0).literal }
        default: return []
        }
    }
}

extension Text {
    /// The last place of a decimal, in ten-thousandths.
    fileprivate var decimalStep: Int64 {
        let places = utf8.count - 1 - (utf8.lastIndex(of: UInt8(ascii: ".")) ?? utf8.count)
        return [1: 1000, 2: 100, 3: 10][places] ?? 1
    }

    /// The last unit of a duration, in milliseconds.
    fileprivate var durationStep: Int64 {
        switch utf8.last {
        case UInt8(ascii: "d"): 86_400_000
        case UInt8(ascii: "h"): 3_600_000
        case UInt8(ascii: "m"): 60_000
        default: utf8.dropLast().last == UInt8(ascii: "m") ? 1 : 1000
        }
    }

    /// The smallest part of a datetime, in milliseconds.
    fileprivate var datetimeStep: Int64 {
        if utf8.count == "2024-10-15".count { return 86_400_000 }
        return utf8.contains(UInt8(ascii: ".")) ? 1 : 1000
    }
}

extension Pattern {
    /// Patterns that lack a scalar beside a wildcard: `CASE-*` may have been meant as `CASE*`.
    fileprivate var looser: [Pattern] {
        elements.indices.compactMap { index in
            guard case .scalar = elements[index] else { return nil }
            let isBeside =
                (index > 0 && elements[index - 1] == .wildcard)
                || (index + 1 < elements.count && elements[index + 1] == .wildcard)
            guard isBeside else { return nil }
            var fewer = elements
            fewer.remove(at: index)
            return Pattern(fewer)
        }
    }
}
