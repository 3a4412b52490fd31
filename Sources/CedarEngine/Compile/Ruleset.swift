package import CedarSyntax

/// A policy set compiled for deciding: immutable, shared by all threads, swapped as a whole.
package final class Ruleset: Sendable {
    /// The policies in order; reasons and errors are indices into it.
    package var policies: Policies { Policies(memory) }
    /// Identifies the content; equal for equal policies, whenever and wherever they are compiled.
    package let version: UInt64
    /// The number of templates, which decide nothing until they are linked.
    package let templateCount: Int
    /// The number of templates without a link.
    package let unlinkedTemplateCount: Int
    /// What requests must conform to, with the actions it declares; nil for anything.
    package let schema: CompiledSchema?
    /// What the permits demand of an entity that is searched; nil when it was not planned, as it
    /// takes more memory than all the rest.
    package let searchPlan: SearchPlan?
    /// The actions that scopes name, in order.
    package let actions: [EntityUID]

    private let memory: RulesMemory

    /// Compiles all policies of a set and those that its links make; templates are left out.
    ///
    /// - Parameters:
    ///   - schema: one that the policies are valid against.
    ///   - plansSearch: whether entities will be searched for. Without a plan a search decides every
    ///     entity of the type.
    package convenience init(
        _ policySet: PolicySet, version: UInt64, schema: CompiledSchema? = nil,
        plansSearch: Bool = false
    ) throws(CompileError) {
        try self.init(
            policySet, version: version, schema: schema, indexing: .wherePaying,
            plansSearch: plansSearch)
    }

    /// Compiles a set, with a choice for tests.
    ///
    /// - Parameter indexing: when policies are found by the attributes that they demand.
    package init(
        _ policySet: PolicySet, version: UInt64, schema: CompiledSchema? = nil,
        indexing: AttributeIndexing, plansSearch: Bool = false
    ) throws(CompileError) {
        let members = policySet.applicablePolicies
        let readings = RulesetReadings(members, indexing, plansSearch: plansSearch)
        try readings.run()
        searchPlan = readings.searchPlan
        actions = readings.actions
        let descriptions = readings.takeDescriptions()
        let builder = RulesBuilder(
            members, plan: readings.takePlan(), compiler: readings.takeCompiler())
        memory = RulesMemory(try builder.build(), descriptions)
        self.version = version
        templateCount = policySet.members.count(where: \.isTemplate)
        let linked = Set(policySet.links.map(\.templateID))
        unlinkedTemplateCount = policySet.members.count { $0.isTemplate && !linked.contains($0.id) }
        self.schema = schema
    }

    /// The view through which the machine reads; it must not outlive the ruleset.
    package var view: RulesView { memory.view }

    /// The bytes held by code, constants, index, ids and annotations.
    package var sizeBytes: Int { memory.sizeBytes }
}
