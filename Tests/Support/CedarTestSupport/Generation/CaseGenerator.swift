import SeededNumbers
import CedarSyntax

/// Makes random cases that are worth comparing evaluators on.
///
/// Policies, entities and requests of a case share a small vocabulary, so that attributes are found,
/// hierarchies matter and equal values meet; most expressions are well typed, some are not.
///
/// The same seed and index give the same case on every machine.
package struct CaseGenerator: Sendable {
    var random: SeededNumbers
    let vocabulary: Vocabulary
    /// What must hold so that the expression being made finds its attributes and tags.
    var guards: [String] = []

    /// Returns the case at an index of the sequence that belongs to a seed.
    package static func makeCase(seed: UInt64, index: Int) -> PolicyCase {
        var seeds = SeededNumbers(seed: seed)
        let base = seeds.next()
        var generator = CaseGenerator(
            SeededNumbers(seed: base ^ UInt64(index) &* 0xD134_2543_DE82_EF95))
        return generator.makeCase(id: "\(seed)-\(index)")
    }

    private init(_ random: SeededNumbers) {
        var random = random
        vocabulary = Vocabulary(using: &random)
        self.random = random
    }

    private mutating func makeCase(id: String) -> PolicyCase {
        var policies = ""
        for _ in 0...random.below(6) { policies += policy() + "\n" }
        if random.chance(2) { policies += "// the end" }
        let entities = makeEntities()
        var requests: [TreeRequest] = []
        for _ in 0...random.below(4) { requests.append(makeRequest()) }
        return PolicyCase(
            id: id, policies: Text(policies), entities: entities, requests: requests)
    }

    // MARK: - Data

    private mutating func makeEntities() -> [Entity] {
        makeEntities(vocabulary.entities, withData: true)
            + makeEntities(vocabulary.actions, withData: false)
    }

    /// Leaves some out; what they are named by as parents stays.
    private mutating func makeEntities(_ uids: [EntityUID], withData: Bool) -> [Entity] {
        var entities: [Entity] = []
        for (index, uid) in uids.enumerated() where random.chance(90) {
            var entity = Entity(uid: uid)
            entity.parents = random.some(of: Array(uids[(index + 1)...]), percent: 35)
            if withData || random.chance(20) {
                entity.attributes = members(percent: 93, depth: 0)
                if random.chance(70) {
                    for tag in vocabulary.tags where random.chance(80) {
                        entity.tags.append((Text(tag.key), strayValue(tag.kind, depth: 1)))
                    }
                }
            }
            entities.append(entity)
        }
        return entities
    }

    private mutating func makeRequest() -> TreeRequest {
        TreeRequest(
            principal: requestEntity(),
            action: random.chance(95)
                ? random.pick(vocabulary.actions) : EntityUID(type: "Action", id: "unknown"),
            resource: requestEntity(), context: members(percent: 93, depth: 0))
    }

    private mutating func requestEntity() -> EntityUID {
        if random.chance(5) {
            return EntityUID(type: "User", id: Text(random.pick(Vocabulary.oddTexts)))
        }
        // Those that come first have the most ancestors.
        let count = vocabulary.entities.count
        return vocabulary.entities[random.below(random.chance(60) ? (count + 1) / 2 : count)]
    }

    // MARK: - Values

    /// Makes members for an entity, a context or a record.
    mutating func members(percent: Int, depth: Int) -> [(key: Text, value: Value)] {
        var members: [(key: Text, value: Value)] = []
        for attribute in vocabulary.attributes where random.chance(percent) {
            members.append((Text(attribute.name), strayValue(attribute.kind, depth: depth + 1)))
        }
        return members
    }

    /// Makes a value that is now and then of another kind than asked for.
    private mutating func strayValue(_ kind: ValueKind, depth: Int) -> Value {
        value(random.chance(4) ? random.pick(ValueKind.common) : kind, depth: depth)
    }

    private mutating func value(_ kind: ValueKind, depth: Int) -> Value {
        switch kind {
        case .bool: return .bool(random.chance(60))
        case .long: return .long(long())
        case .string: return .string(Text(string()))
        case .entity: return .entity(entity())
        case .record: return .record(members(percent: depth > 2 ? 3 : 35, depth: depth))
        case .decimal:
            return parsed(random.pick(Vocabulary.decimalTexts)) {
                Decimal(parsing: $0).map { .decimal($0) }
            }
        case .ip:
            return parsed(random.pick(Vocabulary.ipTexts)) {
                IPAddress(parsing: $0).map { .ip($0) }
            }
        case .datetime:
            if random.chance(8) {
                return .datetime(DateTime(milliseconds: random.pick(Vocabulary.longs)))
            }
            return parsed(random.pick(Vocabulary.datetimeTexts)) {
                DateTime(parsing: $0).map { .datetime($0) }
            }
        case .duration:
            return parsed(random.pick(Vocabulary.durationTexts)) {
                Duration(parsing: $0).map { .duration($0) }
            }
        case .set(let element):
            var elements: [Value] = []
            for _ in 0..<random.below(depth > 2 ? 2 : 4) {
                elements.append(strayValue(element, depth: depth + 1))
            }
            return .set(elements)
        }
    }

    private func parsed(_ text: String, _ parse: ([UInt8]) -> Value?) -> Value {
        guard let value = parse(Array(text.utf8)) else {
            preconditionFailure("the vocabulary's `\(text)` is no value of its kind")
        }
        return value
    }

    // MARK: - Pieces

    mutating func long() -> Int64 {
        if random.chance(70) { return Int64(random.below(7)) - 2 }
        if random.chance(93) { return random.pick(Vocabulary.longs) }
        return Int64(bitPattern: random.next())
    }

    mutating func string() -> String {
        if random.chance(55) { return random.pick(Vocabulary.plainTexts) }
        if random.chance(80) { return random.pick(Vocabulary.oddTexts) }
        return random.pick(Vocabulary.plainTexts) + random.pick(Vocabulary.oddTexts)
    }

    mutating func entity() -> EntityUID {
        if random.chance(92) { return random.pick(vocabulary.entities) }
        if random.chance(60) { return random.pick(vocabulary.actions) }
        return EntityUID(type: Text(random.pick(Vocabulary.types)), id: Text(string()))
    }
}
