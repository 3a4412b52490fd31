/// Why a policy cannot be compiled, although it was parsed.
package enum CompileError: Error, Hashable, Sendable {
    /// A literal does not fit the bounds on values.
    case value(FlatEncoder.Failure)
    /// Code or constants outgrow their 32-bit offsets.
    case tooLarge
    /// A `has` path is longer than a jump reaches.
    case pathTooLong

    package var message: String {
        switch self {
        case .value(let failure): "a literal cannot be stored: \(failure.message)"
        case .tooLarge: "the policy set is too large: split it"
        case .pathTooLong: "the path after `has` is too long"
        }
    }
}
