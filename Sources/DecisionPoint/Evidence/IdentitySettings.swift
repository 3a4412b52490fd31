package import CedarSyntax
package import Identity

/// All that identities are judged by: shared by the deciding threads, and fixed but for what
/// ``TrustState`` publishes.
package final class IdentitySettings: Sendable {
    package let trust: TrustState
    /// Nil when tokens are refused.
    package let keys: KeyState?
    package let principals: PrincipalRules
    package let devices: DeviceRules
    /// The member of the context that only the decision point establishes.
    package let verifiedName: Text
    package let limits: EvidenceLimits
    package let clock: DecisionClock

    /// Makes settings; without more than a trust state, identities are verified and none is a
    /// principal.
    package init(
        trust: TrustState, keys: KeyState? = nil, principals: PrincipalRules = PrincipalRules([]),
        devices: DeviceRules = DeviceRules(), verifiedName: Text = "verified",
        limits: EvidenceLimits = EvidenceLimits(), clock: DecisionClock = DecisionClock()
    ) {
        self.trust = trust
        self.keys = keys
        self.principals = principals
        self.devices = devices
        self.verifiedName = verifiedName
        self.limits = limits
        self.clock = clock
    }
}

/// How the device of a verified identity is found; the first key that leads to one counts.
package struct DeviceRules: Sendable, Hashable {
    /// Which part of a certificate is the id of a device.
    package enum CertificateID: Sendable, Hashable {
        /// The only DNS name.
        case dnsName
        /// The last segment of the SPIFFE id.
        case spiffeSegment
        /// The serial number, lower-case hexadecimal.
        case serial
    }

    /// Whether the record is found by the thumbprint of the certificate.
    package var usesThumbprint: Bool
    /// Nil when certificates have no id of a device.
    package var certificateID: CertificateID?
    /// The claim of a token that is the id of a device; nil when tokens have none.
    package var tokenClaim: String?

    /// Makes rules; the default finds no device.
    package init(
        usesThumbprint: Bool = false, certificateID: CertificateID? = nil,
        tokenClaim: String? = nil
    ) {
        self.usesThumbprint = usesThumbprint
        self.certificateID = certificateID
        self.tokenClaim = tokenClaim
    }

    /// The id of a device in a token, in UTF-8; empty when the rules know none, or the claim is not
    /// one text.
    func tokenDeviceID(in facts: TokenFacts) -> [UInt8] {
        guard let tokenClaim, let claim = facts.claim(tokenClaim), !claim.isList,
            claim.values.count == 1, let text = facts.texts[claim.values.bounds].first
        else { return [] }
        return facts.bytes(text)
    }

    /// The id of a device in a certificate; nil when the rules know none or it has none.
    func certificateID(in facts: CertificateFacts) -> String? {
        switch certificateID {
        case .dnsName: facts.dnsNames.count == 1 ? facts.dnsNames[0] : nil
        case .spiffeSegment:
            facts.spiffeID.map {
                String(
                    decoding: $0.utf8[($0.utf8.lastIndex(of: UInt8(ascii: "/")) ?? 0)...]
                        .dropFirst(), as: UTF8.self)
            }
        case .serial: facts.serial
        case nil: nil
        }
    }
}
