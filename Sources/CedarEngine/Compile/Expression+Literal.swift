import CedarSyntax

extension Expression {
    /// The value of an expression made of literals only; nil when it is not one or would fault.
    ///
    /// Sets and records of constants and well-formed calls like `ip("10.0.0.0/8")` are constants.
    var constantValue: Value? {
        switch kind {
        case .bool(let value): return .bool(value)
        case .long(let value): return .long(value)
        case .string(let text): return .string(text)
        case .entity(let uid): return .entity(uid)
        case .set(let elements):
            var values: [Value] = []
            for element in elements {
                guard let value = element.constantValue else { return nil }
                values.append(value)
            }
            return .set(values)
        case .record(let members):
            var values: [(key: Text, value: Value)] = []
            for member in members {
                guard let value = member.value.constantValue else { return nil }
                values.append((member.key, value))
            }
            return .record(values)
        case .call(let function, let arguments):
            guard arguments.count == 1, case .string(let text) = arguments[0].kind else {
                return nil
            }
            switch function {
            case .ip: return IPAddress(parsing: text.utf8).map { .ip($0) }
            case .decimal: return Decimal(parsing: text.utf8).map { .decimal($0) }
            case .datetime: return DateTime(parsing: text.utf8).map { .datetime($0) }
            case .duration: return Duration(parsing: text.utf8).map { .duration($0) }
            default: return nil
            }
        case .variable, .not, .negate, .and, .or, .binary, .isEmpty, .ifThenElse, .attribute,
            .has, .like, .isType:
            return nil
        }
    }
}
