import CedarSyntax

extension Machine {
    /// Calls an extension function: arguments first, then their number, then their types.
    func call(_ code: UInt8, count: Int, _ workspace: inout Workspace) throws(Fault) {
        guard let function = ExtensionFunction(code: code), count == function.arity else {
            throw .wrongArgumentCount
        }
        let second = count == 2 ? workspace.stack.pop() : Operand(false)
        let first = workspace.stack.pop()
        let result: Operand
        switch function {
        case .ip:
            result = try ip(first, &workspace)
        case .decimal, .datetime, .duration:
            result = try construct(function, first)
        case .lessThan, .lessThanOrEqual, .greaterThan, .greaterThanOrEqual:
            result = Operand(try compareDecimals(function, first, second))
        case .isIpv4, .isIpv6, .isLoopback, .isMulticast, .isInRange:
            result = Operand(try test(function, first, second))
        case .offset, .durationSince, .toDate, .toTime:
            result = try datetime(function, first, second)
        case .toMilliseconds, .toSeconds, .toMinutes, .toHours, .toDays:
            result = Operand(try convert(function, first))
        }
        workspace.stack.push(result)
    }

    private func ip(_ text: Operand, _ workspace: inout Workspace) throws(Fault) -> Operand {
        guard let address = try text.string().withUTF8({ IPAddress(parsing: $0) }) else {
            throw .invalidExtensionValue
        }
        guard let flat = FlatAssembler.ip(address, in: &workspace.arena) else {
            throw .workspaceExhausted
        }
        return Operand(.ip, flat.address)
    }

    private func construct(
        _ function: ExtensionFunction, _ text: Operand
    ) throws(Fault) -> Operand {
        let string = try text.string()
        let operand: Operand? = string.withUTF8 { utf8 in
            switch function {
            case .decimal:
                Decimal(parsing: utf8).map { Operand(.decimal, UInt64(bitPattern: $0.scaled)) }
            case .datetime:
                DateTime(parsing: utf8).map {
                    Operand(.datetime, UInt64(bitPattern: $0.milliseconds))
                }
            default:
                Duration(parsing: utf8).map {
                    Operand(.duration, UInt64(bitPattern: $0.milliseconds))
                }
            }
        }
        guard let operand else { throw .invalidExtensionValue }
        return operand
    }

    private func compareDecimals(
        _ function: ExtensionFunction, _ left: Operand, _ right: Operand
    ) throws(Fault) -> Bool {
        guard left.tag == .decimal, right.tag == .decimal else { throw .typeError }
        switch function {
        case .lessThan: return left.signed < right.signed
        case .lessThanOrEqual: return left.signed <= right.signed
        case .greaterThan: return left.signed > right.signed
        default: return left.signed >= right.signed
        }
    }

    private func test(
        _ function: ExtensionFunction, _ left: Operand, _ right: Operand
    ) throws(Fault) -> Bool {
        guard left.tag == .ip else { throw .typeError }
        let address = IPAddress(left.flat)
        switch function {
        case .isIpv4: return !address.isIPv6
        case .isIpv6: return address.isIPv6
        case .isLoopback: return address.isLoopback
        case .isMulticast: return address.isMulticast
        default:
            guard right.tag == .ip else { throw .typeError }
            return address.isInRange(IPAddress(right.flat))
        }
    }

    private func datetime(
        _ function: ExtensionFunction, _ left: Operand, _ right: Operand
    ) throws(Fault) -> Operand {
        guard left.tag == .datetime else { throw .typeError }
        let instant = DateTime(milliseconds: left.signed)
        switch function {
        case .offset:
            guard right.tag == .duration else { throw .typeError }
            return try operand(instant.offset(by: Duration(milliseconds: right.signed)))
        case .durationSince:
            guard right.tag == .datetime else { throw .typeError }
            guard let span = instant.since(DateTime(milliseconds: right.signed)) else {
                throw .overflow
            }
            return Operand(.duration, UInt64(bitPattern: span.milliseconds))
        case .toDate:
            return try operand(instant.toDate())
        default:
            return Operand(.duration, UInt64(bitPattern: instant.toTime().milliseconds))
        }
    }

    private func operand(_ instant: DateTime?) throws(Fault) -> Operand {
        guard let instant else { throw .overflow }
        return Operand(.datetime, UInt64(bitPattern: instant.milliseconds))
    }

    private func convert(
        _ function: ExtensionFunction, _ operand: Operand
    ) throws(Fault) -> Int64 {
        guard operand.tag == .duration else { throw .typeError }
        let span = Duration(milliseconds: operand.signed)
        switch function {
        case .toMilliseconds: return span.milliseconds
        case .toSeconds: return span.toSeconds
        case .toMinutes: return span.toMinutes
        case .toHours: return span.toHours
        default: return span.toDays
        }
    }
}
