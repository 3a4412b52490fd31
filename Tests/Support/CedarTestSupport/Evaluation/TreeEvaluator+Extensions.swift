import CedarSyntax

extension TreeEvaluator {
    /// Calls an extension function; the number of arguments is checked before their types.
    func call(_ function: ExtensionFunction, _ arguments: [Value]) throws(TreeFault) -> Value {
        guard arguments.count == function.arity else { throw .wrongArgumentCount }
        if function.arity == 2 { return try call(function, arguments[0], arguments[1]) }
        let argument = arguments[0]
        switch function {
        case .decimal: return .decimal(try parsed(Decimal(parsing: argument.string().utf8)))
        case .ip: return .ip(try parsed(IPAddress(parsing: argument.string().utf8)))
        case .datetime: return .datetime(try parsed(DateTime(parsing: argument.string().utf8)))
        case .duration: return .duration(try parsed(Duration(parsing: argument.string().utf8)))
        case .isIpv4: return .bool(try !argument.ip().isIPv6)
        case .isIpv6: return .bool(try argument.ip().isIPv6)
        case .isLoopback: return .bool(try argument.ip().isLoopback)
        case .isMulticast: return .bool(try argument.ip().isMulticast)
        case .toDate: return .datetime(try inRange(argument.datetime().toDate()))
        case .toTime: return .duration(try argument.datetime().toTime())
        case .toMilliseconds: return .long(try argument.duration().milliseconds)
        case .toSeconds: return .long(try argument.duration().milliseconds / 1_000)
        case .toMinutes: return .long(try argument.duration().milliseconds / 60_000)
        case .toHours: return .long(try argument.duration().milliseconds / 3_600_000)
        case .toDays: return .long(try argument.duration().milliseconds / 86_400_000)
        default: preconditionFailure("`\(function.rawValue)` takes two arguments")
        }
    }

    private func call(_ function: ExtensionFunction, _ left: Value, _ right: Value)
        throws(TreeFault) -> Value
    {
        switch function {
        case .lessThan: return .bool(try left.decimal().scaled < right.decimal().scaled)
        case .lessThanOrEqual: return .bool(try left.decimal().scaled <= right.decimal().scaled)
        case .greaterThan: return .bool(try left.decimal().scaled > right.decimal().scaled)
        case .greaterThanOrEqual: return .bool(try left.decimal().scaled >= right.decimal().scaled)
        case .isInRange: return .bool(try left.ip().isInRange(right.ip()))
        case .offset: return .datetime(try inRange(left.datetime().offset(by: right.duration())))
        case .durationSince: return .duration(try inRange(left.datetime().since(right.datetime())))
        default: preconditionFailure("`\(function.rawValue)` takes one argument")
        }
    }

    private func parsed<T>(_ value: T?) throws(TreeFault) -> T {
        guard let value else { throw .badExtensionText }
        return value
    }

    private func inRange<T>(_ value: T?) throws(TreeFault) -> T {
        guard let value else { throw .overflow }
        return value
    }
}

extension Value {
    fileprivate func decimal() throws(TreeFault) -> Decimal {
        guard case .decimal(let value) = self else { throw .typeError }
        return value
    }

    fileprivate func ip() throws(TreeFault) -> IPAddress {
        guard case .ip(let value) = self else { throw .typeError }
        return value
    }

    fileprivate func datetime() throws(TreeFault) -> DateTime {
        guard case .datetime(let value) = self else { throw .typeError }
        return value
    }

    fileprivate func duration() throws(TreeFault) -> Duration {
        guard case .duration(let value) = self else { throw .typeError }
        return value
    }
}
