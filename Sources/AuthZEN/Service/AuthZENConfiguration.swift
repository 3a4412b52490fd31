/// How the API answers; the defaults are the strict ones.
package struct AuthZENConfiguration: Sendable {
    package var mapping = AuthZENMapping()
    package var limits = AuthZENLimits()
    package var defaults = DefaultsRule.replacement
    /// Seals page tokens; a key of this process unless one is shared.
    package var pageTokenKey = PageTokenKey.random()
    /// Whether answers name the policies behind them, in `context`.
    package var namesPolicies = false
    /// What policies call the listener in `verified.gateway.listener`.
    package var listener = "authzen"
    /// Whether a question without a certificate or a token of its subject is denied.
    package var requiresEvidence = false
    /// Whether replies carry what the log needs of each decision.
    package var recordsDecisions = false

    package init() {}
}
