import CedarSyntax

extension ExtensionFunction {
    /// The number that stands for the function in code.
    var code: UInt8 {
        switch self {
        case .decimal: 0
        case .ip: 1
        case .datetime: 2
        case .duration: 3
        case .lessThan: 4
        case .lessThanOrEqual: 5
        case .greaterThan: 6
        case .greaterThanOrEqual: 7
        case .isIpv4: 8
        case .isIpv6: 9
        case .isLoopback: 10
        case .isMulticast: 11
        case .isInRange: 12
        case .offset: 13
        case .durationSince: 14
        case .toDate: 15
        case .toTime: 16
        case .toMilliseconds: 17
        case .toSeconds: 18
        case .toMinutes: 19
        case .toHours: 20
        case .toDays: 21
        }
    }

    /// The function of a number; nil for any other number.
    // A switch, not `allCases`: that would make an array for each call.
    @inline(__always)
    init?(code: UInt8) {
        switch code {
        case 0: self = .decimal
        case 1: self = .ip
        case 2: self = .datetime
        case 3: self = .duration
        case 4: self = .lessThan
        case 5: self = .lessThanOrEqual
        case 6: self = .greaterThan
        case 7: self = .greaterThanOrEqual
        case 8: self = .isIpv4
        case 9: self = .isIpv6
        case 10: self = .isLoopback
        case 11: self = .isMulticast
        case 12: self = .isInRange
        case 13: self = .offset
        case 14: self = .durationSince
        case 15: self = .toDate
        case 16: self = .toTime
        case 17: self = .toMilliseconds
        case 18: self = .toSeconds
        case 19: self = .toMinutes
        case 20: self = .toHours
        case 21: self = .toDays
        default: return nil
        }
    }

    /// Whether it always gives a bool.
    var isTest: Bool {
        switch self {
        case .lessThan, .lessThanOrEqual, .greaterThan, .greaterThanOrEqual, .isIpv4, .isIpv6,
            .isLoopback, .isMulticast, .isInRange:
            true
        case .decimal, .ip, .datetime, .duration, .offset, .durationSince, .toDate, .toTime,
            .toMilliseconds, .toSeconds, .toMinutes, .toHours, .toDays:
            false
        }
    }
}
