package import CedarEngine
import CedarSyntax
import EntityStore
package import Identity

/// What follows from a verified certificate, found once and kept with the verdict.
///
/// The flat values are readable as long as this object lives.
package final class JudgedCertificate: Sendable {
    package let certificate: VerifiedCertificate
    /// The record `verified.tls`.
    package let record: FlatRecord
    /// Nil when no rule fits.
    package let principal: FlatEntity?
    /// What the two look at.
    private let constants: [FlatConstant]
    /// What a device is found by: the thumbprint of the leaf, and the id that it carries, as far as
    /// they are used.
    let deviceKeys: [DeviceIdentity]
    /// What restrictions are looked for by: of the leaf and of all that vouch for it.
    let restrictable: [RestrictableIdentity]

    /// - Throws: when the facts exceed the bounds on values.
    package init(
        _ certificate: VerifiedCertificate, _ settings: IdentitySettings
    ) throws(FlatEncoder.Failure) {
        self.certificate = certificate
        let facts = certificate.facts
        let members = try FlatConstant(.record(Self.members(facts)))
        let uid = try settings.principals.principal(facts).map {
            (uid) throws(FlatEncoder.Failure) in
            try FlatConstant(.entity(uid))
        }
        record = FlatRecord(members.flat)
        principal = uid.map { FlatEntity($0.flat) }
        constants = [members] + (uid.map { [$0] } ?? [])
        let thumbprint =
            settings.devices.usesThumbprint ? Array(facts.thumbprint.description.utf8) : []
        let deviceID = Array((settings.devices.certificateID(in: facts) ?? "").utf8)
        deviceKeys = [
            DeviceIdentity(.certificateThumbprint, thumbprint),
            DeviceIdentity(.certificateDeviceID, deviceID),
        ].compactMap { $0 }
        restrictable = Self.identities(certificate).compactMap { RestrictableIdentity($0) }
    }

    private static func identities(_ certificate: VerifiedCertificate) -> [RestrictionSubject] {
        var subjects: [RestrictionSubject] = []
        if let id = certificate.facts.spiffeID { subjects.append(.spiffeID(Text(id.description))) }
        for member in certificate.chain {
            subjects.append(.thumbprint(Text(member.thumbprint.description)))
            subjects += member.issuers.map {
                .certificate(issuer: Text($0), serial: Text(member.serial))
            }
        }
        return subjects
    }

    private static func members(_ facts: CertificateFacts) -> [(key: Text, value: Value)] {
        let (milliseconds, overflow) = facts.notAfterSeconds.multipliedReportingOverflow(by: 1000)
        var members: [(key: Text, value: Value)] = [
            ("subject", .string(Text(facts.subject))),
            ("issuer", .string(Text(facts.issuer))),
            ("serial", .string(Text(facts.serial))),
            ("thumbprint", .string(Text(facts.thumbprint.description))),
            ("dnsNames", .set(facts.dnsNames.map { .string(Text($0)) })),
            (
                "notAfter",
                .datetime(DateTime(milliseconds: overflow ? Int64.max : milliseconds))
            ),
        ]
        if let id = facts.spiffeID {
            members.append(("spiffeId", .string(Text(id.description))))
            members.append(("trustDomain", .string(Text(id.trustDomain.description))))
        }
        if let identifier = facts.organizationIdentifier {
            members.append(("organizationIdentifier", .string(Text(identifier))))
        }
        return members
    }
}
