import SeededNumbers
import AuthZEN
import CedarEngine
import CedarSyntax
import DecisionPoint
import EntityStore
import Glibc
import Testing

extension SeededNumbers {
    mutating func chance(_ percent: Int) -> Bool { Int.random(in: 0..<100, using: &self) < percent }
}

/// A small store and a few policies, made by chance.
struct SearchWorld {
    let policies: String
    let entities: [Entity]

    static let users = (0..<5).map { EntityUID(type: "User", id: Text("u\($0)")) }
    static let groups = (0..<4).map { EntityUID(type: "Group", id: Text("g\($0)")) }
    static let documents = (0..<8).map { EntityUID(type: "Doc", id: Text("d\($0)")) }
    static let folders = (0..<4).map { EntityUID(type: "Folder", id: Text("f\($0)")) }

    init(_ random: inout SeededNumbers) {
        var entities: [Entity] = []
        func pick(_ list: [EntityUID]) -> EntityUID { list.randomElement(using: &random)! }
        func some(_ list: [EntityUID], _ percent: Int) -> [EntityUID] {
            list.filter { _ in random.chance(percent) }
        }
        for (index, group) in Self.groups.enumerated() where random.chance(85) {
            entities.append(
                Entity(
                    uid: group, attributes: [], parents: some(Array(Self.groups[..<index]), 35),
                    tags: []))
        }
        for (index, folder) in Self.folders.enumerated() where random.chance(85) {
            entities.append(
                Entity(
                    uid: folder, attributes: [], parents: some(Array(Self.folders[..<index]), 35),
                    tags: []))
        }
        for user in Self.users where random.chance(90) {
            var attributes: [(key: Text, value: Value)] = []
            if random.chance(50) { attributes.append(("home", .entity(pick(Self.folders)))) }
            if random.chance(40) {
                attributes.append(
                    ("places", .set(some(Self.folders + Self.documents, 20).map { .entity($0) })))
            }
            if random.chance(50) { attributes.append(("boss", .entity(pick(Self.users)))) }
            entities.append(
                Entity(
                    uid: user, attributes: attributes, parents: some(Self.groups, 30), tags: []))
        }
        for document in Self.documents where random.chance(90) {
            var attributes: [(key: Text, value: Value)] = []
            if random.chance(75) { attributes.append(("owner", .entity(pick(Self.users)))) }
            if random.chance(50) {
                attributes.append(
                    ("readers", .set(some(Self.users + Self.groups, 30).map { .entity($0) })))
            }
            if random.chance(40) { attributes.append(("team", .entity(pick(Self.groups)))) }
            if random.chance(50) { attributes.append(("open", .bool(random.chance(50)))) }
            entities.append(
                Entity(
                    uid: document, attributes: attributes, parents: some(Self.folders, 30), tags: []
                ))
        }
        self.entities = entities
        policies = (0..<Int.random(in: 1...4, using: &random)).map { _ in
            Self.policy(&random)
        }.joined(separator: "\n")
    }

    private static func policy(_ random: inout SeededNumbers) -> String {
        let user = users.randomElement(using: &random)!
        let group = groups.randomElement(using: &random)!
        let document = documents.randomElement(using: &random)!
        let folder = folders.randomElement(using: &random)!
        let effect = random.chance(80) ? "permit" : "forbid"
        let principal = [
            "principal", "principal", "principal is User", "principal == \(user)",
            "principal in \(group)", "principal is User in \(group)", "principal is Group",
        ].randomElement(using: &random)!
        let action = [
            "action", "action == Action::\"read\"",
            "action in [Action::\"read\", Action::\"write\"]",
            "action == Action::\"write\"",
        ].randomElement(using: &random)!
        let resource = [
            "resource", "resource", "resource is Doc", "resource == \(document)",
            "resource in \(folder)", "resource is Doc in \(folder)", "resource is Folder",
        ].randomElement(using: &random)!
        var text = "\(effect) (\(principal), \(action), \(resource))"
        for _ in 0..<Int.random(in: 0...2, using: &random) {
            let kind = random.chance(85) ? "when" : "unless"
            text += " \(kind) { \(condition(&random, 0)) }"
        }
        return text + ";"
    }

    private static func condition(_ random: inout SeededNumbers, _ depth: Int) -> String {
        let user = users.randomElement(using: &random)!
        let group = groups.randomElement(using: &random)!
        let document = documents.randomElement(using: &random)!
        let folder = folders.randomElement(using: &random)!
        if depth < 2, random.chance(45) {
            let left = condition(&random, depth + 1)
            let right = condition(&random, depth + 1)
            return [
                "(\(left)) && (\(right))", "(\(left)) || (\(right))", "!(\(left))",
                "if (\(left)) then (\(right)) else (\(condition(&random, depth + 1)))",
            ].randomElement(using: &random)!
        }
        return [
            "resource.owner == principal", "principal == resource.owner",
            "resource has owner && resource.owner == principal", "resource.owner == \(user)",
            "principal in resource.team", "resource has team && principal in resource.team",
            "principal in resource.readers", "resource.readers.contains(principal)",
            "resource has readers && resource.readers.contains(\(group))",
            "resource in principal.home", "principal has home && resource in principal.home",
            "resource in principal.places", "principal.places.contains(resource)",
            "resource == principal.home", "principal in \(group)", "principal == \(user)",
            "resource in \(folder)", "resource == \(document)",
            "resource in [\(folder), \(document)]",
            "principal in [\(user), \(group)]", "[\(document), \(folder)].contains(resource)",
            "principal is User", "resource is Doc", "resource is Doc in \(folder)",
            "resource.open", "resource has open && resource.open", "true", "false",
            "principal.boss == principal", "resource in principal", "principal in resource",
            "resource == principal", "context.flag",
        ].randomElement(using: &random)!
    }
}

/// Searches against brute force on 300 random worlds; `WRIT_SEARCH_WORLDS` says another number:
///
///     WRIT_SEARCH_WORLDS=10000 swift test --filter SearchTests
@Suite("Decider, search")
struct SearchTests {
    private static let worlds: Int = {
        guard let value = unsafe getenv("WRIT_SEARCH_WORLDS") else { return 300 }
        return unsafe Int(String(cString: value)) ?? 300
    }()

    /// All that is permitted, each decided as a request of its own.
    private static func bruteForce(
        _ decider: inout Decider, _ role: SearchRole, _ candidates: [EntityUID], _ known: EntityUID,
        _ action: EntityUID
    ) throws -> Set<EntityUID> {
        var found: Set<EntityUID> = []
        for candidate in candidates {
            let principal = try FlatConstant(.entity(role == .principal ? candidate : known))
            let resource = try FlatConstant(.entity(role == .principal ? known : candidate))
            let action = try FlatConstant(.entity(action))
            let context = FlatConstant.emptyRecord()
            let outcome = decider.decide(
                Request(
                    principal: FlatEntity(principal.flat), action: FlatEntity(action.flat),
                    resource: FlatEntity(resource.flat), context: FlatRecord(context.flat)))
            if outcome == .allowed { found.insert(candidate) }
        }
        return found
    }

    /// All pages of a search.
    private static func search(
        _ decider: inout Decider, _ role: SearchRole, _ type: Text, _ known: EntityUID,
        _ action: EntityUID, _ index: ReferenceIndex?, limit: Int
    ) throws -> (results: [EntityUID], tested: Int) {
        let probe = try FlatConstant(.entity(EntityUID(type: type, id: "")))
        let knownFlat = try FlatConstant(.entity(known))
        let actionFlat = try FlatConstant(.entity(action))
        let context = FlatConstant.emptyRecord()
        let search = EntitySearch(
            role, typeProbe: FlatEntity(probe.flat), known: FlatEntity(knownFlat.flat),
            action: FlatEntity(actionFlat.flat), context: FlatRecord(context.flat))
        var results: [EntityUID] = []
        var tested = 0
        var position: ScanPosition? = .start
        while let start = position {
            let outcome = decider.search(
                search, from: start, SearchBounds(results: limit, tested: 1_000_000), index: index)
            guard case .page(let page) = outcome else { throw TestFailure("\(outcome)") }
            results += page.results
            tested += page.tested
            position = page.next
            if position != nil, page.results.count != limit { throw TestFailure("a short page") }
        }
        return (results, tested)
    }

    @Test(
        "Searches equal brute force on small worlds, before and after changes to the store",
        arguments: 0..<max(1, (worlds + 99) / 100))
    func differential(_ batch: Int) throws {
        var random = SeededNumbers(seed: UInt64(batch) &* 7919 &+ 1)
        let read = EntityUID(type: "Action", id: "read")
        let directory = try TemporaryDirectory()
        let store = try EntityStore.open(
            at: directory.path + "/store", StoreOptions(createIfMissing: true, mapBytes: 8 << 20))
        var saved = 0
        for _ in 0..<min(100, Self.worlds - batch * 100) {
            let world = SearchWorld(&random)
            let old =
                SearchWorld.users + SearchWorld.groups + SearchWorld.documents
                + SearchWorld.folders
            _ = try store.delete(old, ignoringAbsent: true)
            let before = world.entities
            let other = SearchWorld(&random).entities
            try store.put(before)
            let index = try ReferenceIndex(store)
            // Some are changed after the index was made.
            if random.chance(50) {
                var changed = other.filter { _ in random.chance(30) }
                // Parents have smaller numbers in both, so no change makes a cycle.
                changed.sort { $0.uid < $1.uid }
                if !changed.isEmpty { try store.put(changed) }
            }
            let publisher = RulesetPublisher(
                try Ruleset(
                    PolicySet.parse(Array(world.policies.utf8)), version: 1, plansSearch: true))
            var decider = try Decider(publisher: publisher, store: store, errors: .strict)
            decider.begin()
            defer { decider.end() }
            for (role, type, candidates, known) in [
                (SearchRole.resource, "Doc" as Text, SearchWorld.documents, SearchWorld.users[0]),
                (.resource, "Doc", SearchWorld.documents, SearchWorld.groups[1]),
                (.principal, "User", SearchWorld.users, SearchWorld.documents[0]),
                (.principal, "User", SearchWorld.users, SearchWorld.users[1]),
            ] {
                let stored = try candidates.filter { try store.get($0) != nil }
                let expected = try Self.bruteForce(&decider, role, stored, known, read)
                let limit = Int.random(in: 1...4, using: &random)
                let all = try Self.search(&decider, role, type, known, read, nil, limit: limit)
                let indexed = try Self.search(
                    &decider, role, type, known, read, index, limit: limit)
                #expect(Set(all.results) == expected, "\(world.policies) for \(known)")
                #expect(indexed.results == all.results, "\(world.policies) for \(known)")
                #expect(all.results.count == expected.count)
                saved += all.tested - indexed.tested
            }
        }
        // The index must be worth something, else it is not tested.
        #expect(saved > 0)
    }

    @Test("Owner and group policies look at few of many entities")
    func selectivity() throws {
        let workplace = try Workplace(
            policies: """
                permit (principal, action == Action::"read", resource is Doc)
                when { resource.owner == principal };
                permit (principal in Group::"staff", action, resource in Folder::"shared");
                """,
            entities: [entity("Folder", "shared"), entity("Group", "staff")]
                + (0..<2000).map { number in
                    entity(
                        "Doc", Text("d\(number)"),
                        [("owner", .entity(EntityUID(type: "User", id: Text("u\(number % 100)"))))],
                        in: number % 50 == 0 ? [EntityUID(type: "Folder", id: "shared")] : [])
                }
                + (0..<100).map {
                    entity(
                        "User", Text("u\($0)"), [],
                        in: $0 == 7 ? [EntityUID(type: "Group", id: "staff")] : [])
                })
        let index = try ReferenceIndex(workplace.store)
        #expect(index.entityCount == 2102)
        var decider = try workplace.decider()
        decider.begin()
        defer { decider.end() }
        let read = EntityUID(type: "Action", id: "read")
        for (user, count) in [("u3", 20), ("u7", 60), ("nobody", 0)] {
            let known = EntityUID(type: "User", id: Text(user))
            let all = try Self.search(
                &decider, .resource, "Doc", known, read, nil, limit: 1000)
            let indexed = try Self.search(
                &decider, .resource, "Doc", known, read, index, limit: 1000)
            #expect(all.results.count == count)
            #expect(indexed.results == all.results)
            #expect(all.tested == 2000)
            #expect(indexed.tested <= count + 2)
        }
    }
}
