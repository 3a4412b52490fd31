import CedarSyntax
import Synchronization

/// The readings of a policy set that need nothing of each other: large sets are read on several
/// cores.
///
/// Each fills a part of its own, so what comes out does not depend on how many cores there are.
final class RulesetReadings: Sendable {
    private let members: [PolicySet.Member]
    private let plansSearch: Bool
    private let plan: Mutex<IndexPlan>
    private let compiler = Mutex(Compiler())
    private let descriptions = Mutex(PolicyDescriptions())
    private let search = Mutex<SearchPlan?>(nil)
    private let named = Mutex<[EntityUID]>([])

    /// Fewer policies are read sooner than another thread has started.
    private static let fewPolicies = 500

    private enum Reading: Int, CaseIterable {
        case plan, compiler, others
    }

    init(_ members: [PolicySet.Member], _ indexing: AttributeIndexing, plansSearch: Bool) {
        self.members = members
        self.plansSearch = plansSearch
        plan = Mutex(IndexPlan(indexing))
    }

    /// Reads everything; call it once.
    func run() throws(CompileError) {
        let failures =
            members.count < Self.fewPolicies
            ? Reading.allCases.map(failure)
            : Chunks.map(Reading.allCases.count) { [self] number in
                Reading(rawValue: number).flatMap(failure)
            }
        for case .some(let failure) in failures { throw failure }
    }

    /// Does one of them; nil when it went well.
    private func failure(of reading: Reading) -> CompileError? {
        do throws(CompileError) {
            switch reading {
            case .plan:
                try plan.withLock { (plan) throws(CompileError) in
                    for index in members.indices { try plan.add(members[index].policy) }
                }
            case .compiler:
                try compiler.withLock { (compiler) throws(CompileError) in
                    for index in members.indices { try compiler.read(members[index].policy) }
                }
            case .others:
                try descriptions.withLock { (descriptions) throws(CompileError) in
                    for index in members.indices { try descriptions.add(members[index]) }
                }
                nameActions()
                if plansSearch {
                    let plan = SearchPlan(members.map(\.policy))
                    search.withLock { $0 = plan }
                }
            }
            return nil
        } catch {
            return error
        }
    }

    private func nameActions() {
        var actions: Set<EntityUID> = []
        for index in members.indices {
            switch members[index].policy.action {
            case .any: break
            case .equal(let uid), .in(let uid): actions.insert(uid)
            case .inSet(let uids): actions.formUnion(uids)
            }
        }
        let sorted = actions.sorted()
        named.withLock { $0 = sorted }
    }

    var searchPlan: SearchPlan? { search.withLock { $0 } }

    /// The actions that scopes name, in order.
    var actions: [EntityUID] { named.withLock { $0 } }

    func takePlan() -> IndexPlan {
        plan.withLock { (plan) -> sending IndexPlan in
            var taken = IndexPlan()
            swap(&taken, &plan)
            return taken
        }
    }

    func takeCompiler() -> Compiler {
        compiler.withLock { (compiler) -> sending Compiler in
            var taken = Compiler()
            swap(&taken, &compiler)
            return taken
        }
    }

    func takeDescriptions() -> PolicyDescriptions {
        descriptions.withLock { (descriptions) -> sending PolicyDescriptions in
            var taken = PolicyDescriptions()
            swap(&taken, &descriptions)
            return taken
        }
    }
}
