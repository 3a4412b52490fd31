package import AuthZEN
package import DecisionPoint

/// A request as a mounted route sees it: already bounded, its caller proved.
package struct MountedRequest: Sendable {
    package let method: String
    /// The path as it came, without the query.
    package let path: String
    /// What follows the first `?`; nil without one.
    package let query: String?
    /// The header fields in the order in which they came, names in lower case.
    package let fields: [(name: String, value: String)]
    package let body: [UInt8]
    /// Who asks, as the listener's authentication found; nil when it asks for none.
    package let caller: String?
    /// The same as policies see it, with what proved it; for a local socket the process at its other
    /// end, as the kernel says.
    package let peer: AuthenticatedPeer
    /// The name of this answer in logs: 32 hexadecimal digits.
    package let decisionID: String
    /// `traceparent` when one well formed came.
    package let trace: TraceParent?
}

/// The answer of a mounted route.
package struct MountedReply: Sendable {
    package var status: Int
    package var fields: [(name: String, value: String)]
    package var body: [UInt8]
    /// What was decided, for metrics and the log; nil when there was nothing to decide.
    package var decision: DecisionRecord?
    /// What a gateway's question was about; nil for others.
    package var asked: RequestLog.AskedRequest?
    /// The name of the decision where the protocol gives it one of its own; nil otherwise.
    package var decisionID: String?

    package init(
        status: Int, fields: [(name: String, value: String)] = [], body: [UInt8] = [],
        decision: DecisionRecord? = nil, asked: RequestLog.AskedRequest? = nil,
        decisionID: String? = nil
    ) {
        self.status = status
        self.fields = fields
        self.body = body
        self.decision = decision
        self.asked = asked
        self.decisionID = decisionID
    }
}

/// A place under which another protocol answers, such as forward-auth.
package struct MountedRoute: Sendable {
    /// The path itself and everything below it is the route's.
    package let path: String
    /// Answers a request; it must not wait for anything.
    package let answer: @Sendable (MountedRequest) -> MountedReply

    /// - Parameter path: begins with a slash and does not end in one.
    package init(path: String, _ answer: @escaping @Sendable (MountedRequest) -> MountedReply) {
        self.path = path
        self.answer = answer
    }

    func holds(_ path: Substring.UTF8View) -> Bool {
        let own = self.path.utf8
        guard path.starts(with: own) else { return false }
        return path.count == own.count || path.dropFirst(own.count).first == UInt8(ascii: "/")
    }
}
