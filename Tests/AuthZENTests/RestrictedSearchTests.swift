import AuthZEN
import CedarEngine
import CedarSyntax
import DecisionPoint
import EntityStore
import JSON
import Synchronization
import Testing

/// An instant that a test sets, in milliseconds since 1970.
final class SetClock: Sendable {
    let instant = Atomic<Int64>(1_000_000)

    var clock: DecisionClock { DecisionClock { self.instant.load(ordering: .relaxed) } }
}

@Suite("AuthZENService: what is restricted, and what has ended")
struct RestrictedSearchTests {
    private static let policies = """
        permit (principal in Group::"staff", action == Action::"read", resource)
        unless { principal has blocked && principal.blocked };
        permit (principal is Device, action == Action::"read", resource)
        when { principal has compliant && principal.compliant };
        """

    private let clock = SetClock()
    private let workplace: Workplace

    init() throws {
        let users = (0..<4).map {
            entity("User", Text("u\($0)"), [], in: [EntityUID(type: "Group", id: "staff")])
        }
        workplace = try Workplace(
            policies: Self.policies,
            entities: [
                entity("Group", "staff"), entity("Folder", "f"),
                entity("Doc", "d", in: [EntityUID(type: "Folder", id: "f")]), entity("Doc", "e"),
                entity(
                    "User", "blocked", [("blocked", .bool(true))],
                    in: [EntityUID(type: "Group", id: "staff")]),
                Self.device("short", until: 2_000_000), Self.device("long", until: 9_000_000),
            ] + users)
    }

    private static func device(_ id: Text, until end: Int64) -> Entity {
        entity(
            "Device", id,
            [
                ("compliant", .bool(true)),
                (
                    "expiresAt",
                    .record([("compliant", .datetime(DateTime(milliseconds: end)))])
                ),
            ])
    }

    private func service(
        _ change: (inout AuthZENConfiguration) -> Void = { _ in },
        references: ReferenceIndexKeeper? = nil
    ) throws -> AuthZENService {
        var configuration = AuthZENConfiguration()
        change(&configuration)
        let decider = try Decider(
            publisher: workplace.publisher, store: workplace.store, errors: .strict,
            clock: clock.clock)
        return AuthZENService(decider, configuration, references: references)
    }

    private static let subjects =
        #"{"subject":{"type":"User"},"action":{"name":"read"},"resource":{"type":"Doc","id":"d"}}"#

    private static func evaluation(
        _ type: String, _ id: String, properties: String = "{}", resource: String = "d"
    ) -> String {
        #"{"subject":{"type":"\#(type)","id":"\#(id)","properties":\#(properties)},"#
            + #""action":{"name":"read"},"resource":{"type":"Doc","id":"\#(resource)"}}"#
    }

    /// The ids, or names of actions, in an answer's results.
    private static func results(_ reply: AuthZENReply) throws -> Set<String> {
        var tape = JSONTape()
        try tape.parse(reply.body)
        let list = try #require(tape.member(tape.root, "results"), "\(reply.text)")
        return Set(
            tape.elements(list).compactMap { result in
                (tape.member(result, "id") ?? tape.member(result, "name"))
                    .flatMap { tape.bytes($0) }.map { String(decoding: $0, as: UTF8.self) }
            })
    }

    private func restrict(
        _ type: Text, _ id: Text, until end: Int64? = nil
    ) throws -> RestrictionSubject {
        let subject = RestrictionSubject.entity(EntityUID(type: type, id: id))
        try workplace.store.restrict([
            Restriction(
                subject, .quarantined, reason: "test", since: DateTime(milliseconds: 0),
                until: end.map { DateTime(milliseconds: $0) })
        ])
        return subject
    }

    // MARK: Restrictions

    @Test(
        "Who is in quarantine is not found, whether an index helps or not",
        arguments: [false, true])
    func subjects(_ isIndexed: Bool) throws {
        let keeper = isIndexed ? ReferenceIndexKeeper(workplace.store) : nil
        if let keeper {
            _ = keeper.current
            try keeper.refresh()
        }
        var service = try service(references: keeper)
        let all: Set = ["u0", "u1", "u2", "u3"]
        #expect(try Self.results(service.answer(.subjectSearch, Self.subjects)) == all)
        for (type, id, left) in [
            ("User" as Text, "u1" as Text, all.subtracting(["u1"])), ("Group", "staff", []),
            ("Doc", "d", []), ("Folder", "f", []), ("Doc", "e", all), ("Action", "read", []),
        ] {
            let subject = try restrict(type, id)
            #expect(
                try Self.results(service.answer(.subjectSearch, Self.subjects)) == left, "\(id)")
            try workplace.store.release([subject])
            #expect(try Self.results(service.answer(.subjectSearch, Self.subjects)) == all)
        }
    }

    @Test("What is in quarantine is not found as a resource, and nobody may do anything to it")
    func resourcesAndActions() throws {
        var service = try service()
        let resources =
            #"{"subject":{"type":"User","id":"u0"},"action":{"name":"read"},"resource":{"type":"Doc"}}"#
        let actions = #"{"subject":{"type":"User","id":"u0"},"resource":{"type":"Doc","id":"d"}}"#
        #expect(try Self.results(service.answer(.resourceSearch, resources)) == ["d", "e"])
        #expect(try Self.results(service.answer(.actionSearch, actions)) == ["read"])
        let folder = try restrict("Folder", "f")
        #expect(try Self.results(service.answer(.resourceSearch, resources)) == ["e"])
        #expect(try Self.results(service.answer(.actionSearch, actions)).isEmpty)
        let answer = service.answer(.evaluation, Self.evaluation("User", "u0"))
        #expect(answer.text == #"{"decision":false}"#)
        try workplace.store.release([folder])
        _ = try restrict("User", "u0")
        #expect(try Self.results(service.answer(.resourceSearch, resources)).isEmpty)
        #expect(try Self.results(service.answer(.actionSearch, actions)).isEmpty)
    }

    @Test("A quarantine between two pages counts for the second")
    func pages() throws {
        var service = try service()
        var found: Set<String> = []
        var token = ""
        var pages = 0
        repeat {
            let page = #"{"limit":1,"token":"\#(token)"}"#
            let reply = service.answer(
                .subjectSearch, Self.subjects.dropLast() + #","page":\#(page)}"#)
            found.formUnion(try Self.results(reply))
            var tape = JSONTape()
            try tape.parse(reply.body)
            let next = try #require(
                tape.member(tape.root, "page").flatMap { tape.member($0, "next_token") })
            token = String(decoding: try #require(tape.bytes(next)), as: UTF8.self)
            if pages == 0 { _ = try restrict("Group", "staff") }
            pages += 1
        } while !token.isEmpty && pages < 10
        #expect(found.count == 1)
        #expect(pages < 10)
    }

    @Test("A quarantine ends at its instant, and not before")
    func ends() throws {
        var service = try service()
        _ = try restrict("User", "u1", until: 2_000_000)
        for (instant, isFound) in [(1_999_999 as Int64, false), (2_000_000, true)] {
            clock.instant.store(instant, ordering: .relaxed)
            let found = try Self.results(service.answer(.subjectSearch, Self.subjects))
            #expect(found.contains("u1") == isFound)
        }
        // A clock that is set back brings nothing back.
        clock.instant.store(1_000_000, ordering: .relaxed)
        #expect(try Self.results(service.answer(.subjectSearch, Self.subjects)).contains("u1"))
    }

    // MARK: Attributes that end

    private static let devices =
        #"{"subject":{"type":"Device"},"action":{"name":"read"},"resource":{"type":"Doc","id":"d"}}"#

    @Test("An attribute that has ended permits nobody", arguments: [false, true])
    func expiry(_ isIndexed: Bool) throws {
        let keeper = isIndexed ? ReferenceIndexKeeper(workplace.store) : nil
        if let keeper {
            _ = keeper.current
            try keeper.refresh()
        }
        var service = try service(references: keeper)
        for (instant, found) in [
            (1_999_999 as Int64, ["short", "long"] as Set<String>), (2_000_000, ["long"]),
            (9_000_000, []),
        ] {
            clock.instant.store(instant, ordering: .relaxed)
            #expect(try Self.results(service.answer(.subjectSearch, Self.devices)) == found)
            for id in ["short", "long"] {
                let answer = service.answer(.evaluation, Self.evaluation("Device", id))
                #expect(answer.text == #"{"decision":\#(found.contains(id))}"#, "\(id) \(instant)")
            }
        }
    }

    private static let datetime = #"{"__extn":{"fn":"datetime","arg":"1970-01-01"}}"#
    private static let later = #"{"__extn":{"fn":"datetime","arg":"2970-01-01"}}"#

    @Test(
        "A caller neither brings back what has ended nor ends what the store says",
        arguments: [
            false, true,
        ])
    func callers(_ overridesStore: Bool) throws {
        var service = try service { $0.mapping.subjectProperties.overridesStore = overridesStore }
        clock.instant.store(5_000_000, ordering: .relaxed)
        for properties in [
            "{}", #"{"expiresAt":{"compliant":\#(Self.later)}}"#, #"{"expiresAt":{}}"#,
            #"{"expiresAt":5}"#, #"{"expiresAt":\#(Self.later)}"#, #"{"other":true}"#,
        ] {
            let answer = service.answer(
                .evaluation, Self.evaluation("Device", "short", properties: properties))
            #expect(answer.text == #"{"decision":false}"#, "\(properties)")
        }
        // Said again by the caller it has still ended: the store says until when it counts.
        let claim = service.answer(
            .evaluation,
            Self.evaluation("Device", "short", properties: #"{"compliant":true}"#))
        #expect(claim.text == #"{"decision":false}"#)
        let hidden = #"{"expiresAt":{"blocked":\#(Self.datetime)}}"#
        let answer = service.answer(
            .evaluation, Self.evaluation("User", "blocked", properties: hidden))
        #expect(answer.text == #"{"decision":false}"#)
    }
}
