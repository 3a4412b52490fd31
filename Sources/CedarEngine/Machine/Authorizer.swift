/// What becomes of a policy that cannot be evaluated.
package enum ErrorMode: Sendable {
    /// A `forbid` that errors denies: skipping it would fail open.
    case strict
    /// Every policy that errors is skipped, as the Cedar specification says.
    case cedar
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
    /// Decides one request with full diagnostics: every policy that may apply is evaluated.
    ///
    /// Satisfied forbids deny, else satisfied permits allow, else it is a deny. The determining and
    /// the erroring policies are left in the workspace.
    ///
    /// Source: Cedar language reference, "Authorization"; strict mode is Writ's own.
    package func authorize<Source: EntitySource & ~Copyable>(
        _ request: Request, entities: borrowing Source, errors mode: ErrorMode,
        workspace: inout Workspace
    ) -> Verdict {
        workspace.prepare()
        var tally = Tally()
        evaluate(general, request, entities, &tally, &workspace)
        evaluate(
            .resource, .resourceAncestor, request.resource, request, entities, &tally, &workspace)
        evaluate(
            .principal, .principalAncestor, request.principal, request, entities, &tally, &workspace
        )
        evaluate(.action, .actionAncestor, request.action, request, entities, &tally, &workspace)
        workspace.sortResults()
        if tally.storeFailed {
            workspace.reasons.removeAll(keepingCapacity: true)
            return .deny(.storeUnavailable)
        }
        if tally.forbidden { return .deny(.policies) }
        if tally.forbidExhausted || (tally.forbidErrored && mode == .strict) {
            workspace.reasons.removeAll(keepingCapacity: true)
            return .deny(.policyError)
        }
        return tally.permitted ? .allow : .deny(.policies)
    }

    /// Evaluates the policies that stand under an entity of the request or under its ancestors.
    @inline(__always)
    private func evaluate<Source: EntitySource & ~Copyable>(
        _ own: PolicyIndex.Role, _ inherited: PolicyIndex.Role, _ entity: FlatEntity,
        _ request: Request, _ entities: borrowing Source, _ tally: inout Tally,
        _ workspace: inout Workspace
    ) {
        evaluate(run(own, entity), request, entities, &tally, &workspace)
        let candidates = ancestors(inherited)
        guard candidates.count > 0 else { return }
        evaluate(run(inherited, entity), request, entities, &tally, &workspace)
        do throws(Fault) {
            guard let record = try workspace.entities.record(of: entity, in: entities) else {
                return
            }
            let parents = record.parents
            guard parents.count > 0 else { return }
            if candidates.count <= Self.fewCandidates {
                for index in candidates.first..<(candidates.first &+ candidates.count) {
                    let (ancestor, policies) = ancestor(index)
                    if try parents.hasAncestor(in: entities, where: { $0.contains(ancestor) }) {
                        evaluate(policies, request, entities, &tally, &workspace)
                    }
                }
                return
            }
            for index in 0..<parents.count {
                let parent = FlatEntity(parents.element(index))
                evaluate(run(inherited, parent), request, entities, &tally, &workspace)
                switch entities.ancestors(of: parent) {
                case .found(let ancestors):
                    for index in 0..<ancestors.count {
                        let ancestor = FlatEntity(ancestors.element(index))
                        evaluate(run(inherited, ancestor), request, entities, &tally, &workspace)
                    }
                case .absent: continue
                case .failed: throw .storeUnavailable
                }
            }
        } catch {
            // Whatever stands under ancestors that cannot be read may forbid.
            tally.storeFailed = true
        }
    }

    /// So few are sought among the ancestors one by one; else each ancestor is sought among them.
    private static let fewCandidates = 8

    /// What is known so far of one decision.
    private struct Tally: BitwiseCopyable {
        var permitted = false
        var forbidden = false
        var forbidErrored = false
        var forbidExhausted = false
        var storeFailed = false
    }

    private func evaluate<Source: EntitySource & ~Copyable>(
        _ run: PolicyIndex.Run, _ request: Request, _ entities: borrowing Source,
        _ tally: inout Tally, _ workspace: inout Workspace
    ) {
        let machine = Machine(rules: self, request: request)
        for position in run.first..<(run.first &+ run.count) {
            let number = member(position)
            let policy = policy(number)
            guard policy.mayApply(to: request) else { continue }
            workspace.stack.prepare(depth: Int(policy.depth))
            do throws(Fault) {
                guard
                    try machine.run(
                        from: Int(policy.start), source: entities, workspace: &workspace)
                else { continue }
                if policy.isForbid, !tally.forbidden {
                    // Permits found before do not determine a deny.
                    tally.forbidden = true
                    workspace.reasons.removeAll(keepingCapacity: true)
                }
                tally.permitted = tally.permitted || !policy.isForbid
                if policy.isForbid == tally.forbidden { workspace.reasons.append(number) }
            } catch {
                workspace.errors.append(.init(policy: number, fault: error))
                if policy.isForbid {
                    tally.forbidErrored = true
                    // To skip it would let a large request switch it off.
                    tally.forbidExhausted =
                        tally.forbidExhausted || error == .workspaceExhausted
                }
                tally.storeFailed = tally.storeFailed || error == .storeUnavailable
            }
        }
    }
}

extension Workspace {
    /// Orders results by policy and drops repetitions: a policy may stand under several ancestors.
    ///
    /// They are few and nearly in order, as a rule; insertion in place serves these, and sorting
    /// bounds the time that very many can take.
    mutating func sortResults() {
        if reasons.count > 1 {
            if reasons.count > Self.fewResults {
                reasons.sort()
            } else {
                for index in 1..<reasons.count {
                    var place = index
                    while place > 0, reasons[place - 1] > reasons[place] {
                        reasons.swapAt(place - 1, place)
                        place -= 1
                    }
                }
            }
            reasons.dropRepetitions(==)
        }
        if errors.count > 1 {
            if errors.count > Self.fewResults {
                errors.sort { $0.policy < $1.policy }
            } else {
                for index in 1..<errors.count {
                    var place = index
                    while place > 0, errors[place - 1].policy > errors[place].policy {
                        errors.swapAt(place - 1, place)
                        place -= 1
                    }
                }
            }
            errors.dropRepetitions { $0.policy == $1.policy }
        }
    }

    private static let fewResults = 64
}

extension Array {
    /// Leaves the first of each run of equal elements, in place.
    fileprivate mutating func dropRepetitions(_ areEqual: (Element, Element) -> Bool) {
        var kept = 1
        for index in 1..<count where !areEqual(self[kept - 1], self[index]) {
            if kept != index { self[kept] = self[index] }
            kept += 1
        }
        removeLast(count - kept)
    }
}
