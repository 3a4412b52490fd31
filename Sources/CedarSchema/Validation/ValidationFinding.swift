package import CedarSyntax

/// What validation has to say of one policy.
package struct ValidationFinding: Hashable, Sendable {
    /// The id of the policy or template.
    package var policy: Text
    /// Its span lies in the text that the policy was parsed from; warnings do not make a policy
    /// invalid.
    package var diagnostic: Diagnostic

    package init(policy: Text, diagnostic: Diagnostic) {
        self.policy = policy
        self.diagnostic = diagnostic
    }
}
