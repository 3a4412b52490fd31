package import CedarEngine
package import DecisionPoint
import Routes

// What the last answer consists of. Mutating in form only where `Decider` is so. What is shared with
// other threads is read through spans: an element that is taken out of an array counts references.
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
    package func withParts(_ body: (Obligations.Kind, Span<UInt8>, Span<UInt8>) -> Void) {
        for index in merged.parts.indices {
            let kind = obligations.kind(merged.parts[index])
            obligations.withPart(merged.parts[index]) { name, value in
                if kind == .header, settings.isIdentity(name) { return }
                body(kind, name, value)
            }
        }
    }

    /// Lends name and value of the field with the obligations, as in `mask:iban, log`; the value is
    /// empty for none.
    package mutating func withObligations(_ body: (Span<UInt8>, Span<UInt8>) -> Void) {
        // Taken out of `self` for as long as it is lent.
        var text: [UInt8] = []
        swap(&text, &self.text)
        defer { swap(&text, &self.text) }
        text.clear()
        appendObligations(to: &text)
        let name = ProtectedNames.obligations
        body(name.span, text.span)
    }

    /// Lends the reasons that the determining policies give, one a line; not called when there are none.
    package mutating func withReasons(_ body: (Span<UInt8>) -> Void) {
        var text: [UInt8] = []
        swap(&text, &self.text)
        defer { swap(&text, &self.text) }
        text.clear()
        appendReasons(to: &text)
        if !text.isEmpty { body(text.span) }
    }

    private func appendObligations(to text: inout [UInt8]) {
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
    }

    private func appendReasons(to text: inout [UInt8]) {
        for index in merged.parts.indices where obligations.kind(merged.parts[index]) == .reason {
            if !text.isEmpty { text.append(0x0A) }
            obligations.withPart(merged.parts[index]) { _, reason in text.append(bytes: reason) }
        }
    }

    /// Lends the name of each field that answers set now and then.
    package func withOccasionalFields(_ body: (Span<UInt8>) -> Void) {
        let names = protectedNames.occasional.span
        for index in names.indices { body(names[index].span) }
    }

    /// Lends the name of each field that answers set now and then, and this one does not.
    ///
    /// - Parameter hasObligations: whether this one sets the field with the obligations.
    package func withUnsetFields(hasObligations: Bool, _ body: (Span<UInt8>) -> Void) {
        let own = ProtectedNames.obligations
        let names = protectedNames.occasional.span
        for index in names.indices {
            let name = names[index].span
            let isSet = name.hasSameBytes(as: own.span) ? hasObligations : setsField(name)
            if !isSet { body(name) }
        }
    }

    /// Whether a determining policy sets a header field, and may.
    private func setsField(_ name: Span<UInt8>) -> Bool {
        guard !settings.isIdentity(name) else { return false }
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
        let (principal, device) = (decider.establishedPrincipal, decider.establishedDevice)
        settings.withIdentityFields(principal, device, decisionID: idDigits, body)
    }
}

extension GatewaySettings {
    /// Lends the name of each field that is only taken away.
    package func withRemovedFields(_ body: (Span<UInt8>) -> Void) {
        let fields = identityFields.span
        for index in fields.indices where fields[index].source == .removed {
            body(fields[index].name.span)
        }
    }

    fileprivate func withIdentityFields(
        _ principal: FlatEntity?, _ device: FlatEntity?, decisionID: HexadecimalDigits,
        _ body: (Span<UInt8>, Span<UInt8>) -> Void
    ) {
        let nothing: [UInt8] = []
        let fields = identityFields.span
        for index in fields.indices {
            let name = fields[index].name.span
            switch fields[index].source {
            case .principalId:
                if let principal {
                    principal.withID { body(name, $0) }
                } else {
                    body(name, nothing.span)
                }
            case .principalType:
                if let principal {
                    principal.withType { body(name, $0) }
                } else {
                    body(name, nothing.span)
                }
            case .deviceId:
                if let device { device.withID { body(name, $0) } } else { body(name, nothing.span) }
            case .decisionId: decisionID.withUTF8 { body(name, $0) }
            case .removed: break
            }
        }
    }
}
