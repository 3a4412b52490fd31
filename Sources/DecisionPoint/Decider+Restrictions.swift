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
        if let principal = certificate?.principal, let outcome = restricted(principal) {
            return outcome
        }
        if let principal = token?.principal { return restricted(principal) }
        return nil
    }

    /// Why nothing is decided for a peer, whatever it asks: its own certificate or token is
    /// restricted, or that cannot be told. ``detail`` has the reason of the restriction.
    ///
    /// Call it between ``begin()`` and ``end()``. Every decision looks at the same by itself.
    package mutating func refusal(of listener: borrowing ListenerFacts) -> Refusal? {
        guard listener.certificate != nil || listener.token != nil else { return nil }
        if !detail.isEmpty { detail = [] }
        guard isReadable else { return .storeUnavailable }
        guard case .refused(let refusal)? = restrictedPeer(listener) else { return nil }
        return refusal
    }

    /// Refuses what a peer asks whose own certificate or token is restricted, for whomever it asks: by
    /// itself, or as that of a device or an entity.
    @inline(never)
    mutating func restrictedPeer(_ listener: borrowing ListenerFacts) -> Outcome? {
        if let certificate = listener.certificate,
            let outcome = restricted(certificate.restrictable)
                ?? restricted(certificate.principal, certificate.deviceKeys)
        {
            return outcome
        }
        guard let token = listener.token else { return nil }
        return restricted(token.restrictable)
            ?? restricted(token.principal, token.deviceKey.map { [$0] } ?? [])
    }

    /// Refuses the entity that an identity stands for, and the devices that it leads to.
    private mutating func restricted(
        _ principal: FlatEntity?, _ deviceKeys: [DeviceIdentity]
    ) -> Outcome? {
        guard restrictions.hasEntities else { return nil }
        if let principal, let outcome = restricted(principal) { return outcome }
        for key in deviceKeys {
            switch entities.reader.device(by: key) {
            case .absent: continue
            case .failed: return .refused(.storeUnavailable)
            case .found(let device):
                if let outcome = restricted(device) { return outcome }
            }
        }
        return nil
    }

    private mutating func restricted(_ identities: [RestrictableIdentity]) -> Outcome? {
        restrictions.match(anyOf: identities, at: instant).map { refuse($0) }
    }

    private mutating func refuse(_ match: RestrictionSet.Match) -> Outcome {
        detail = restrictions.reason(match)
        return .refused(.quarantined)
    }
}
