/// The functions and methods of Cedar's four extension types.
///
/// Source: Cedar 4.5 language reference, "Operators", extension types.
package enum ExtensionFunction: String, CaseIterable, Hashable, Sendable {
    case decimal, ip, datetime, duration
    case lessThan, lessThanOrEqual, greaterThan, greaterThanOrEqual
    case isIpv4, isIpv6, isLoopback, isMulticast, isInRange
    case offset, durationSince, toDate, toTime
    case toMilliseconds, toSeconds, toMinutes, toHours, toDays

    /// Whether it is called as `name(argument)`; all others are called as methods.
    package var isConstructor: Bool {
        switch self {
        case .decimal, .ip, .datetime, .duration: true
        default: false
        }
    }

    /// The number of arguments, the receiver of a method included.
    package var arity: Int {
        switch self {
        case .decimal, .ip, .datetime, .duration, .isIpv4, .isIpv6, .isLoopback, .isMulticast,
            .toDate, .toTime, .toMilliseconds, .toSeconds, .toMinutes, .toHours, .toDays:
            1
        case .lessThan, .lessThanOrEqual, .greaterThan, .greaterThanOrEqual, .isInRange, .offset,
            .durationSince:
            2
        }
    }
}
