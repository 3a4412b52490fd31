import CedarEngine
import CedarSyntax
import Testing

@testable import EntityStore

@Suite struct RestrictionTests {
    private let since = DateTime(milliseconds: 1_000)

    private func load(_ store: EntityStore) throws -> RestrictionSet {
        var reader = try store.makeReader()
        try reader.begin()
        return try reader.restrictions()
    }

    private func bytes(_ text: String) -> [UInt8] { Array(text.utf8) }

    private func restriction(
        _ subject: RestrictionSubject, until: Int64? = nil
    ) -> Restriction {
        Restriction(
            subject, .quarantined, reason: "test", since: since,
            until: until.map { DateTime(milliseconds: $0) })
    }

    @Test func findsIdentitiesInTheirCanonicalForm() throws {
        let directory = try TemporaryDirectory()
        let store = try EntityStore.make(directory)
        let thumbprint = String(repeating: "AB:", count: 31) + "AB"
        try store.restrict([
            restriction(.spiffeID("SPIFFE://Bank.Example/Pay")),
            restriction(.certificate(issuer: "CN=ca", serial: "00:0A:ff")),
            restriction(.thumbprint(Text(thumbprint))),
            restriction(.tokenSubject("alice", issuer: "https://id")),
            restriction(.tokenSubject("bob", issuer: nil)),
            restriction(.tokenID("j1", issuer: nil)),
        ])
        let set = try load(store)
        do {
            let found = set.match(spiffeID: bytes("spiffe://bank.example/Pay").span, at: 0)
            #expect(found != nil)
        }
        do {
            let found = set.match(spiffeID: bytes("spiffe://bank.example/pay").span, at: 0)
            #expect(found == nil)
        }
        do {
            let found = set.match(issuer: bytes("CN=ca").span, serial: bytes("aff").span, at: 0)
            #expect(found != nil)
        }
        do {
            let found = set.match(issuer: bytes("CN=cb").span, serial: bytes("aff").span, at: 0)
            #expect(found == nil)
        }
        let digits = bytes(String(repeating: "ab", count: 32))
        let found = set.match(thumbprint: digits.span, at: 0)
        let match = try #require(found)
        #expect(set.reason(match) == bytes("test"))
        let issuer = bytes("https://id")
        let other = bytes("https://other")
        do {
            let found = set.match(tokenSubject: bytes("alice").span, issuer: issuer.span, at: 0)
            #expect(found != nil)
        }
        do {
            let found = set.match(tokenSubject: bytes("alice").span, issuer: other.span, at: 0)
            #expect(found == nil)
        }
        do {
            let found = set.match(tokenSubject: bytes("bob").span, issuer: other.span, at: 0)
            #expect(found != nil)
        }
        do {
            let found = set.match(tokenID: bytes("j1").span, issuer: other.span, at: 0)
            #expect(found != nil)
        }
        do {
            let found = set.match(tokenID: bytes("bob").span, issuer: other.span, at: 0)
            #expect(found == nil)
        }
        #expect(!set.hasEntities)
        try store.requireClean()
    }

    @Test func anEntityTakesWhatIsUnderItAlong() throws {
        let directory = try TemporaryDirectory()
        let store = try EntityStore.make(directory)
        try store.put([
            entity("member", in: ["team"]), entity("team", in: ["firm"]), entity("firm"),
            entity("other"),
        ])
        try store.restrict([restriction(.entity(uid("firm")))])
        var reader = try store.makeReader()
        try reader.begin()
        let set = try reader.restrictions()
        for (id, isRestricted) in [
            ("member", true), ("team", true), ("firm", true), ("other", false), ("absent", false),
        ] {
            var encoder = FlatEncoder()
            let flat = try FlatUID(uid(id), &encoder)
            let found = flat.withEntity { entity -> Bool in
                if case .restricted = set.match(entity, in: reader, at: 0) { true } else { false }
            }
            #expect(found == isRestricted, "\(id)")
        }
    }

    @Test func endsAtItsInstant() throws {
        let directory = try TemporaryDirectory()
        let store = try EntityStore.make(directory)
        try store.restrict([restriction(.tokenID("j", issuer: nil), until: 5_000)])
        let set = try load(store)
        let nobody = bytes("i")
        do {
            let found = set.match(tokenID: bytes("j").span, issuer: nobody.span, at: 4_999)
            #expect(found != nil)
        }
        do {
            let found = set.match(tokenID: bytes("j").span, issuer: nobody.span, at: 5_000)
            #expect(found == nil)
        }
    }

    @Test func itsRevisionChangesWithItAlone() throws {
        let directory = try TemporaryDirectory()
        let store = try EntityStore.make(directory)
        var reader = try store.makeReader(cacheBytes: 1 << 20)
        try store.put([entity("a")])
        try reader.begin()
        #expect(reader.restrictionsRevision == 0)
        reader.end()
        let subject = RestrictionSubject.entity(uid("a"))
        #expect(try store.restrict([restriction(subject)]) == 2)
        // The same again changes nothing.
        #expect(try store.restrict([restriction(subject)]) == 2)
        try store.put([entity("b")])
        try reader.begin()
        #expect(reader.revision == 3 && reader.restrictionsRevision == 2)
        #expect(try !reader.restrictions().isEmpty)
        reader.end()
        #expect(try store.release([subject]) == 4)
        try reader.begin()
        #expect(reader.restrictionsRevision == 4)
        #expect(try reader.restrictions().isEmpty)
        let error = try refusal { try store.release([subject]) }
        guard case .notFound = error.code else { throw error }
        try store.requireClean()
    }

    @Test func survivesReopening() throws {
        let directory = try TemporaryDirectory()
        do {
            try EntityStore.make(directory).restrict([restriction(.entity(uid("a")))])
        }
        let store = try EntityStore.make(directory)
        #expect(try store.restrictions().map(\.subject) == [.entity(uid("a"))])
        var reader = try store.makeReader()
        try reader.begin()
        #expect(reader.restrictionsRevision == 1)
    }

    @Test(arguments: [
        RestrictionSubject.spiffeID("https://a/b"), .spiffeID("spiffe://"), .thumbprint("abc"),
        .certificate(issuer: "", serial: "1"), .certificate(issuer: "CN=a", serial: "xyz"),
        .tokenID("", issuer: nil), .tokenSubject("a\nb", issuer: nil),
        .entity(EntityUID(type: "token id", id: "x")),
    ])
    func refusesWhatIsNotOfItsForm(_ subject: RestrictionSubject) throws {
        let directory = try TemporaryDirectory()
        let store = try EntityStore.make(directory)
        let error = try refusal { try store.restrict([restriction(subject)]) }
        guard case .badEntity = error.code else { throw error }
        #expect(try store.revision == 0)
    }

    @Test(arguments: [("", false), ("A", false), ("a b", false), ("key-compromise", true)])
    func aReasonIsACode(_ text: String, _ isReason: Bool) {
        #expect(Restriction.isReason(Text(text)) == isReason)
        #expect(Restriction.isReason(Text(String(repeating: "a", count: 64))))
        #expect(!Restriction.isReason(Text(String(repeating: "a", count: 65))))
    }
}
