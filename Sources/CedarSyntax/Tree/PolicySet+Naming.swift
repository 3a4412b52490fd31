extension PolicySet {
    /// Gives each policy the id that its `@id` annotation names, as Cedar's command line does.
    ///
    /// A policy without one keeps a positional id, `policy0`, `policy1`, …
    ///
    /// - Parameters:
    ///   - first: the number of policies in the files read before this one.
    ///   - taken: ids in use and the file they come from; those of this set are added.
    ///   - file: the name of this file, for messages.
    /// - Throws: when an id is used twice.
    package func named(
        after first: Int = 0, taken: inout [Text: String], in file: String
    ) throws(Diagnostics) -> PolicySet {
        var members: [Member] = []
        members.reserveCapacity(self.members.count)
        for (index, member) in self.members.enumerated() {
            let id = member.policy.annotation("id") ?? Text("policy\(first + index)")
            if let other = taken.updateValue(file, forKey: id) {
                throw Diagnostics(
                    Diagnostic(
                        span: member.policy.span,
                        message: "the policy id `\(id)` is used twice, first in `\(other)`",
                        help: "give each policy an `@id` of its own"))
            }
            members.append(Member(id: id, policy: member.policy))
        }
        return PolicySet(members: members)
    }
}
