/// What becomes of a policy that cannot be evaluated.
package enum ErrorMode: Sendable {
    /// A `forbid` that errors denies: skipping it would fail open.
    case strict
    /// Every policy that errors is skipped, as the Cedar specification says.
    case cedar
}

/// How much a decision finds out.
package enum DiagnosticsMode: Sendable {
    /// Every policy that may apply is evaluated: all that determine the decision and all that err
    /// are known.
    case full
    /// Only until the decision is certain: forbids first, then permits up to the first that is
    /// satisfied. Allow or deny is the same as with ``full``; of the reasons there is one at most,
    /// and of the errors those met on the way. A permit that is not needed is not evaluated, so a
    /// store that fails there does not deny.
    case decisionOnly
}

/// The outcome of a decision; there is no third.
package enum Verdict: BitwiseCopyable, Hashable, Sendable {
    case allow
    case deny(DenyCause)
}

/// Why a decision is a deny.
package enum DenyCause: UInt8, BitwiseCopyable, Hashable, Sendable {
    /// A `forbid` matched, or no `permit` did.
    case policies
    /// A `forbid` could not be evaluated: in strict mode for any fault, in Cedar's mode because it
    /// outgrew the workspace, a bound which the specification does not know.
    case policyError
    /// The entity store could not be read.
    case storeUnavailable
}

extension RulesView {
    /// Decides one request.
    ///
    /// Satisfied forbids deny, else satisfied permits allow, else it is a deny. The determining and
    /// the erroring policies are left in the workspace.
    ///
    /// Source: Cedar language reference, "Authorization"; strict mode is Writ's own.
    package func authorize<Source: EntitySource & ~Copyable>(
        _ request: Request, entities: borrowing Source, errors mode: ErrorMode,
        diagnostics: DiagnosticsMode = .full, workspace: inout Workspace
    ) -> Verdict {
        workspace.prepare(sharedCount: sharedCount)
        var decision = Decision(rules: self, request: request)
        switch diagnostics {
        case .full:
            decision.forEachCandidate(in: entities, &workspace) {
                (decision, run, workspace) in
                decision.evaluate(run.first, run.count, entities, &workspace)
            }
        case .decisionOnly:
            decision.forEachCandidate(in: entities, &workspace) {
                (decision, run, workspace) in
                for number in 0..<run.forbids where !decision.forbidden {
                    decision.evaluate(run.place(number), 1, entities, &workspace)
                }
                if run.count > run.forbids { workspace.permits.append(run) }
            }
            decision.evaluatePermits(entities, mode, &workspace)
        }
        if workspace.reasons.count > 1 || workspace.errors.count > 1 { workspace.sortResults() }
        return decision.verdict(mode, &workspace)
    }
}

/// What is known so far of one decision.
private struct Decision: BitwiseCopyable {
    let rules: RulesView
    let request: Request
    var permitted = false
    var forbidden = false
    var forbidErrored = false
    var forbidExhausted = false
    var storeFailed = false

    init(rules: RulesView, request: Request) {
        self.rules = rules
        self.request = request
    }

    func verdict(_ mode: ErrorMode, _ workspace: inout Workspace) -> Verdict {
        if storeFailed {
            workspace.reasons.removeAll(keepingCapacity: true)
            return .deny(.storeUnavailable)
        }
        if forbidden { return .deny(.policies) }
        if isDeniedByErrors(mode) {
            workspace.reasons.removeAll(keepingCapacity: true)
            return .deny(.policyError)
        }
        return permitted ? .allow : .deny(.policies)
    }

    private func isDeniedByErrors(_ mode: ErrorMode) -> Bool {
        forbidExhausted || (forbidErrored && mode == .strict)
    }

    /// Evaluates policies that stand together in the index.
    mutating func evaluate<Source: EntitySource & ~Copyable>(
        _ first: UInt32, _ count: UInt32, _ entities: borrowing Source,
        _ workspace: inout Workspace
    ) {
        let machine = Machine(rules: rules, request: request)
        var place = first
        for _ in 0..<count {
            let policy = rules.candidate(place)
            place &+= Candidate.words
            guard policy.mayApply(to: request) else { continue }
            let number = policy.number
            workspace.stack.prepare(depth: Int(policy.depth))
            do throws(Fault) {
                guard
                    try machine.run(
                        from: Int(policy.start), source: entities, workspace: &workspace)
                else { continue }
                if policy.isForbid, !forbidden {
                    // Permits found before do not determine a deny.
                    forbidden = true
                    workspace.reasons.removeAll(keepingCapacity: true)
                }
                permitted = permitted || !policy.isForbid
                if policy.isForbid == forbidden { workspace.reasons.append(number) }
            } catch {
                workspace.errors.append(.init(policy: number, fault: error))
                if policy.isForbid {
                    forbidErrored = true
                    // To skip it would let a large request switch it off.
                    forbidExhausted = forbidExhausted || error == .workspaceExhausted
                }
                storeFailed = storeFailed || error == .storeUnavailable
            }
        }
    }

    /// Evaluates the permits that were put aside, up to the first that is satisfied.
    mutating func evaluatePermits<Source: EntitySource & ~Copyable>(
        _ entities: borrowing Source, _ mode: ErrorMode, _ workspace: inout Workspace
    ) {
        guard !forbidden, !storeFailed, !isDeniedByErrors(mode) else { return }
        for index in workspace.permits.indices {
            let run = workspace.permits[index]
            for number in run.forbids..<run.count {
                evaluate(run.place(number), 1, entities, &workspace)
                if permitted || storeFailed { return }
            }
        }
    }

    /// Calls the closure with all policies that may apply, some perhaps twice.
    @inline(__always)
    mutating func forEachCandidate<Source: EntitySource & ~Copyable>(
        in entities: borrowing Source, _ workspace: inout Workspace,
        _ body: (inout Decision, PolicyIndex.Run, inout Workspace) -> Void
    ) {
        if rules.general.count > 0 { body(&self, rules.general, &workspace) }
        candidates(.resource, .resourceAncestor, 2, request.resource, entities, &workspace, body)
        candidates(
            .principal, .principalAncestor, 0, request.principal, entities, &workspace, body)
        candidates(.action, .actionAncestor, 1, request.action, entities, &workspace, body)
        if rules.pathCount > 0 {
            forEachPath(in: entities, &workspace) { (decision, run, workspace) in
                body(&decision, run, &workspace)
            }
        }
    }

    /// Finds the policies that stand under values of attributes.
    @inline(never)
    private mutating func forEachPath<Source: EntitySource & ~Copyable>(
        in entities: borrowing Source, _ workspace: inout Workspace,
        _ body: (inout Decision, PolicyIndex.Run, inout Workspace) -> Void
    ) {
        let machine = Machine(rules: rules, request: request)
        for number in 0..<rules.pathCount {
            let path = rules.path(number)
            guard path.all.count > 0, path.mayApply(to: request) else { continue }
            let run: PolicyIndex.Run
            do throws(Fault) {
                guard let value = try machine.value(of: path, entities, &workspace) else {
                    continue
                }
                run = rules.run(.path(number), value)
            } catch {
                // Each policy whose scope matches faults by itself, or its own test says no.
                run = path.all
            }
            if run.count > 0 { body(&self, run, &workspace) }
        }
    }

    /// Finds the policies that stand under an entity of the request or under its ancestors.
    @inline(__always)
    private mutating func candidates<Source: EntitySource & ~Copyable>(
        _ own: PolicyIndex.Role, _ inherited: PolicyIndex.Role, _ variable: Int,
        _ entity: FlatEntity, _ entities: borrowing Source, _ workspace: inout Workspace,
        _ body: (inout Decision, PolicyIndex.Run, inout Workspace) -> Void
    ) {
        let found = rules.run(own, entity)
        if found.count > 0 { body(&self, found, &workspace) }
        let candidates = rules.ancestors(inherited)
        guard !candidates.isEmpty else { return }
        let inclusive = rules.run(inherited, entity)
        if inclusive.count > 0 { body(&self, inclusive, &workspace) }
        do throws(Fault) {
            guard
                let record = try workspace.entities.record(
                    of: entity, variable: variable, in: entities),
                record.parents.count > 0
            else { return }
            if candidates.count <= Self.fewCandidates {
                for index in candidates {
                    let (ancestor, policies) = rules.ancestor(index)
                    let isIn: Bool
                    if let all = workspace.entities.knownAncestors(of: variable) {
                        isIn = all.contains(ancestor)
                    } else {
                        isIn = try workspace.entities.hasAncestor(
                            entity, variable: variable, in: entities
                        ) { $0.contains(ancestor) }
                    }
                    if isIn { body(&self, policies, &workspace) }
                }
            } else {
                try forEachAncestor(of: record, in: entities) { (decision, ancestor) in
                    let found = decision.rules.run(inherited, ancestor)
                    if found.count > 0 { body(&decision, found, &workspace) }
                }
            }
        } catch {
            // Whatever stands under ancestors that cannot be read may forbid.
            storeFailed = true
        }
    }

    /// So few are sought among the ancestors one by one; else each ancestor is sought among them.
    private static let fewCandidates = 8

    @inline(__always)
    private mutating func forEachAncestor<Source: EntitySource & ~Copyable>(
        of record: EntityRecord, in entities: borrowing Source,
        _ body: (inout Decision, FlatEntity) -> Void
    ) throws(Fault) {
        if let all = entities.allAncestors(of: record.uid) {
            for index in 0..<all.count { body(&self, FlatEntity(all.element(index))) }
            return
        }
        let parents = record.parents
        for index in 0..<parents.count {
            let parent = FlatEntity(parents.element(index))
            body(&self, parent)
            switch entities.ancestors(of: parent) {
            case .found(let ancestors):
                for index in 0..<ancestors.count {
                    body(&self, FlatEntity(ancestors.element(index)))
                }
            case .absent: continue
            case .failed: throw .storeUnavailable
            }
        }
    }
}
