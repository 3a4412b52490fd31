import DecisionPoint

/// What the ext_authz service has done so far.
package struct ExtAuthzStatistics: Sendable, Equatable {
    /// Messages that were answered with a decision.
    package var calls: UInt64 = 0
    /// Those of them that were allowed.
    package var allowed: UInt64 = 0
    /// Those of them that were denied because the message could not be read.
    package var malformed: UInt64 = 0
    /// Calls that got a gRPC or HTTP status instead of a decision.
    package var refusedCalls: UInt64 = 0
    /// Calls whose deadline passed first.
    package var expired: UInt64 = 0
    /// Connections of peers that are not on the list.
    package var refusedPeers: UInt64 = 0
    /// Connections for which there was no room.
    package var refusedConnections: UInt64 = 0
    /// Connections closed for what they sent or left unread.
    package var cutConnections: UInt64 = 0
}

/// Counters written by one loop and read by any thread; the loop's own figures are not here.
final class ExtAuthzBoard: Sendable {
    let calls = EventCounter()
    let allowed = EventCounter()
    let malformed = EventCounter()
    let refusedCalls = EventCounter()
    let expired = EventCounter()
    let cutConnections = EventCounter()

    var figures: ExtAuthzStatistics {
        ExtAuthzStatistics(
            calls: calls.value, allowed: allowed.value, malformed: malformed.value,
            refusedCalls: refusedCalls.value, expired: expired.value,
            cutConnections: cutConnections.value)
    }
}
