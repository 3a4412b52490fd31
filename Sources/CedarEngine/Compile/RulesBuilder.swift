import CedarSyntax

/// Lays out a ruleset: block after block, each with all that its policies need.
struct RulesBuilder: ~Copyable {
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
        /// The number of values that programs share.
        var sharedCount: UInt32 = 0
    }

    let members: [PolicySet.Member]
    let plan: IndexPlan
    var compiler: Compiler
    private(set) var candidates: [Candidate?]
    /// What the program of each policy costs.
    private(set) var costs: [UInt32]
    private var layout = Layout()

    /// - Parameters:
    ///   - plan: one that has taken all policies in their order.
    ///   - compiler: one that has read them in their order.
    init(_ members: [PolicySet.Member], plan: consuming IndexPlan, compiler: consuming Compiler) {
        self.members = members
        self.plan = plan
        self.compiler = compiler
        candidates = Array(repeating: nil, count: members.count)
        costs = Array(repeating: 0, count: members.count)
    }

    consuming func build() throws(CompileError) -> Layout { try lay(plan.arrangement()) }

    /// Lays out all policies where they stand.
    mutating func lay(_ arrangement: IndexPlan.Arrangement) throws(CompileError) -> Layout {
        let groups = arrangement.groups
        var entries: [(key: UInt64, role: PolicyIndex.Role, slot: PolicyIndex.Slot)] = []
        entries.reserveCapacity(groups.count)
        for group in groups {
            guard let role = group.role else {
                layout.general = try block(of: group, key: []).run
                continue
            }
            let key = plan.keys.value(at: group.key)
            let (block, run) = try self.block(of: group, key: key)
            let hash = Array(key).withFlat { Operand($0).hash }
            let mixed = PolicyIndex.key(role, hash)
            entries.append(
                (
                    mixed, role,
                    PolicyIndex.Slot(
                        tag: PolicyIndex.tag(mixed), block: block, count: run.count,
                        forbids: run.forbids)
                ))
            layout.roles |= role.bit
        }
        layout.slots = PolicyIndex.table(entries.map { ($0.key, $0.slot) })
        func gather(_ role: PolicyIndex.Role) -> UInt32 {
            layout.ancestors += entries.filter { $0.role == role }.map(\.slot)
            return UInt32(layout.ancestors.count)
        }
        layout.bounds.principal = gather(.principalAncestor)
        layout.bounds.action = gather(.actionAncestor)
        layout.bounds.resource = gather(.resourceAncestor)
        try addPaths(arrangement)
        layout.bytes = compiler.constants.bytes
        layout.sharedCount = compiler.sharedCount
        return layout
    }

    /// Lays out one block.
    private mutating func block(
        of group: IndexPlan.Group, key: ArraySlice<UInt8>
    ) throws(CompileError) -> (block: UInt32, run: PolicyIndex.Run) {
        let (block, first) = try compiler.append(key: key, candidates: group.policies.count)
        let run = PolicyIndex.Run(
            first: first, count: UInt32(group.policies.count), forbids: UInt32(group.forbids))
        for (number, policy) in group.policies.enumerated() {
            let candidate = try self.candidate(policy, group.role)
            compiler.store(candidate, at: run.place(UInt32(number)))
        }
        return (block, run)
    }

    /// Compiles a policy, unless it was for another group: what a role proves is the same there.
    private mutating func candidate(
        _ number: UInt32, _ role: PolicyIndex.Role?
    ) throws(CompileError) -> Candidate {
        if let known = candidates[Int(number)] { return known }
        let policy = members[Int(number)].policy
        let principalType = try compiler.typeHash(of: policy.principal)
        let resourceType = try compiler.typeHash(of: policy.resource)
        let program = try compiler.compile(policy, number: Int(number), proved: role)
        let candidate = Candidate(
            start: try compiler.settle(), number: number, principalType: principalType,
            resourceType: resourceType, depth: program.depth,
            isForbid: policy.effect == .forbid)
        costs[Int(number)] = program.cost
        candidates[Int(number)] = candidate
        return candidate
    }

    /// Lays out the indexed paths under which policies stand.
    private mutating func addPaths(_ arrangement: IndexPlan.Arrangement) throws(CompileError) {
        var members: [[UInt32]] = Array(repeating: [], count: arrangement.paths.count)
        for group in arrangement.groups {
            if let path = group.role?.path { members[path] += group.policies }
        }
        for (number, path) in arrangement.paths.enumerated() {
            let policies = members[number].compactMap { candidates[Int($0)] }
                .sorted { ($0.isForbid ? 0 : 1, $0.number) < ($1.isForbid ? 0 : 1, $1.number) }
            let (_, first) = try compiler.append(key: [], candidates: policies.count)
            let run = PolicyIndex.Run(
                first: first, count: UInt32(policies.count),
                forbids: UInt32(policies.count(where: \.isForbid)))
            for (index, policy) in policies.enumerated() {
                compiler.store(policy, at: run.place(UInt32(index)))
            }
            var names: [UInt32] = []
            for name in path.names { names.append(try compiler.add(.string(name))) }
            layout.paths.append(
                IndexedPath(
                    variable: path.variable.code, isGuarded: path.isGuarded,
                    count: UInt16(clamping: names.count),
                    names: try compiler.append(offsets: names),
                    action: try path.action.map { (uid) throws(CompileError) in
                        try compiler.add(entity: uid).hash
                    } ?? 0,
                    principalType: policies.first?.principalType ?? 0,
                    resourceType: policies.first?.resourceType ?? 0, all: run))
        }
    }
}
