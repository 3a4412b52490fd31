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

    /// Judges the evidence, and decides a request whose parts are valid flat values, made here or lent
    /// by the store, for the principal that it names.
    ///
    /// Otherwise as ``decide(_:evidence:listener:minimumRevision:)``.
    package mutating func decide(
        _ request: Request, evidence: Evidence, listener: borrowing ListenerFacts
    ) -> Outcome {
        establisher?.chosenPrincipal = nil
        if establisher == nil, evidence.isEmpty { return decide(request) }
        if let refusal = prepare(0) { return .refused(refusal) }
        do throws(EvidenceRejection) {
            guard establisher != nil else { throw .notAGateway }
            switch try identified(named: request.principal, evidence, listener) {
            case .refused(let outcome): return outcome
            case .known: return conclude(request)
            }
        } catch {
            return refuse(error)
        }
    }

    /// Judges the evidence of a search, whose context gets the member `verified`.
    ///
    /// Who is looked for among subjects is proved by nothing, so no certificate and no token may come
    /// then.
    ///
    /// - Returns: the search as it is to be made, whose memory stays until the next question; nil when
    ///   nothing is to be found, for a reason as that of a decision.
    package mutating func established(
        _ search: EntitySearch, evidence: Evidence, listener: borrowing ListenerFacts
    ) -> Result<EntitySearch, SearchRefusal> {
        establisher?.chosenPrincipal = nil
        if establisher == nil, evidence.isEmpty { return .success(search) }
        if let refusal = prepare(0) { return .failure(SearchRefusal(refusal)) }
        do throws(EvidenceRejection) {
            guard establisher != nil else { throw .notAGateway }
            switch search.role {
            case .principal:
                try establisher?.situation(evidence, listener, at: instant)
                if case .refused(let refusal)? = restrictedPeer(listener) {
                    return .failure(SearchRefusal(refusal))
                }
            case .resource:
                if case .refused(.refused(let refusal)) = try identified(
                    named: search.known, evidence, listener)
                {
                    return .failure(SearchRefusal(refusal))
                }
            }
        } catch {
            detail = Array("\(error.code)".utf8)
            return .failure(SearchRefusal(error.refusal))
        }
        guard let insertion = establisher?.context(search.context) else {
            return .failure(SearchRefusal(.identityRejected))
        }
        switch insertion {
        case .present: return .failure(SearchRefusal(.reservedMember))
        case .tooLarge: return .failure(SearchRefusal(.malformed))
        case .inserted(let context): return .success(search.decided(in: context))
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
        switch try identified(named: named, evidence, listener) {
        case .refused(let outcome): return outcome
        case .known(let principal):
            guard
                let request = question.validated(
                    principal: principal, emptyContext: emptyContext.flat)
            else { return .refused(.malformed) }
            return conclude(request)
        }
    }

    /// Who asks, or why that does not matter.
    private enum Identification {
        case known(FlatEntity)
        case refused(Outcome)
    }

    /// Finds out who asks, and on which device.
    private mutating func identified(
        named: FlatEntity?, _ evidence: Evidence, _ listener: borrowing ListenerFacts
    ) throws(EvidenceRejection) -> Identification {
        guard
            let principal = try establisher?.principal(
                evidence, listener, named: named, at: instant),
            let isFound = try establisher?.findDevice(evidence, in: entities.reader)
        else { return .refused(.refused(.identityRejected)) }
        establisher?.chosenPrincipal = principal
        guard isFound else { return .refused(.refused(.storeUnavailable)) }
        if !restrictions.isEmpty,
            let outcome = restrictedPeer(listener) ?? restrictedEvidence()
        {
            return .refused(outcome)
        }
        return .known(principal)
    }

    /// Decides a request with what was established beside what the caller says.
    private mutating func conclude(_ request: Request) -> Outcome {
        guard let insertion = establisher?.context(request.context) else {
            return .refused(.identityRejected)
        }
        switch insertion {
        case .present: return .refused(.reservedMember)
        case .tooLarge: return .refused(.malformed)
        case .inserted(let context):
            // Every principal that an identity leads to was looked at when it was identified.
            return judge(
                request, in: context, isPrincipalFree: establisher?.isPrincipalDerived ?? false)
        }
    }

    /// Decides a request whose context is that of the caller with more in it.
    ///
    /// The caller's part alone must conform: what the decision point establishes is of its own types.
    ///
    /// - Parameter isPrincipalFree: whether the principal is known not to be restricted.
    mutating func judge(
        _ request: Request, in context: FlatRecord, isPrincipalFree: Bool = false
    ) -> Outcome {
        if let schema = entities.actions, !schema.allows(request) {
            explain(request)
            return .refused(.schemaViolation)
        }
        return authorize(
            Request(
                principal: request.principal, action: request.action, resource: request.resource,
                context: context), isPrincipalFree: isPrincipalFree)
    }

    @inline(never)
    private mutating func refuse(_ rejection: EvidenceRejection) -> Outcome {
        detail = Array("\(rejection.code)".utf8)
        return .refused(rejection.refusal)
    }
}

/// Why a search finds nothing.
package struct SearchRefusal: Error, Hashable, Sendable {
    package let refusal: Refusal

    init(_ refusal: Refusal) { self.refusal = refusal }
}
