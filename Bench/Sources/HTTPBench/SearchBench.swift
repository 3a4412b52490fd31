import ArgumentParser
import AuthZEN
import CedarEngine
import CedarSyntax
import DecisionPoint
import EntityStore
import Glibc

/// The first page of 100 among many documents, by owner and by group.
struct SearchBench: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "search", abstract: "Measure the first page of 100 results.")

    @Option(help: "How many documents there are.") var documents = 1_000_000
    @Option(help: "A folder for the store; it is made, or used again.") var store =
        "/tmp/http-bench-store"

    func run() async throws {
        let store = try EntityStore.open(
            at: store, StoreOptions(createIfMissing: true, mapBytes: 4 << 30))
        if try store.statistics().entities == 0 { try fill(store) }
        let publisher = RulesetPublisher(
            try Ruleset(
                PolicySet.parse(
                    Array(
                        """
                        permit (principal, action == Action::"own", resource is Doc)
                        when { resource.owner == principal };
                        permit (principal in Group::"g1", action == Action::"see", resource in Folder::"f7");
                        permit (principal, action == Action::"team", resource is Doc)
                        when { principal in resource.team };
                        """.utf8)), version: 1, plansSearch: true))
        let clock = ContinuousClock()
        let begin = clock.now
        let keeper = ReferenceIndexKeeper(store)
        _ = keeper.current
        try keeper.refresh()
        print(
            "index of \(keeper.current?.referenceCount ?? 0) references made in \(clock.now - begin)"
        )
        for (name, keeper) in [("index", Optional(keeper)), ("every entity", nil)] {
            var configuration = AuthZENConfiguration()
            configuration.limits.maximumTested = .max
            var service = AuthZENService(
                try Decider(publisher: publisher, store: store, errors: .strict), configuration,
                references: keeper)
            for action in ["own", "see", "team"] {
                let body = Array(
                    #"{"subject":{"type":"User","id":"u17"},"action":{"name":"\#(action)"},"resource":{"type":"Doc"},"page":{"limit":100}}"#
                        .utf8)
                var times: [Swift.Duration] = []
                var found = 0
                for _ in 0..<(keeper == nil ? 1 : 21) {
                    let begin = clock.now
                    found = service.answer(.resourceSearch, body.span).allowed
                    times.append(clock.now - begin)
                }
                times.sort()
                print(
                    "\(name), \(action): \(found) results, median \(times[times.count / 2]), "
                        + "longest \(times[times.count - 1])")
            }
        }
    }

    private func fill(_ store: EntityStore) throws {
        var entities: [Entity] = []
        func add(
            _ type: Text, _ id: String, _ attributes: [(key: Text, value: Value)],
            _ parents: [EntityUID]
        ) throws {
            entities.append(
                Entity(
                    uid: EntityUID(type: type, id: Text(id)), attributes: attributes,
                    parents: parents, tags: []))
            if entities.count == 50_000 {
                try store.put(entities)
                entities.removeAll()
            }
        }
        func uid(_ type: Text, _ id: String) -> EntityUID { EntityUID(type: type, id: Text(id)) }
        for number in 0..<100 { try add("Group", "g\(number)", [], []) }
        for number in 0..<100 { try add("Folder", "f\(number)", [], []) }
        for number in 0..<1000 {
            try add(
                "User", "u\(number)", [], [uid("Group", number == 17 ? "g1" : "g\(number % 100)")])
        }
        for number in 0..<documents {
            try add(
                "Doc", "d\(number)",
                [
                    ("owner", .entity(uid("User", "u\(number % 1000)"))),
                    ("team", .entity(uid("Group", "g\(number % 100)"))),
                    ("title", .string(Text("document number \(number)"))),
                ], [uid("Folder", "f\(number / 7 % 100)")])
        }
        try store.put(entities)
    }
}
