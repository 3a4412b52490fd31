/// Policies, templates and links: what one source text holds, in source order.
package struct PolicySet: Sendable {
    package struct Member: Sendable {
        /// `policy0`, `policy1`, … in source order, templates counted too.
        package var id: Text
        package var policy: Policy
        private let isCalledTemplate: Bool

        /// Whether it applies only through links. JSON may give a template without slots.
        package var isTemplate: Bool { isCalledTemplate || policy.isTemplate }

        package init(id: Text, policy: Policy) {
            self.init(id: id, policy: policy, isTemplate: false)
        }

        /// Makes a member; a policy with a slot is a template whatever is asked for.
        package init(id: Text, policy: Policy, isTemplate: Bool) {
            self.id = id
            self.policy = policy
            isCalledTemplate = isTemplate
        }
    }

    /// Static policies and templates.
    package var members: [Member]
    /// The links made of the templates; each was checked when it was added.
    package internal(set) var links: [TemplateLink] = []

    package init(members: [Member]) {
        self.members = members
    }
}
