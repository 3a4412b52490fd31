import CedarEngine
import EntityStore

extension Decider {
    /// Refuses what is restricted: the principal, the resource, the action and what they are in.
    ///
    /// - Returns: nil when nothing is.
    @inline(__always)
    mutating func restricted(_ request: Request) -> Outcome? {
        guard restrictions.hasEntities else { return nil }
        return restricted(request.principal) ?? restricted(request.resource)
            ?? restricted(request.action)
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

    /// Refuses identities of a certificate that are restricted.
    ///
    /// - Parameter certificate: the leaf that was verified.
    @inline(never)
    mutating func restricted(_ certificate: JudgedCertificate) -> Outcome? {
        guard restrictions.hasIdentities else { return nil }
        let (now, facts) = (instant, certificate.restrictable)
        var match = restrictions.match(thumbprint: facts.thumbprint.span, at: now)
        if match == nil, !facts.spiffeID.isEmpty {
            match = restrictions.match(spiffeID: facts.spiffeID.span, at: now)
        }
        if match == nil {
            match = restrictions.match(
                issuer: facts.issuer.span, serial: facts.serial.span, at: now)
        }
        return match.map { refuse($0) }
    }

    private mutating func refuse(_ match: RestrictionSet.Match) -> Outcome {
        detail = restrictions.reason(match)
        return .refused(.quarantined)
    }
}
