/// The policies and templates of one source text, in source order.
package struct PolicySet: Sendable {
    package struct Member: Sendable {
        /// `policy0`, `policy1`, … in source order, templates counted too.
        package var id: Text
        package var policy: Policy

        package init(id: Text, policy: Policy) {
            self.id = id
            self.policy = policy
        }
    }

    package var members: [Member]

    package init(members: [Member]) {
        self.members = members
    }
}
