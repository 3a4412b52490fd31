/// What is kept of one decision for the log.
package struct DecisionRecord: Sendable, Equatable {
    /// How it ended.
    package enum Outcome: Sendable, Equatable {
        case allowed
        case denied
        /// A deny for another cause than policies, by its name.
        case refused(String)
    }

    /// Entities as Cedar writes them, as in `User::"alice"`; nil for what is not known here.
    package var principal: String?
    package var action: String?
    package var resource: String?
    package var outcome: Outcome
    /// What the cause of a refusal does not say; empty when that is nothing.
    package var detail = ""
    /// The ids of the determining policies.
    package var policies: [String]
    /// The ids of the policies that could not be evaluated.
    package var errors: [String]
    package var policyVersion: UInt64
    package var revision: UInt64

    package init(
        principal: String? = nil, action: String? = nil, resource: String? = nil,
        outcome: Outcome, policies: [String] = [], errors: [String] = [],
        policyVersion: UInt64 = 0, revision: UInt64 = 0
    ) {
        self.principal = principal
        self.action = action
        self.resource = resource
        self.outcome = outcome
        self.policies = policies
        self.errors = errors
        self.policyVersion = policyVersion
        self.revision = revision
    }
}
