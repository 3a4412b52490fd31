import CedarSyntax

/// Some groups of a set, compiled by themselves: a part of a ruleset's bytes.
///
/// A constant that policies of several pieces use is in each of them.
struct RulesPiece: Sendable {
    /// What was made of one group.
    struct Block: BitwiseCopyable, Sendable {
        /// Where it lies, in words: the key, then the candidates at `run`.
        var place: UInt32
        var run: PolicyIndex.Run
        /// The hash of the key; 0 for the general ones.
        var hash: UInt64
    }

    private var output = Compiler.Output()
    /// A block for each group, in their order.
    private(set) var blocks: [Block] = []
    private(set) var candidates: [Candidate] = []

    var bytes: [UInt8] { output.bytes }

    /// Compiles groups.
    init(
        _ groups: ArraySlice<IndexPlan.Group>, of members: [PolicySet.Member],
        keys: [ArraySlice<UInt8>]
    ) throws(CompileError) {
        var compiler = Compiler()
        // Only a policy whose action must be in one of several stands in several groups, and what
        // its role proves is the same in all.
        var known: [UInt32: Candidate] = [:]
        for (group, key) in zip(groups, keys) {
            let (place, first) = try compiler.append(
                key: key, candidates: group.policies.count)
            let run = PolicyIndex.Run(
                first: first, count: UInt32(group.policies.count),
                forbids: UInt32(group.forbids))
            for (index, number) in group.policies.enumerated() {
                let mayRepeat = group.role == .actionAncestor
                let candidate: Candidate
                if mayRepeat, let compiled = known[number] {
                    candidate = compiled
                } else {
                    candidate = try Self.candidate(
                        number, members[Int(number)].policy, group.role, &compiler)
                    candidates.append(candidate)
                    if mayRepeat { known[number] = candidate }
                }
                compiler.store(candidate, at: run.place(UInt32(index)))
            }
            let hash = key.isEmpty ? 0 : Array(key).withFlat { Operand($0).hash }
            blocks.append(Block(place: place, run: run, hash: hash))
        }
        output = compiler.output()
    }

    private static func candidate(
        _ number: UInt32, _ policy: Policy, _ role: PolicyIndex.Role?,
        _ compiler: inout Compiler
    ) throws(CompileError) -> Candidate {
        let principalType = try compiler.typeHash(of: policy.principal)
        let resourceType = try compiler.typeHash(of: policy.resource)
        let depth = try compiler.compile(policy, proved: role).depth
        return Candidate(
            start: try compiler.settle(), number: number, principalType: principalType,
            resourceType: resourceType, depth: depth, isForbid: policy.effect == .forbid)
    }

    /// Changes everything to read as it must behind so many other bytes, a multiple of eight.
    mutating func move(behind base: UInt32) {
        guard base > 0 else { return }
        for index in blocks.indices {
            let run = blocks[index].run
            for number in 0..<run.count {
                let place = Int(run.place(number)) * 8
                let candidate = output.bytes.load(Candidate.self, at: place)
                output.bytes.store(candidate.moved(by: base / 8), at: place)
            }
            blocks[index].place += base / 8
            blocks[index].run.first += base / 8
        }
        for index in candidates.indices {
            candidates[index] = candidates[index].moved(by: base / 8)
        }
        output.move(behind: base)
    }
}

extension Candidate {
    fileprivate func moved(by words: UInt32) -> Candidate {
        Candidate(
            start: start + words, number: number, principalType: principalType,
            resourceType: resourceType, depth: depth, isForbid: isForbid)
    }
}
