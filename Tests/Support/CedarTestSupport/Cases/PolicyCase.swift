package import CedarSyntax

/// A policy text, entities and requests to be decided: one case for comparing evaluators.
package struct PolicyCase: Sendable {
    package var id: String
    /// A text of policies in Cedar's syntax.
    package var policies: Text
    package var entities: [Entity]
    package var requests: [TreeRequest]

    package init(id: String, policies: Text, entities: [Entity], requests: [TreeRequest]) {
        self.id = id
        self.policies = policies
        self.entities = entities
        self.requests = requests
    }
}
