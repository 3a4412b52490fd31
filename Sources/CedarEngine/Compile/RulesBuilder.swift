import CedarSyntax

/// Lays out a ruleset: block after block, each with all that its policies need.
struct RulesBuilder {
    /// What the builder makes: bytes, and where things lie among them.
    struct Layout {
        /// Keys, candidates, programs and constants; offsets are from the start.
        var bytes: [UInt8] = []
        var slots: [PolicyIndex.Slot] = [.empty, .empty]
        var ancestors: [PolicyIndex.Slot] = []
        var bounds = PolicyIndex.AncestorBounds()
        var paths: [IndexedPath] = []
        var general = PolicyIndex.Run.none
        /// The roles under which some policy stands, a bit each.
        var roles: UInt64 = 0
    }

    private let groups: [IndexPlan.Group]
    private let paths: [IndexPlan.PathKey]
    private var layout = Layout()
    private var candidates: [Candidate?]

    /// Compiles policies in pieces of some thousands, on all cores.
    static func layout(
        of members: [PolicySet.Member], _ attributes: AttributeIndexing
    ) throws(CompileError) -> Layout {
        var plan = IndexPlan(attributes)
        for member in members { try plan.add(member.policy) }
        let groups = plan.groups()
        let keys = groups.map { $0.role == nil ? [] : plan.keys.value(at: $0.key) }
        let ranges = pieces(of: groups, size: attributes == .always ? 1 : piecePolicies)
        let results = Chunks.map(ranges.count) { number -> Result<RulesPiece, CompileError> in
            do throws(CompileError) {
                return .success(
                    try RulesPiece(
                        groups[ranges[number]], of: members,
                        keys: Array(keys[ranges[number]])))
            } catch {
                return .failure(error)
            }
        }
        var pieces: [RulesPiece] = []
        for result in results { pieces.append(try result.get()) }
        var builder = RulesBuilder(groups, plan.paths, policies: members.count)
        try builder.join(pieces)
        try builder.addPaths()
        return builder.layout
    }

    private init(
        _ groups: [IndexPlan.Group], _ paths: [IndexPlan.PathKey], policies: Int
    ) {
        self.groups = groups
        self.paths = paths
        candidates = Array(repeating: nil, count: policies)
    }

    /// So many policies make a piece.
    private static let piecePolicies = 8_192

    private static func pieces(of groups: [IndexPlan.Group], size: Int) -> [Range<Int>] {
        var pieces: [Range<Int>] = []
        var start = 0
        var policies = 0
        for (number, group) in groups.enumerated() {
            policies += group.policies.count
            if policies >= size {
                pieces.append(start..<number + 1)
                start = number + 1
                policies = 0
            }
        }
        if start < groups.count { pieces.append(start..<groups.count) }
        return pieces
    }

    /// Puts the pieces one behind the other and makes the tables that find their blocks.
    private mutating func join(_ pieces: [RulesPiece]) throws(CompileError) {
        let size = pieces.reduce(0) { $0 + $1.bytes.count }
        guard size <= Int(UInt32.max) / 2 else { throw .tooLarge }
        layout.bytes.reserveCapacity(size)
        var entries: [(key: UInt64, role: PolicyIndex.Role, slot: PolicyIndex.Slot)] = []
        entries.reserveCapacity(groups.count)
        var number = 0
        for piece in pieces {
            var piece = piece
            piece.move(behind: UInt32(layout.bytes.count))
            layout.bytes += piece.bytes
            for candidate in piece.candidates {
                candidates[Int(candidate.number)] = candidate
            }
            for block in piece.blocks {
                defer { number += 1 }
                guard let role = groups[number].role else {
                    layout.general = block.run
                    continue
                }
                let key = PolicyIndex.key(role, block.hash)
                let slot = PolicyIndex.Slot(
                    tag: PolicyIndex.tag(key), block: block.place, count: block.run.count,
                    forbids: block.run.forbids)
                entries.append((key, role, slot))
                layout.roles |= role.bit
            }
        }
        layout.slots = PolicyIndex.table(entries.map { ($0.key, $0.slot) })
        func gather(_ role: PolicyIndex.Role) -> UInt32 {
            layout.ancestors += entries.filter { $0.role == role }.map(\.slot)
            return UInt32(layout.ancestors.count)
        }
        layout.bounds.principal = gather(.principalAncestor)
        layout.bounds.action = gather(.actionAncestor)
        layout.bounds.resource = gather(.resourceAncestor)
    }

    /// Lays out the indexed paths under which policies stand, behind everything else.
    ///
    /// They are found by their number: those that were not worth it stay, without policies.
    private mutating func addPaths() throws(CompileError) {
        var members: [[UInt32]] = Array(repeating: [], count: paths.count)
        for group in groups {
            if let path = group.role?.path { members[path] += group.policies }
        }
        let base = UInt32(layout.bytes.count)
        var pool = ConstantPool()
        for (path, policies) in zip(paths, members) {
            let all = policies.compactMap { candidates[Int($0)] }
                .sorted { ($0.isForbid ? 0 : 1, $0.number) < ($1.isForbid ? 0 : 1, $1.number) }
            let first = base + (try pool.append(words: all))
            var names: [UInt32] = []
            for name in path.names { names.append(base + (try pool.add(.string(name)))) }
            var action: UInt64 = 0
            if let uid = path.action {
                action = pool.hash(ofEntityAt: try pool.add(.entity(uid)))
            }
            layout.paths.append(
                IndexedPath(
                    variable: path.variable.code, isGuarded: path.isGuarded,
                    count: UInt16(clamping: names.count),
                    names: base + (try pool.append(words: names)), action: action,
                    principalType: all.first?.principalType ?? 0,
                    resourceType: all.first?.resourceType ?? 0,
                    all: PolicyIndex.Run(
                        first: first / 8, count: UInt32(all.count),
                        forbids: UInt32(all.count(where: \.isForbid)))))
        }
        layout.bytes += pool.bytes
    }
}
