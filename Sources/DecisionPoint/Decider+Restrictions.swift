import CedarEngine
import EntityStore

extension Decider {
    /// Refuses what is restricted: the principal, the resource, the action and what they are in.
    ///
    /// - Parameter isPrincipalFree: whether the principal was looked at already.
    /// - Returns: nil when nothing is.
    @inline(__always)
    mutating func restricted(_ request: Request, isPrincipalFree: Bool) -> Outcome? {
        guard restrictions.hasEntities else { return nil }
        if !isPrincipalFree, let outcome = restricted(request.principal) { return outcome }
        return restricted(request.resource) ?? restricted(request.action)
    }

    /// Refuses an entity that is restricted, or in one that is.
    @inline(never)
    mutating func restricted(_ entity: FlatEntity) -> Outcome? {
        switch restrictions.match(entity, in: entities, at: instant) {
        case .free: return nil
        case .failed: return .refused(.storeUnavailable)
        case .restricted(let match): return refuse(match)
        }
    }

    /// Refuses the identities, mapped principals and device of evidence that are restricted.
    ///
    /// Who presents a certificate and a token is refused when either is, whichever of them leads to
    /// the principal.
    @inline(never)
    mutating func restrictedEvidence() -> Outcome? {
        let (certificate, token) = (establisher?.certificate, establisher?.token)
        if let certificate, let outcome = restricted(certificate.restrictable) { return outcome }
        if let token, let outcome = restricted(token.restrictable) { return outcome }
        guard restrictions.hasEntities else { return nil }
        if let device = establisher?.device, let outcome = restricted(device) { return outcome }
        if let principal = certificate?.principal,
            let outcome = restricted(FlatEntity(principal.flat))
        {
            return outcome
        }
        if let principal = token?.principal { return restricted(FlatEntity(principal.flat)) }
        return nil
    }

    /// Refuses what a peer asks whose own certificate is restricted, for whomever it asks.
    mutating func restrictedPeer(_ certificate: JudgedCertificate?) -> Outcome? {
        certificate.flatMap { restricted($0.restrictable) }
    }

    private mutating func restricted(_ identities: [RestrictableIdentity]) -> Outcome? {
        restrictions.match(anyOf: identities, at: instant).map { refuse($0) }
    }

    private mutating func refuse(_ match: RestrictionSet.Match) -> Outcome {
        detail = restrictions.reason(match)
        return .refused(.quarantined)
    }
}
