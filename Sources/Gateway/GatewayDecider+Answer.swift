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

    /// Lends the name of the cause: `decided` when policies did.
    package func withCause(_ body: (Span<UInt8>) -> Void) {
        unsafe body(Span(_unsafeStart: cause.utf8Start, count: cause.utf8CodeUnitCount))
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

    /// Lends the value of the field with the obligations, as in `mask:iban, log`; empty for none.
    package mutating func withObligations(_ body: (Span<UInt8>) -> Void) {
        text.removeAll(keepingCapacity: true)
        guard let obligations else { return body(text.span) }
        for index in merged.parts.indices
        where obligations.kind(merged.parts[index]) == .obligation {
            // Neither has a comma or a space: policies with such a one are not loaded.
            if !text.isEmpty {
                text.append(UInt8(ascii: ","))
                text.append(0x20)
            }
            obligations.withPart(merged.parts[index]) { name, argument in
                text.append(bytes: name)
                if !argument.isEmpty { text.append(UInt8(ascii: ":")) }
                text.append(bytes: argument)
            }
        }
        body(text.span)
    }

    /// Lends the reasons that the determining policies give, one a line; not called when there are none.
    package mutating func withReasons(_ body: (Span<UInt8>) -> Void) {
        text.removeAll(keepingCapacity: true)
        guard let obligations else { return }
        for index in merged.parts.indices where obligations.kind(merged.parts[index]) == .reason {
            if !text.isEmpty { text.append(0x0A) }
            obligations.withPart(merged.parts[index]) { _, reason in text.append(bytes: reason) }
        }
        if !text.isEmpty { body(text.span) }
    }

    /// Whether a determining policy sets a header field, and may.
    package mutating func setsField(_ name: Span<UInt8>) -> Bool {
        guard let obligations, !settings.isIdentity(name) else { return false }
        for index in merged.parts.indices where obligations.kind(merged.parts[index]) == .header {
            let isSame = obligations.withPart(merged.parts[index]) { own, _ in
                own.hasSameBytes(as: name)
            }
            if isSame { return true }
        }
        return false
    }

    /// Lends name and value of each field that says who asks; the value is empty when nothing is
    /// known, and the field is to be removed then.
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
            case .removed: continue
            }
            body(name.span, nothing.span)
        }
    }
}
