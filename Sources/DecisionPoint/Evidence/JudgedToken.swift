package import CedarEngine
import CedarSyntax
import EntityStore
package import Identity

/// What follows from a verified token, found once and kept with the verdict.
///
/// The flat values are readable as long as this object lives.
package final class JudgedToken: Sendable {
    package let token: VerifiedToken
    /// The record `verified.token`.
    let record: FlatRecord
    /// Nil when no rule fits.
    let principal: FlatEntity?
    /// What the two look at.
    private let constants: [FlatConstant]
    /// What a device is found by; nil when there is nothing.
    let deviceKey: DeviceIdentity?
    /// What restrictions are looked for by.
    let restrictable: [RestrictableIdentity]

    /// - Throws: when the facts exceed the bounds on values.
    package init(
        _ token: VerifiedToken, _ settings: IdentitySettings
    ) throws(FlatEncoder.Failure) {
        self.token = token
        let facts = token.facts
        let members = try FlatConstant(.record(Self.members(facts)))
        let uid = try settings.principals.principal(facts).map {
            (uid) throws(FlatEncoder.Failure) in
            try FlatConstant(.entity(uid))
        }
        record = FlatRecord(members.flat)
        principal = uid.map { FlatEntity($0.flat) }
        constants = [members] + (uid.map { [$0] } ?? [])
        deviceKey = DeviceIdentity(.tokenDeviceID, settings.devices.tokenDeviceID(in: facts))
        restrictable = Self.identities(facts).compactMap { RestrictableIdentity($0) }
    }

    /// The subject, who acts for it, and the token itself; each of any issuer and of its own.
    private static func identities(_ facts: TokenFacts) -> [RestrictionSubject] {
        let issuer = Text(facts.string(facts.issuer))
        var subjects: [RestrictionSubject] = []
        if let id = facts.spiffeID { subjects.append(.spiffeID(Text(id.description))) }
        for name in [facts.subject, facts.actor].compactMap({ $0 }).map({ facts.string($0) }) {
            subjects.append(.tokenSubject(Text(name), issuer: nil))
            subjects.append(.tokenSubject(Text(name), issuer: issuer))
        }
        if let id = facts.tokenID.map({ facts.string($0) }) {
            subjects.append(.tokenID(Text(id), issuer: nil))
            subjects.append(.tokenID(Text(id), issuer: issuer))
        }
        return subjects
    }

    private static func members(_ facts: TokenFacts) -> [(key: Text, value: Value)] {
        var members: [(key: Text, value: Value)] = [
            ("issuer", text(facts.issuer, facts)), ("subject", text(facts.subject, facts)),
            ("audience", texts(facts.audience, facts)), ("scopes", texts(facts.scopes, facts)),
            ("amr", texts(facts.authenticationMethods, facts)),
            ("expiresAt", instant(facts.expiresAtSeconds)),
            ("boundToCertificate", .bool(facts.boundTo != nil)),
        ]
        if let client = facts.clientID { members.append(("clientId", text(client, facts))) }
        if let level = facts.authenticationClass { members.append(("acr", text(level, facts))) }
        if let time = facts.authenticatedAtSeconds { members.append(("authTime", instant(time))) }
        if let time = facts.issuedAtSeconds { members.append(("issuedAt", instant(time))) }
        if let id = facts.spiffeID {
            members.append(("spiffeId", .string(Text(id.description))))
        }
        return members
    }

    private static func text(_ text: TokenText, _ facts: TokenFacts) -> Value {
        .string(Text(facts.string(text)))
    }

    private static func texts(_ list: TokenTexts, _ facts: TokenFacts) -> Value {
        .set(facts.strings(list).map { .string(Text($0)) })
    }

    private static func instant(_ seconds: Int64) -> Value {
        let (milliseconds, overflow) = seconds.multipliedReportingOverflow(by: 1000)
        return .datetime(DateTime(milliseconds: overflow ? Int64.max : milliseconds))
    }
}
