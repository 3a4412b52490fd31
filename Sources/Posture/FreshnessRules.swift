/// How long what was reported counts. All in milliseconds.
package struct FreshnessRules: Sendable, Hashable {
    private var lifetimes: [PostureAttribute: Int64] = [:]
    /// What no attribute outlives.
    package var hardStop: Int64 = 7 * 24 * 3_600_000
    /// How far a source's clock may be ahead.
    package var allowedSkew: Int64 = 5 * 60_000

    package init() {}

    /// How long an attribute counts after its collection; at most ``hardStop``.
    package subscript(_ attribute: PostureAttribute) -> Int64 {
        get { min(lifetimes[attribute] ?? Self.standard(attribute), hardStop) }
        set { lifetimes[attribute] = newValue }
    }

    /// 15 minutes for what changes with an attack, a day for configuration, and for the last sign
    /// of life until the hard stop.
    private static func standard(_ attribute: PostureAttribute) -> Int64 {
        switch attribute {
        case .edrRunning, .edrScore, .compliant: 15 * 60_000
        case .lastSeen: .max
        default: 24 * 3_600_000
        }
    }
}
