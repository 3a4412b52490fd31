package import CedarSyntax

/// A policy set compiled for deciding: immutable, shared by all threads, swapped as a whole.
package final class Ruleset: Sendable {
    /// What is told of a policy in answers and logs.
    package struct PolicyInformation: Sendable {
        /// `policy0`, … or the id under which it was added.
        package let id: Text
        package let effect: Policy.Effect
        package let annotations: [Policy.Annotation]
    }

    /// The policies in order; reasons and errors are indices into it.
    package let policies: [PolicyInformation]
    /// Identifies the content; equal for equal policies, whenever and wherever they are compiled.
    package let version: UInt64
    /// The number of templates, which decide nothing until they are linked.
    package let templateCount: Int
    /// The number of templates without a link.
    package let unlinkedTemplateCount: Int
    /// What requests must conform to, with the actions it declares; nil for anything.
    package let schema: CompiledSchema?

    private let memory: RulesMemory

    /// Compiles all policies of a set and those that its links make; templates are left out.
    ///
    /// - Parameter schema: one that the policies are valid against.
    package init(
        _ policySet: PolicySet, version: UInt64, schema: CompiledSchema? = nil
    ) throws(CompileError) {
        var compiler = Compiler()
        var encoder = FlatEncoder()
        var compiled: [CompiledPolicy] = []
        var keys: [UInt64?] = []
        var policies: [PolicyInformation] = []
        for member in policySet.applicablePolicies {
            let policy = member.policy
            let program = try compiler.compile(policy)
            compiled.append(
                CompiledPolicy(
                    start: program.start, depth: program.depth,
                    name: try compiler.add(.string(member.id)),
                    isForbid: policy.effect == .forbid))
            let key = try PolicyIndex.key(of: policy) { uid throws(CompileError) in
                do throws(FlatEncoder.Failure) {
                    return try encoder.encode(uid).withFlat { FlatEntity($0).hash }
                } catch {
                    throw CompileError.value(error)
                }
            }
            keys.append(key)
            policies.append(
                PolicyInformation(
                    id: member.id, effect: policy.effect, annotations: policy.annotations))
        }
        self.policies = policies
        self.version = version
        templateCount = policySet.members.count(where: \.isTemplate)
        let linked = Set(policySet.links.map(\.templateID))
        unlinkedTemplateCount = policySet.members.count { $0.isTemplate && !linked.contains($0.id) }
        self.schema = schema
        memory = RulesMemory(
            code: compiler.code, constants: compiler.constants.bytes, policies: compiled,
            index: PolicyIndex(keys))
    }

    /// The view through which the machine reads; it must not outlive the ruleset.
    package var view: RulesView { memory.view }

    /// The bytes held by code, constants and index.
    package var sizeBytes: Int { memory.sizeBytes }
}

/// A policy as the authorizer sees it.
struct CompiledPolicy: BitwiseCopyable {
    let start: UInt32
    let depth: UInt32
    /// Offset of the id among the constants.
    let name: UInt32
    let isForbid: Bool
}
