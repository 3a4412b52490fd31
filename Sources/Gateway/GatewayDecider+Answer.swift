package import CedarEngine
package import DecisionPoint

// What the last answer consists of. Mutating in form only, as in `Decider`.
extension GatewayDecider {
    /// Lends the id of the decision, sixteen lower-case hexadecimal digits.
    package mutating func withDecisionID(_ body: (Span<UInt8>) -> Void) {
        idDigits.withUTF8(body)
    }

    /// The version of the policies that decided.
    package var policyVersion: UInt64 { mutating get { decider.policyVersion } }

    /// The revision of the store that was decided on; 0 when it cannot be read.
    package var revision: UInt64 { mutating get { decider.revision } }

    /// Lends what the cause does not say, in UTF-8; not called when that is nothing.
    package mutating func withDetail(_ body: (Span<UInt8>) -> Void) {
        guard code.isEmpty else {
            return code.withUTF8 { unsafe body(Span(_unsafeElements: $0)) }
        }
        let detail = decider.detail
        if !detail.isEmpty { body(detail.span) }
    }

    package var reasonCount: Int { mutating get { decider.reasonCount } }

    /// The id of a determining policy.
    package mutating func reason(_ index: Int) -> FlatString { decider.reason(index) }

    package var errorCount: Int { mutating get { decider.errorCount } }

    /// The id of a policy that could not be evaluated.
    package mutating func failedPolicy(_ index: Int) -> FlatString { decider.error(index).policy }

    /// Lends what the determining policies ask for, part by part: kind, name and value.
    ///
    /// Header fields with the name of an identity field are left out: who asks is not for policies to
    /// say. Nothing is lent when policies did not decide.
    package mutating func withParts(
        _ body: (Obligations.Kind, Span<UInt8>, Span<UInt8>) -> Void
    ) {
        guard let obligations else { return }
        for index in merged.parts.indices {
            let kind = obligations.kind(merged.parts[index])
            obligations.withPart(merged.parts[index]) { name, value in
                if kind == .header, settings.isIdentity(name) { return }
                body(kind, name, value)
            }
        }
    }

    /// Lends name and value of each identity field of a request that is allowed; the value is empty
    /// when nothing is known, and the field is to be removed then.
    package mutating func withIdentityFields(_ body: (Span<UInt8>, Span<UInt8>) -> Void) {
        let nothing: [UInt8] = []
        for index in settings.identityFields.indices {
            let field = settings.identityFields[index]
            let name = field.name
            switch field.source {
            case .principalId:
                guard let principal = decider.establishedPrincipal else { break }
                principal.withID { body(name.span, $0) }
                continue
            case .principalType:
                guard let principal = decider.establishedPrincipal else { break }
                principal.withType { body(name.span, $0) }
                continue
            case .deviceId:
                guard let device = decider.establishedDevice else { break }
                device.withID { body(name.span, $0) }
                continue
            case .decisionId:
                idDigits.withUTF8 { body(name.span, $0) }
                continue
            case .removed: break
            }
            body(name.span, nothing.span)
        }
    }
}
