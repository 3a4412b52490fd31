import CedarSyntax

// Extension functions.

extension TypeChecker {
    mutating func call(
        _ function: ExtensionFunction, _ arguments: [Expression], at span: SourceSpan,
        _ known: CapabilitySet
    ) -> Answer {
        let (parameters, result) = function.signature
        var hasFailed = false
        if arguments.count != parameters.count {
            let receiver = function.isConstructor ? 0 : 1
            let wanted = parameters.count - receiver
            fail(
                span,
                "`\(function.rawValue)` takes \(Self.count(wanted)), found "
                    + "\(arguments.count - receiver)")
            hasFailed = true
        }
        if function.isConstructor {
            hasFailed = !checkLiteral(function, arguments, at: span) || hasFailed
        }
        for (index, argument) in arguments.enumerated() {
            let answer =
                index < parameters.count && !hasFailed
                ? expect(parameters[index], argument, known) : check(argument, known)
            if answer.type == nil { hasFailed = true }
        }
        return hasFailed ? .failed : Answer(result)
    }

    /// Checks the text that a value is made of; other types are left to the check of arguments.
    private mutating func checkLiteral(
        _ function: ExtensionFunction, _ arguments: [Expression], at span: SourceSpan
    ) -> Bool {
        for argument in arguments {
            switch argument.kind {
            case .string(let text):
                guard arguments.count == 1, function.applied(to: [.string(text)]) == nil else {
                    continue
                }
                fail(
                    argument.span, "\(text.quoted) is not a valid `\(function.rawValue)`",
                    help: function.exampleOfText)
                return false
            case .bool, .long, .entity: continue
            default:
                guard mode == .strict else { continue }
                fail(
                    argument.span, "`\(function.rawValue)` takes a literal text only",
                    help: "let the schema give the attribute the type "
                        + "`\(function.signature.result)`")
                return false
            }
        }
        return true
    }

    private static func count(_ arguments: Int) -> String {
        switch arguments {
        case 0: "no argument"
        case 1: "one argument"
        default: "\(arguments) arguments"
        }
    }
}

extension ExtensionFunction {
    /// The types of its parameters, the receiver of a method first, and of its result.
    fileprivate var signature: (parameters: [Expectation], result: StaticType) {
        switch self {
        case .decimal: ([.string], .extension(.decimal))
        case .ip: ([.string], .extension(.ipaddr))
        case .datetime: ([.string], .extension(.datetime))
        case .duration: ([.string], .extension(.duration))
        case .lessThan, .lessThanOrEqual, .greaterThan, .greaterThanOrEqual:
            ([.extension(.decimal), .extension(.decimal)], .bool(nil))
        case .isIpv4, .isIpv6, .isLoopback, .isMulticast: ([.extension(.ipaddr)], .bool(nil))
        case .isInRange: ([.extension(.ipaddr), .extension(.ipaddr)], .bool(nil))
        case .offset: ([.extension(.datetime), .extension(.duration)], .extension(.datetime))
        case .durationSince:
            ([.extension(.datetime), .extension(.datetime)], .extension(.duration))
        case .toDate: ([.extension(.datetime)], .extension(.datetime))
        case .toTime: ([.extension(.datetime)], .extension(.duration))
        case .toMilliseconds, .toSeconds, .toMinutes, .toHours, .toDays:
            ([.extension(.duration)], .long)
        }
    }

    /// What a constructor's text looks like.
    fileprivate var exampleOfText: String? {
        switch self {
        case .decimal: "one to four digits after the point: `decimal(\"1.5\")`"
        case .ip: "an address or a range: `ip(\"10.0.0.1\")`, `ip(\"10.0.0.0/8\")`"
        case .datetime:
            "a date, or date and time with an offset: `datetime(\"2024-05-31\")`, "
                + "`datetime(\"2024-05-31T08:30:00Z\")`"
        case .duration: "days, hours, minutes, seconds, milliseconds: `duration(\"1h30m\")`"
        default: nil
        }
    }
}
