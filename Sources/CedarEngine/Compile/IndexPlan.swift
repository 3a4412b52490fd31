import CedarSyntax

/// When policies stand under the value of an attribute that their condition begins with.
package enum AttributeIndexing: Sendable {
    /// Where so many stand together otherwise that evaluating the attribute once pays.
    case wherePaying
    /// Wherever it can be done: for tests.
    case always
}

/// Chooses where each policy of a set stands in the index.
struct IndexPlan: ~Copyable {
    /// Policies under one key, or all of the general ones.
    struct Group {
        /// Nil for the general ones.
        var role: PolicyIndex.Role?
        /// Offset of the key in `keys`.
        var key: UInt32
        /// Forbids first, each kind in rising order.
        var policies: [UInt32]
        var forbids: Int
    }

    /// Where all policies stand.
    struct Arrangement {
        /// The general ones, then those under keys in the order of their first policies.
        var groups: [Group]
        /// The indexed paths, by the numbers of their roles.
        var paths: [PathKey]
    }

    /// What policies under one path have in common.
    struct PathKey: Hashable {
        let variable: Variable
        let names: [Text]
        let isGuarded: Bool
        let action: EntityUID?
        let principalType: Text?
        let resourceType: Text?
    }

    /// Where policies could stand: in a role of the scope, or under a path that may get a role.
    private struct Place: BitwiseCopyable {
        let number: UInt32

        static func scope(_ role: PolicyIndex.Role) -> Place {
            Place(number: UInt32(role.rawValue))
        }

        static func path(_ number: Int) -> Place {
            Place(number: UInt32(PolicyIndex.Role.firstPath + number))
        }

        var path: Int? {
            let path = Int(number) - PolicyIndex.Role.firstPath
            return path >= 0 ? path : nil
        }

        /// Its role, once it is known which paths have one.
        func role(_ numbers: [Int?]) -> PolicyIndex.Role {
            guard let path, let number = numbers[path] else {
                return PolicyIndex.Role(rawValue: UInt8(truncatingIfNeeded: number))
            }
            return .path(number)
        }
    }

    /// One part of a policy that could find it: a run of `keyOffsets`.
    private struct Choice: BitwiseCopyable {
        let place: Place
        let first: UInt32
        let count: UInt32
    }

    /// The keys, each once.
    private(set) var keys = ConstantPool()
    /// The paths that policies begin with.
    private var paths: [PathKey] = []
    private let attributes: AttributeIndexing
    private var pathNumbers: [PathKey: Int] = [:]
    private var choices: [Choice] = []
    private var keyOffsets: [UInt32] = []
    /// Where in `choices` those of each policy end; the attribute's comes last.
    private var ends: [UInt32] = []
    private var isForbid: [Bool] = []
    /// How many policies could stand under a key in a role.
    private var population: [UInt64: UInt32] = [:]

    init(_ attributes: AttributeIndexing = .wherePaying) { self.attributes = attributes }

    /// Takes the next policy of the set.
    mutating func add(_ policy: Policy) throws(CompileError) {
        switch policy.resource {
        case .equal(.entity(let uid)): try add(.scope(.resource), uid)
        case .in(.entity(let uid)), .isTypeIn(_, .entity(let uid)):
            try add(.scope(.resourceAncestor), uid)
        case .any, .isType, .equal(.slot), .in(.slot), .isTypeIn(_, .slot): break
        }
        switch policy.principal {
        case .equal(.entity(let uid)): try add(.scope(.principal), uid)
        case .in(.entity(let uid)), .isTypeIn(_, .entity(let uid)):
            try add(.scope(.principalAncestor), uid)
        case .any, .isType, .equal(.slot), .in(.slot), .isTypeIn(_, .slot): break
        }
        switch policy.action {
        case .any: break
        case .equal(let uid): try add(.scope(.action), uid)
        case .in(let uid): try add(.scope(.actionAncestor), uid)
        case .inSet(let uids): try add(.scope(.actionAncestor), uids.map { .entity($0) })
        }
        if let equality = AttributeEquality(policy) {
            try add(.path(number(of: equality, policy)), [equality.literal])
        }
        ends.append(UInt32(choices.count))
        isForbid.append(policy.effect == .forbid)
    }

    private mutating func add(_ place: Place, _ uid: EntityUID) throws(CompileError) {
        try add(place, [.entity(uid)])
    }

    private mutating func add(_ place: Place, _ values: [Value]) throws(CompileError) {
        let first = keyOffsets.count
        var listed: Set<UInt32> = []
        for value in values {
            let offset = try keys.add(value)
            // An action may be listed twice.
            if values.count > 1, !listed.insert(offset).inserted { continue }
            keyOffsets.append(offset)
            population[Self.crowdKey(place, offset), default: 0] += 1
        }
        choices.append(
            Choice(place: place, first: UInt32(first), count: UInt32(keyOffsets.count - first)))
    }

    private static func crowdKey(_ place: Place, _ offset: UInt32) -> UInt64 {
        UInt64(place.number) << 32 | UInt64(offset)
    }

    /// The number of a policy's path.
    private mutating func number(of equality: AttributeEquality, _ policy: Policy) -> Int {
        var action: EntityUID?
        if case .equal(let uid) = policy.action { action = uid }
        let key = PathKey(
            variable: equality.variable, names: equality.names, isGuarded: equality.isGuarded,
            action: action, principalType: policy.principal.type,
            resourceType: policy.resource.type)
        if let known = pathNumbers[key] { return known }
        pathNumbers[key] = paths.count
        paths.append(key)
        return paths.count - 1
    }

    // MARK: Choosing

    /// Puts every policy in its place: under the keys that the fewest policies could stand under.
    /// Among equals the resource comes first, then the principal.
    ///
    /// A policy whose action must be in one of several stands in several groups, one with
    /// `action in []` in none.
    func arrangement() -> Arrangement {
        let (chosen, indexed) = chosenPlaces()
        var pathNumbers: [Int?] = Array(repeating: nil, count: paths.count)
        for (number, path) in indexed.enumerated() { pathNumbers[path] = number }
        var general = Group(role: nil, key: 0, policies: [], forbids: 0)
        var groups: [Group] = []
        var numbers: [UInt64: Int] = [:]
        // Forbids before permits.
        for forbids in [true, false] {
            for policy in chosen.indices where isForbid[policy] == forbids {
                guard let choice = chosen[policy] else {
                    general.add(UInt32(policy), forbids)
                    continue
                }
                for key in keyOffsets[Int(choice.first)...].prefix(Int(choice.count)) {
                    let crowdKey = Self.crowdKey(choice.place, key)
                    let number = numbers[crowdKey] ?? groups.count
                    if number == groups.count {
                        numbers[crowdKey] = number
                        groups.append(
                            Group(
                                role: choice.place.role(pathNumbers), key: key, policies: [],
                                forbids: 0))
                    }
                    groups[number].add(UInt32(policy), forbids)
                }
            }
        }
        return Arrangement(groups: [general] + groups, paths: indexed.map { paths[$0] })
    }

    /// Which part of each policy finds it, nil when none does; and the paths that find some.
    private func chosenPlaces() -> (choices: [Choice?], paths: [Int]) {
        let scopes = ends.indices.map { policy in
            parts(of: policy).filter { $0.place.path == nil }.min { crowd($0) < crowd($1) }
        }
        let general = scopes.count { $0 == nil }
        // Whom the attribute would serve better than the scope.
        var wanted = Array(repeating: 0, count: paths.count)
        let better = ends.indices.map { policy in
            let choice = parts(of: policy).last { $0.place.path != nil }
            guard let choice, let path = choice.place.path else { return nil as Choice? }
            let other = scopes[policy].map { crowd($0) } ?? general
            guard attributes == .always || other >= Self.crowded && crowd(choice) * 2 <= other
            else { return nil }
            wanted[path] += 1
            return choice
        }
        // Those that most policies want; among equals the first.
        let least = attributes == .always ? 1 : Self.payingPolicies
        let indexed = paths.indices.filter { wanted[$0] >= least }
            .sorted { (wanted[$1], $0) < (wanted[$0], $1) }
            .prefix(PolicyIndex.Role.maximumPaths).sorted()
        var isIndexed = Array(repeating: false, count: paths.count)
        for path in indexed { isIndexed[path] = true }
        let choices = ends.indices.map { policy in
            guard let choice = better[policy], let path = choice.place.path, isIndexed[path] else {
                return scopes[policy]
            }
            return choice
        }
        return (choices, indexed)
    }

    /// With fewer that would run anyway, an attribute is not worth its evaluation.
    static let crowded = 16
    /// A path that fewer policies want is not evaluated.
    static let payingPolicies = 8

    private func parts(of policy: Int) -> ArraySlice<Choice> {
        choices[(policy == 0 ? 0 : Int(ends[policy - 1]))..<Int(ends[policy])]
    }

    private func crowd(_ choice: Choice) -> Int {
        var crowd: UInt32 = 0
        for key in keyOffsets[Int(choice.first)...].prefix(Int(choice.count)) {
            crowd = max(crowd, population[Self.crowdKey(choice.place, key)] ?? 0)
        }
        return Int(crowd)
    }
}

extension IndexPlan.Group {
    fileprivate mutating func add(_ policy: UInt32, _ isForbid: Bool) {
        policies.append(policy)
        if isForbid { forbids += 1 }
    }
}

extension ScopeConstraint {
    /// The type that it demands.
    fileprivate var type: Text? {
        switch self {
        case .any, .equal, .in: nil
        case .isType(let type), .isTypeIn(let type, _): type
        }
    }
}
