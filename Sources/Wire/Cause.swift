/// Why a decision is what it is.
///
/// The numbers are stable. Only `decided` can come with an allow; every other cause is a deny.
public enum Cause: UInt8, BitwiseCopyable, Sendable, CaseIterable {
    /// The policies decided by themselves, including the default deny when none is satisfied.
    case decided = 0
    /// The request's body or one of its values is not well formed.
    case malformedRequest = 1
    /// The request, or the answer it would need, is larger than a limit.
    case tooLarge = 2
    /// The request's deadline passed before it was decided.
    case deadlineExceeded = 3
    /// The server had no room for the request.
    case overloaded = 4
    /// The store has not reached the revision that the request demands.
    case staleRevision = 5
    /// A `forbid` policy failed to evaluate and the server is strict about it.
    case policyError = 6
    /// No policy set is loaded.
    case noPolicies = 7
    /// The entity store could not be read.
    case storeUnavailable = 8
    /// The server failed in a way that has no better name.
    case internalError = 9
    /// The peer is not allowed to ask this.
    case unauthorizedPeer = 10
    /// The identity that came with the request was rejected.
    case identityRejected = 11
    /// The context carries a member that only the server may establish.
    case reservedMember = 12
    /// The request does not conform to the schema.
    case schemaViolation = 13
    /// The server is stopping.
    case shuttingDown = 14
    /// The identity, its device or its organisation is in quarantine.
    case quarantined = 15
}
