extension ExtensionFunction {
    /// Evaluates the function on values: for data in JSON, off the decision path.
    ///
    /// Nil for a wrong number or type of arguments, an invalid text, or an overflow.
    package func applied(to arguments: [Value]) -> Value? {
        guard arguments.count == arity else { return nil }
        switch (self, arguments[0], arguments.count > 1 ? arguments[1] : nil) {
        case (.decimal, .string(let text), nil):
            return Decimal(parsing: text.utf8).map { .decimal($0) }
        case (.ip, .string(let text), nil):
            return IPAddress(parsing: text.utf8).map { .ip($0) }
        case (.datetime, .string(let text), nil):
            return DateTime(parsing: text.utf8).map { .datetime($0) }
        case (.duration, .string(let text), nil):
            return Duration(parsing: text.utf8).map { .duration($0) }
        case (_, .decimal(let left), .decimal(let right)?):
            return compare(left, right)
        case (.isInRange, .ip(let left), .ip(let right)?):
            return .bool(left.isInRange(right))
        case (_, .ip(let address), nil):
            return test(address)
        case (.offset, .datetime(let instant), .duration(let span)?):
            return instant.offset(by: span).map { .datetime($0) }
        case (.durationSince, .datetime(let left), .datetime(let right)?):
            return left.since(right).map { .duration($0) }
        case (.toDate, .datetime(let instant), nil):
            return instant.toDate().map { .datetime($0) }
        case (.toTime, .datetime(let instant), nil):
            return .duration(instant.toTime())
        case (_, .duration(let span), nil):
            return convert(span)
        default:
            return nil
        }
    }

    private func compare(_ left: Decimal, _ right: Decimal) -> Value? {
        switch self {
        case .lessThan: .bool(left.scaled < right.scaled)
        case .lessThanOrEqual: .bool(left.scaled <= right.scaled)
        case .greaterThan: .bool(left.scaled > right.scaled)
        case .greaterThanOrEqual: .bool(left.scaled >= right.scaled)
        default: nil
        }
    }

    private func test(_ address: IPAddress) -> Value? {
        switch self {
        case .isIpv4: .bool(!address.isIPv6)
        case .isIpv6: .bool(address.isIPv6)
        case .isLoopback: .bool(address.isLoopback)
        case .isMulticast: .bool(address.isMulticast)
        default: nil
        }
    }

    private func convert(_ span: Duration) -> Value? {
        switch self {
        case .toMilliseconds: .long(span.milliseconds)
        case .toSeconds: .long(span.toSeconds)
        case .toMinutes: .long(span.toMinutes)
        case .toHours: .long(span.toHours)
        case .toDays: .long(span.toDays)
        default: nil
        }
    }
}
