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
    /// What the permits demand of an entity that is searched.
    package let searchPlan: SearchPlan

    private let memory: RulesMemory

    /// Compiles all policies of a set and those that its links make; templates are left out.
    ///
    /// - Parameter schema: one that the policies are valid against.
    package init(
        _ policySet: PolicySet, version: UInt64, schema: CompiledSchema? = nil
    ) throws(CompileError) {
        var compiler = Compiler()
        var plan = IndexPlan()
        let members = policySet.applicablePolicies
        for member in members {
            try plan.add(member.policy, &compiler)
            try compiler.read(member.policy)
        }
        var compiled: [CompiledPolicy] = []
        compiled.reserveCapacity(members.count)
        var places: [[PolicyIndex.Place]?] = []
        places.reserveCapacity(members.count)
        var policies: [PolicyInformation] = []
        policies.reserveCapacity(members.count)
        for (number, member) in members.enumerated() {
            let policy = member.policy
            let place = plan.places(of: number)
            let program = try compiler.compile(
                policy, number: number, proved: place?.first?.role)
            compiled.append(
                CompiledPolicy(
                    start: program.start, depth: program.depth,
                    name: try compiler.add(.string(member.id)),
                    principalType: try compiler.typeHash(of: policy.principal),
                    resourceType: try compiler.typeHash(of: policy.resource),
                    isForbid: policy.effect == .forbid))
            places.append(place)
            policies.append(
                PolicyInformation(
                    id: member.id, effect: policy.effect, annotations: policy.annotations))
        }
        self.policies = policies
        searchPlan = SearchPlan(members.map(\.policy))
        self.version = version
        templateCount = policySet.members.count(where: \.isTemplate)
        let linked = Set(policySet.links.map(\.templateID))
        unlinkedTemplateCount = policySet.members.count { $0.isTemplate && !linked.contains($0.id) }
        self.schema = schema
        memory = RulesMemory(
            code: compiler.code, constants: compiler.constants.bytes, policies: compiled,
            index: PolicyIndex(places) { compiled[$0].isForbid },
            sharedCount: compiler.sharedCount)
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
    /// The hashes of the types that the scope demands; 0 for any.
    let principalType: UInt32
    let resourceType: UInt32
    let isForbid: Bool

    /// Whether the types of a request's entities leave the policy a chance.
    ///
    /// Unequal hashes prove unequal types; whether equal ones are of one type the program tells.
    @inline(__always)
    func mayApply(to request: Request) -> Bool {
        (principalType == 0 || principalType == request.principal.typeHash)
            && (resourceType == 0 || resourceType == request.resource.typeHash)
    }
}
