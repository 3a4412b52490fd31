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
        func find(_ subject: RestrictionSubject) -> RestrictionSet.Match? {
            set.match(anyOf: [RestrictableIdentity(subject)].compactMap { $0 }, at: 0)
        }
        #expect(find(.spiffeID("spiffe://bank.example/Pay")) != nil)
        #expect(find(.spiffeID("spiffe://bank.example/pay")) == nil)
        #expect(find(.certificate(issuer: "CN=ca", serial: "aff")) != nil)
        #expect(find(.certificate(issuer: "CN=cb", serial: "aff")) == nil)
        let digits = Text(String(repeating: "ab", count: 32))
        #expect(set.reason(try #require(find(.thumbprint(digits)))) == bytes("test"))
        // Of one issuer and of any are two things; who looks asks for both.
        #expect(find(.tokenSubject("alice", issuer: "https://id")) != nil)
        #expect(find(.tokenSubject("alice", issuer: "https://other")) == nil)
        #expect(find(.tokenSubject("alice", issuer: nil)) == nil)
        #expect(find(.tokenSubject("bob", issuer: nil)) != nil)
        #expect(find(.tokenID("j1", issuer: nil)) != nil)
        #expect(find(.tokenID("bob", issuer: nil)) == nil)
        #expect(find(.tokenSubject("j1", issuer: nil)) == nil)
        #expect(RestrictableIdentity(.tokenID("a\nb", issuer: nil)) == nil)
        #expect(RestrictableIdentity(.thumbprint("ab")) == nil)
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

    @Test func aTenantTakesWhatNamesItAlong() throws {
        let directory = try TemporaryDirectory()
        let store = try EntityStore.make(directory)
        func naming(_ id: String, _ value: Value) -> Entity {
            Entity(uid: uid(id), attributes: [("n", .long(1)), ("tenant", value)])
        }
        let tenant = Value.entity(uid("acme"))
        try store.put([
            naming("one", tenant), naming("set", .set([.long(7), .entity(uid("b")), tenant])),
            naming("text", .string("acme")),
            naming("record", .record([("tenant" as Text, tenant)])),
            naming("other", .entity(uid("b"))), naming("empty", .set([])),
        ])
        func found(_ restrictions: [Restriction]) throws -> Set<String> {
            try store.restrict(restrictions)
            var reader = try store.makeReader()
            try reader.begin()
            defer { reader.end() }
            let set = try reader.restrictions()
            var encoder = FlatEncoder()
            return Set(
                try ["one", "set", "text", "record", "other", "empty", "acme", "b"].filter { id in
                    try FlatUID(uid(id), &encoder).withEntity { entity -> Bool in
                        if case .restricted = set.match(entity, in: reader, at: 0) {
                            true
                        } else {
                            false
                        }
                    }
                })
        }
        var whole = restriction(.entity(uid("acme")))
        #expect(try found([whole]) == ["acme"])
        whole.takesReferences = true
        #expect(try found([whole]) == ["acme", "one", "set"])
        #expect(try store.restrictions().map(\.takesReferences) == [true])
        // Another restriction beside it does not take along more than itself.
        #expect(try found([restriction(.entity(uid("b")))]) == ["acme", "one", "set", "b"])
        whole.until = DateTime(milliseconds: 0)
        #expect(try found([whole]) == ["b"])
        try store.requireClean()
    }

    @Test func endsAtItsInstant() throws {
        let directory = try TemporaryDirectory()
        let store = try EntityStore.make(directory)
        try store.restrict([restriction(.tokenID("j", issuer: nil), until: 5_000)])
        let set = try load(store)
        let identities = [RestrictableIdentity(.tokenID("j", issuer: nil))].compactMap { $0 }
        #expect(set.match(anyOf: identities, at: 4_999) != nil)
        #expect(set.match(anyOf: identities, at: 5_000) == nil)
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
