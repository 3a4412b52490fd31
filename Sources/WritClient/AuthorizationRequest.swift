import CedarEngine
package import CedarSyntax
public import CedarValues

/// One question: may the principal do the action on the resource?
public struct AuthorizationRequest: Sendable {
    /// Who asks; nil for the one that the evidence leads to.
    public var principal: EntityID?
    public var action: EntityID
    public var resource: EntityID
    /// What is known of the situation; members that the policies do not read are harmless.
    public var context: [String: CedarValue]

    public init(
        principal: EntityID? = nil, action: EntityID, resource: EntityID,
        context: [String: CedarValue] = [:]
    ) {
        self.principal = principal
        self.action = action
        self.resource = resource
        self.context = context
    }
}

extension EncodedRequest {
    /// Encodes a question.
    ///
    /// - Throws: `invalidRequest` when a text in the context is no valid value of its type, or a
    ///   value is too deep or too large.
    public init(_ request: AuthorizationRequest) throws(ClientError) {
        let named: EntityUID?
        let tree: TreeRequest
        do throws(ValueError) {
            named = try request.principal?.checked("principal")
            let action = try request.action.checked("action")
            tree = TreeRequest(
                principal: named ?? action, action: action,
                resource: try request.resource.checked("resource"),
                context: try CedarValue.members(request.context, "context"))
        } catch {
            throw .invalidRequest(error.message)
        }
        try self.init(tree)
        if named == nil { principal = [] }
    }

    /// Encodes a question given as trees.
    package init(_ request: TreeRequest) throws(ClientError) {
        var encoder = FlatEncoder()
        do throws(FlatEncoder.Failure) {
            self.init(
                principal: try encoder.encode(request.principal),
                action: try encoder.encode(request.action),
                resource: try encoder.encode(request.resource),
                context: try encoder.encode(record: request.context))
        } catch {
            throw .invalidRequest(error.message)
        }
    }
}

extension Connection {
    /// Asks one question and waits for its answer; nothing else may be unanswered.
    ///
    /// Every error means that there is no decision, so the caller denies.
    ///
    /// - Parameters:
    ///   - deadline: how long after receipt the answer is of use; `nil` is the server's default.
    ///   - atLeastRevision: the revision that the store must have reached; 0 is any.
    ///   - evidence: proof of who asks, from callers that the server takes for gateways; `nil`
    ///     for none.
    public mutating func authorize(
        _ request: AuthorizationRequest, evidence: Evidence? = nil,
        deadline: Swift.Duration? = nil, atLeastRevision: UInt64 = 0
    ) throws(ClientError) -> Answer {
        try decide(
            EncodedRequest(request), evidence: evidence.map(EncodedEvidence.init),
            deadline: deadline, atLeastRevision: atLeastRevision)
    }
}
