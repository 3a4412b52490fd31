import ArgumentParser
import CedarSyntax
import DecisionPoint
import EntityStore
import JSON

/// What a command restricts.
struct RestrictionOptions: ParsableArguments {
    @Option(help: ArgumentHelp("A SPIFFE id.", valueName: "id"))
    var spiffe: [String] = []

    @Option(help: ArgumentHelp("A file with a certificate, leaf first.", valueName: "file"))
    var certificate: [String] = []

    @Option(help: ArgumentHelp("SHA-256 of a certificate, in hexadecimal.", valueName: "digits"))
    var thumbprint: [String] = []

    @Option(
        help: ArgumentHelp(
            "A certificate's serial number in hexadecimal; with --issuer.", valueName: "digits"))
    var serial: [String] = []

    @Option(
        help: ArgumentHelp(
            "The issuer: of certificates as RFC 2253 text, of tokens as `iss`.", valueName: "name"))
    var issuer: String?

    @Option(
        help: ArgumentHelp(
            "The subject of tokens; of any issuer without --issuer.", valueName: "sub"))
    var subject: [String] = []

    @Option(help: ArgumentHelp("One token, by its id.", valueName: "jti"))
    var tokenID: [String] = []

    @Option(help: ArgumentHelp("A device, by the id of its entity.", valueName: "id"))
    var device: [String] = []

    @Option(
        help: ArgumentHelp(
            "An entity and all that is under it, as in 'Tenant::\"acme\"'.", valueName: "uid"))
    var entity: [String] = []

    @Option(
        help: ArgumentHelp(
            "A tenant: the entity Tenant::\"id\" and all that names it.", valueName: "id"))
    var tenant: [String] = []

    @Option(
        help: ArgumentHelp("A third party: the entity ThirdParty::\"id\".", valueName: "id"))
    var thirdParty: [String] = []

    @OptionGroup var devices: DeviceOptions

    func subjects() throws -> [RestrictionSubject] {
        var subjects: [RestrictionSubject] = spiffe.map { .spiffeID(Text($0)) }
        let thumbprints = try thumbprint + certificate.map { try EvidenceOptions.thumbprint($0) }
        subjects += thumbprints.map { .thumbprint(Text($0)) }
        for number in serial {
            guard let issuer else { throw ValidationError("--serial needs --issuer") }
            subjects.append(.certificate(issuer: Text(issuer), serial: Text(number)))
        }
        let issuer = issuer.map { Text($0) }
        subjects += subject.map { .tokenSubject(Text($0), issuer: issuer) }
        subjects += tokenID.map { .tokenID(Text($0), issuer: issuer) }
        for id in device {
            subjects.append(.entity(EntityUID(type: Text(devices.type), id: Text(id))))
        }
        for id in tenant { subjects.append(.entity(EntityUID(type: "Tenant", id: Text(id)))) }
        for id in thirdParty {
            subjects.append(.entity(EntityUID(type: "ThirdParty", id: Text(id))))
        }
        for text in entity { subjects.append(.entity(try entityUID(text))) }
        return subjects
    }

    static let discussion = """
        It takes effect with the next decision of every worker of a running server, survives crashes \
        and restarts, and is refused with the cause `quarantined` and the reason, whatever policies \
        say. What an entity is under is told by its ancestors; with --references, and for a tenant, what \
        names it in an attribute is refused as well, as accounts name their tenant.

        Certificates and tokens are refused by what they prove: a certificate of an authority in its \
        chain takes along all that it vouches for. Who is only named by a caller is refused with \
        --entity.

        Exit codes: 0 done, 1 refused; then nothing has changed.
        """
}

/// How a restriction is made or ended.
struct RestrictionChange: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Why, as a code of lower-case letters, digits, `.`, `_` and `-`; it is in answers.",
            valueName: "code"))
    var reason: String?

    @Option(help: ArgumentHelp("Words for those who read the list.", valueName: "text"))
    var note: String?

    @Option(
        help: ArgumentHelp(
            "When it ends by itself, as in 2026-12-01 or 2026-12-01T08:00:00Z.",
            valueName: "instant"))
    var until: String?

    @Flag(
        help:
            "Of an entity, refuse also what has it, or a set with it, as the value of an attribute."
    )
    var references = false

    @Flag(help: "End the restriction.")
    var release = false

    func validate() throws {
        if release { return }
        guard let reason else { throw ValidationError("--reason is needed, or --release") }
        guard Restriction.isReason(Text(reason)) else {
            throw ValidationError(
                "--reason takes 1 to 64 lower-case letters, digits, `.`, `_` and `-`")
        }
        if let until, DateTime(parsing: Array(until.utf8)) == nil {
            throw ValidationError(
                "--until: `\(until)` is no date, and no instant such as 2026-12-01T08:00:00Z")
        }
    }

    /// - Parameter tenants: the ids of tenants among the subjects, which take along what names them.
    func run(
        _ subjects: [RestrictionSubject], tenants: [String], _ kind: Restriction.Kind,
        _ location: StoreLocation
    ) throws {
        guard !subjects.isEmpty else {
            throw ValidationError("nothing is named: see --help for what can be")
        }
        let store = try location.open()
        let now = DateTime(milliseconds: DecisionClock.realTime())
        let end = until.flatMap { DateTime(parsing: Array($0.utf8)) }
        if !release, let end, end <= now {
            throw ValidationError("--until: \(end) is over: the restriction would restrict nothing")
        }
        let revision = try failing { () throws(StoreError) -> UInt64 in
            if release { return try store.release(subjects) }
            return try store.restrict(
                subjects.map {
                    Restriction(
                        $0, kind, reason: Text(reason ?? ""), note: note.map { Text($0) },
                        since: now, until: end, takesReferences: takesReferences($0, tenants))
                })
        }
        printLine("revision \(revision)")
    }

    private func takesReferences(_ subject: RestrictionSubject, _ tenants: [String]) -> Bool {
        guard case .entity(let uid) = subject else { return false }
        return references || tenants.contains { uid == EntityUID(type: "Tenant", id: Text($0)) }
    }
}
