import SeededNumbers
import CedarEngine
import CedarSyntax
import DecisionPoint
import EntityStore
import Synchronization
import Testing

@Suite("Decider: attributes that end")
struct ExpiryDecisionTests {
    private static let names: [Text] = ["a", "b", "c", "d", "e", "f"]

    /// Decisions at any instant see just the attributes that have not ended, with a cache or without,
    /// also when reports replace them meanwhile.
    @Test("Each is seen until its instant and not from it on", arguments: [0, 1 << 20])
    func exact(_ cacheBytes: Int) throws {
        var random = SeededNumbers(seed: 5)
        let clock = SetClock()
        let workplace = try Workplace(
            policies: Self.names.map { name in
                """
                permit (principal, action == Action::"\(name)", resource)
                when { principal has \(name) && principal.\(name) };
                """
            }.joined(separator: "\n"))
        var decider = try Decider(
            publisher: workplace.publisher, store: workplace.store, errors: .strict,
            cacheBytes: cacheBytes, clock: clock.clock)
        // By device and attribute: what it says and until when, in milliseconds.
        var model: [[Text: (value: Bool, end: Int64?)]] = Array(repeating: [:], count: 20)
        var now: Int64 = 1_700_000_000_000
        var (allowed, ended) = (0, 0)
        for _ in 0..<600 {
            now += Int64.random(in: 0...700, using: &random)
            clock.instant.store(now, ordering: .relaxed)
            let number = Int.random(in: 0..<model.count, using: &random)
            if random.chance(40) {
                for name in Self.names where random.chance(60) {
                    let end = now + Int64.random(in: -500...6_000, using: &random)
                    model[number][name] = (random.chance(80), random.chance(85) ? end : nil)
                }
                try workplace.store.put([Self.device(number, model[number])])
            }
            decider.begin()
            for name in Self.names {
                let known = model[number][name]
                let hasEnded = known?.end.map { $0 <= now } ?? false
                let expected = known?.value == true && !hasEnded
                let outcome = try Self.decide(&decider, number, name)
                #expect((outcome == .allowed) == expected, "\(number).\(name) at \(now)")
                if expected { allowed += 1 }
                if hasEnded { ended += 1 }
            }
            decider.end()
        }
        // Both must have been met often, else nothing is tested.
        #expect(allowed > 500 && ended > 500)
    }

    private static func device(
        _ number: Int, _ known: [Text: (value: Bool, end: Int64?)]
    ) -> Entity {
        let ends = known.compactMap { name, fact in
            fact.end.map { (key: name, value: Value.datetime(DateTime(milliseconds: $0))) }
        }
        return entity(
            "Device", Text("d\(number)"),
            known.map { (key: $0.key, value: .bool($0.value.value)) }
                + [(key: "expiresAt", value: .record(ends))])
    }

    private static func decide(
        _ decider: inout Decider, _ number: Int, _ action: Text
    ) throws -> Outcome {
        let principal = try FlatConstant(
            .entity(EntityUID(type: "Device", id: Text("d\(number)"))))
        let action = try FlatConstant(.entity(EntityUID(type: "Action", id: action)))
        let context = FlatConstant.emptyRecord()
        return decider.decide(
            Request(
                principal: FlatEntity(principal.flat), action: FlatEntity(action.flat),
                resource: FlatEntity(principal.flat), context: FlatRecord(context.flat)))
    }
}
