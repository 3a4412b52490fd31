import SeededNumbers
import CedarEngine
import CedarSyntax
import CedarTestSupport
import EntityStore
import Glibc

/// The shipped engine on entities in a store of its own, behind a small cache, with random writes
/// between one decision and the next.
///
/// What the store should hold is kept beside it, and the tree evaluator decides on that.
struct StoredEvaluator: ~Copyable {
    private let store: EntityStore
    private var reader: EntityReader
    private let folder: String
    private var workspace = Workspace()
    private var encoder = FlatEncoder()
    private var held: [EntityUID: Entity] = [:]
    /// Writes after the entities of a case were stored.
    private(set) var writes = 0

    /// So small that chains push each other out.
    private static let cacheBytes = 16 << 10
    private static let rounds = 3

    /// - Parameter parent: a folder, best in memory, as every write waits for the disk.
    init(under parent: String) throws {
        var template = Array("\(parent)/compare-evaluators-XXXXXX".utf8CString)
        guard unsafe mkdtemp(&template) != nil else { throw FolderMissing(path: parent) }
        let folder = String(
            decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        let store = try EntityStore.open(
            at: folder + "/store", StoreOptions(createIfMissing: true, mapBytes: 64 << 20))
        let reader = try store.makeReader(cacheBytes: Self.cacheBytes)
        self.folder = folder
        self.store = store
        self.reader = reader
    }

    /// Removes the store from the disk.
    func removeFolder() {
        for name in ["store/data.mdb", "store/lock.mdb"] { _ = unsafe unlink("\(folder)/\(name)") }
        _ = unsafe rmdir(folder + "/store")
        _ = unsafe rmdir(folder)
    }

    /// Decides the requests of a case once on its entities and then after each of several writes.
    ///
    /// - Returns: where the engine differs from the tree evaluator, and all answers of the latter.
    mutating func compare(
        _ policyCase: PolicyCase, seed: UInt64
    ) throws -> (differences: [Disagreement], answers: [TreeAnswer]) {
        let policies = try PolicySet.parse(policyCase.policies.utf8)
        let ruleset = try Ruleset(policies, version: 0, indexing: .always)
        var random = SeededNumbers(seed: seed)
        try replaceAll(policyCase.entities)
        var differences: [Disagreement] = []
        var answers: [TreeAnswer] = []
        for round in 0...Self.rounds {
            if round > 0 { try write(policyCase.entities, &random) }
            let plain = PlainEntities(Array(held.values))
            try reader.begin()
            defer { reader.end() }
            for (index, request) in policyCase.requests.enumerated() {
                let expected = TreeEvaluator.authorize(policies, request, plain)
                let actual = try decide(ruleset, request)
                answers.append(expected)
                guard actual != expected else { continue }
                differences.append(
                    Disagreement(
                        caseID: "\(policyCase.id), round \(round) of writes", request: index,
                        expected: expected, actual: actual))
            }
        }
        return (differences, answers)
    }

    private mutating func replaceAll(_ entities: [Entity]) throws {
        let wanted = Dictionary(entities.map { ($0.uid, $0) }, uniquingKeysWith: { $1 })
        let surplus = held.keys.filter { wanted[$0] == nil }
        if !surplus.isEmpty { try store.delete(surplus.sorted()) }
        if !wanted.isEmpty { try store.put(wanted.values.sorted { $0.uid < $1.uid }) }
        held = wanted
    }

    /// Deletes, changes or brings back some of a case's entities, in one transaction or several.
    ///
    /// Parents are some of those that the case gives, so that no change makes a cycle.
    private mutating func write(_ entities: [Entity], _ random: inout SeededNumbers) throws {
        guard !entities.isEmpty else { return }
        for _ in 0...random.below(3) {
            writes += 1
            let original = random.pick(entities)
            if random.chance(25), held[original.uid] != nil {
                try store.delete([original.uid])
                held[original.uid] = nil
                continue
            }
            let other = random.pick(entities)
            let changed = Entity(
                uid: original.uid,
                attributes: random.chance(50) ? other.attributes : original.attributes,
                parents: original.parents.filter { _ in random.chance(70) },
                tags: random.chance(50) ? other.tags : original.tags)
            try store.put([changed])
            held[original.uid] = changed
        }
    }

    private mutating func decide(
        _ ruleset: Ruleset, _ request: TreeRequest
    ) throws -> TreeAnswer {
        let principal = FlatConstant(bytes: try encoder.encode(request.principal))
        let action = FlatConstant(bytes: try encoder.encode(request.action))
        let resource = FlatConstant(bytes: try encoder.encode(request.resource))
        let context = FlatConstant(bytes: try encoder.encode(record: request.context))
        let flat = Request(
            principal: FlatEntity(principal.flat), action: FlatEntity(action.flat),
            resource: FlatEntity(resource.flat), context: FlatRecord(context.flat))
        // The views above must stay readable until the end.
        defer { withExtendedLifetime((principal, action, resource, context)) {} }
        let verdict = ruleset.view.authorize(
            flat, entities: reader, errors: .cedar, workspace: &workspace)
        return TreeAnswer(
            isAllowed: verdict == .allow,
            reasons: Set(workspace.reasons.map { ruleset.policies[Int($0)].id }),
            errors: Set(workspace.errors.map { ruleset.policies[Int($0.policy)].id }))
    }
}

/// The folder for stores cannot be used.
private struct FolderMissing: Error, CustomStringConvertible {
    let path: String

    var description: String { "no folder can be made in `\(path)`" }
}
