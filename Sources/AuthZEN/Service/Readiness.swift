import DecisionPoint

/// Whether decisions can be made, and on what.
package struct Readiness: Sendable, Equatable {
    /// Whether the store can be read.
    package let isStoreReadable: Bool
    /// 0 when the store cannot be read.
    package let revision: UInt64
    package let policyVersion: UInt64
    /// Without any policy every question is refused.
    package let policyCount: Int
}

extension AuthZENService {
    /// Looks at policies and store as a request would find them now.
    package mutating func readiness() -> Readiness {
        decider.begin()
        defer { decider.end() }
        return Readiness(
            isStoreReadable: decider.isReadable, revision: decider.revision,
            policyVersion: decider.policyVersion, policyCount: decider.policyCount)
    }
}
