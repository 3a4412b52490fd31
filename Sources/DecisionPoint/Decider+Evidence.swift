package import CedarEngine
import EntityStore

extension Decider {
    /// The principal that the last question was decided for; nil when it was refused before that.
    ///
    /// Readable until the next question.
    package var establishedPrincipal: FlatEntity? { mutating get { establisher?.chosenPrincipal } }

    /// The device of the last question's identities, readable until ``end()``.
    package var establishedDevice: FlatEntity? { mutating get { establisher?.device } }

    /// Says that a question will be asked of a resource, before what else there is to do.
    package borrowing func anticipate(resource: FlatEntity) {
        entities.reader.prefetch(resource, isSecond: false)
    }

    /// Judges the evidence and the bytes of a request, and decides it.
    ///
    /// The principal is the one that the identity leads to, or that an allowed caller names, and the
    /// context gets the member `verified`. Without an ``IdentitySettings`` the caller names the
    /// principal, and evidence is refused.
    ///
    /// - Parameters:
    ///   - listener: what the caller may do; from the listener, never from the caller.
    ///   - minimumRevision: the revision the store must have reached; 0 for any.
    package mutating func decide(
        _ question: Question, evidence: Evidence, listener: borrowing ListenerFacts,
        minimumRevision: UInt64
    ) -> Outcome {
        establisher?.chosenPrincipal = nil
        guard establisher != nil else {
            guard evidence.isEmpty else {
                // So that no reason is left of the last decision.
                if let refusal = prepare(minimumRevision) { return .refused(refusal) }
                return refuse(.notAGateway)
            }
            return decide(question, minimumRevision: minimumRevision)
        }
        if let refusal = prepare(minimumRevision) { return .refused(refusal) }
        do throws(EvidenceRejection) {
            return try establish(question, evidence, listener)
        } catch {
            return refuse(error)
        }
    }

    private mutating func establish(
        _ question: Question, _ evidence: Evidence, _ listener: borrowing ListenerFacts
    ) throws(EvidenceRejection) -> Outcome {
        if let resource = question.ownResource {
            entities.reader.prefetch(resource, isSecond: true)
        }
        var named: FlatEntity?
        if question.namesPrincipal {
            named = question.namedPrincipal()
            if named == nil { return .refused(.malformed) }
        }
        guard
            let principal = try establisher?.principal(
                evidence, listener, named: named, at: instant),
            let isFound = try establisher?.findDevice(evidence, in: entities.reader)
        else { return .refused(.identityRejected) }
        establisher?.chosenPrincipal = principal
        guard isFound else { return .refused(.storeUnavailable) }
        var isPrincipalFree = false
        if !restrictions.isEmpty {
            if let outcome = restrictedPeer(listener.certificate) ?? restrictedEvidence() {
                return outcome
            }
            // Every principal that an identity leads to was looked at.
            isPrincipalFree = establisher?.isPrincipalDerived ?? false
        }
        guard
            let request = question.validated(
                principal: principal, emptyContext: emptyContext.flat)
        else { return .refused(.malformed) }
        guard let insertion = establisher?.context(request.context) else {
            return .refused(.identityRejected)
        }
        switch insertion {
        case .present: return .refused(.reservedMember)
        case .tooLarge: return .refused(.malformed)
        case .inserted(let context):
            // The caller's part alone: what the decision point establishes is of its own types.
            if let schema = entities.actions, !schema.allows(request) {
                explain(request)
                return .refused(.schemaViolation)
            }
            return authorize(
                Request(
                    principal: principal, action: request.action, resource: request.resource,
                    context: context), isPrincipalFree: isPrincipalFree)
        }
    }

    @inline(never)
    private mutating func refuse(_ rejection: EvidenceRejection) -> Outcome {
        detail = Array("\(rejection.code)".utf8)
        return .refused(rejection.refusal)
    }
}
