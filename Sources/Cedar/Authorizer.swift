import CedarEngine
import CedarSyntax
import Synchronization

/// Policies compiled for deciding; any number of threads may share one.
///
/// Compiling costs microseconds a policy, deciding well under one: make an authorizer once for
/// each version of the policies.
public final class Authorizer: Sendable {
    /// What becomes of a policy that cannot be evaluated.
    public enum ErrorMode: Sendable {
        /// A `forbid` that errors denies: skipping it would fail open.
        case strict
        /// Every policy that errors is skipped, as the Cedar specification says.
        case cedar
    }

    private let ruleset: Ruleset
    private let mode: CedarEngine.ErrorMode
    /// Workspaces that nobody is deciding with.
    private let idle = Mutex<[DecidingWorkspace]>([])

    /// Compiles policies; templates decide nothing until they are linked.
    ///
    /// - Throws: when the set is too large, or a literal too large or too deep.
    public init(_ policies: PolicySet, errors mode: ErrorMode = .strict) throws(CedarError) {
        do throws(CompileError) {
            ruleset = try Ruleset(policies.set, version: 0)
        } catch {
            throw CedarError(error.message)
        }
        self.mode = mode == .strict ? .strict : .cedar
    }

    /// Decides one request: satisfied forbids deny, else satisfied permits allow, else it is a deny.
    ///
    /// Every policy that may apply is evaluated, so the answer names all that determine it and all
    /// that could not be evaluated.
    ///
    /// Source: Cedar language reference, "Authorization".
    public func decide(_ request: Request, _ entities: Entities) -> Decision {
        let workspace = idle.withLock { $0.popLast() } ?? DecidingWorkspace()
        defer { idle.withLock { $0.append(workspace) } }
        let verdict = request.withFlat { request in
            ruleset.view.authorize(
                request, entities: entities.table, errors: mode,
                workspace: &workspace.workspace)
        }
        return Decision(
            verdict: Decision.Verdict(verdict),
            reasons: workspace.workspace.reasons.map { ruleset.policies[Int($0)].id.string },
            errors: workspace.workspace.errors.map {
                Decision.PolicyError(
                    policyID: ruleset.policies[Int($0.policy)].id.string,
                    message: $0.fault.message)
            })
    }
}

/// A workspace that waits in a list; only who took it from there touches it.
private final class DecidingWorkspace: @unchecked Sendable {
    var workspace = Workspace()
}

/// The answer to one request, and the policies behind it.
public struct Decision: Sendable, Hashable {
    /// There is no third.
    public enum Verdict: Sendable, Hashable {
        case allow
        case deny(DenyCause)
    }

    /// Why a decision is a deny.
    public enum DenyCause: Sendable, Hashable {
        /// A `forbid` matched, or no `permit` did.
        case policies
        /// A `forbid` could not be evaluated: in strict mode for any fault, in Cedar's mode only
        /// because it needed more memory than a decision may have.
        case policyError
    }

    /// A policy that could not be evaluated.
    public struct PolicyError: Sendable, Hashable {
        public let policyID: String
        /// Why: lower case, no full stop.
        public let message: String
    }

    public let verdict: Verdict
    /// The ids of the policies that determine the verdict, in the order of the set.
    public let reasons: [String]
    /// The policies that could not be evaluated, in the order of the set.
    public let errors: [PolicyError]
}

extension Decision.Verdict {
    init(_ verdict: CedarEngine.Verdict) {
        switch verdict {
        case .allow: self = .allow
        case .deny(.policies): self = .deny(.policies)
        // Entities in memory are always there to be read; if ever not, it is no allow.
        case .deny(.policyError), .deny(.storeUnavailable): self = .deny(.policyError)
        }
    }
}
