import CedarEngine
package import CedarSyntax

/// What a service would make of evidence, found out without a request.
package struct IdentityInspection {
    /// Why the evidence leads to no principal; nil when it does. ``EvidenceRejection``'s code.
    package let code: String?
    /// Nil when no rule says which entity the identity is.
    package let principal: EntityUID?
    /// The members of `verified` but for `gateway`; none when the evidence was rejected.
    package let verified: [(key: Text, value: Value)]

    /// Judges evidence as it would be from a gateway.
    ///
    /// The device is not looked for, as that takes a store.
    package init(_ evidence: Evidence, _ settings: IdentitySettings) {
        let listener = ListenerFacts(
            listener: "", peer: .anonymous, mayNamePrincipal: false, mayAttachEvidence: true,
            requiresEvidence: false)
        var establisher = Establisher(settings)
        do throws(EvidenceRejection) {
            principal = try establisher.principal(
                evidence, listener, named: nil, at: settings.clock.now()
            ).uid
            code = nil
        } catch {
            principal = nil
            code = "\(error.code)"
            // An identity may be verified and yet be nobody.
            let isVerified =
                code == "\(EvidenceRejection.principalUnmapped.code)"
                || code == "\(EvidenceRejection.principalMissing.code)"
            guard isVerified, !evidence.isEmpty else {
                verified = []
                return
            }
        }
        let empty = FlatConstant.emptyRecord()
        guard case .inserted(let context) = establisher.context(FlatRecord(empty.flat)),
            case .record(let members)? = context.members.first?.value
        else {
            verified = []
            return
        }
        verified = members.filter { $0.key != "gateway" }
        withExtendedLifetime(empty) {}
    }
}
