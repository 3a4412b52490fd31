import CAllocationCount
import CedarEngine
import Testing
import TypicalDecisions

/// A warm decision asks for no memory. It holds for optimized builds only: without optimization
/// generic code allocates.
@Suite struct AllocationTests {
    private static let decisions = 10_000

    @Test func countersCount() {
        let before = allocation_count()
        var array = [Int](repeating: 1, count: 100)
        array.append(array.count)
        #expect(array.count == 101)
        #expect(allocation_count() > before)
    }

    @Test(.enabled(if: is_optimized_build()), arguments: try TypicalDecision.all())
    func warmDecisionsAllocateNothing(_ typical: TypicalDecision) {
        var workspace = Workspace()
        for _ in 0..<10 { expectVerdict(of: typical, &workspace) }
        let view = typical.ruleset.view
        let before = allocation_count()
        var wrong = 0
        for _ in 0..<Self.decisions {
            let verdict = view.authorize(
                typical.request, entities: typical.entities, errors: .strict,
                workspace: &workspace)
            if verdict != typical.expected { wrong += 1 }
        }
        let allocations = Int(allocation_count() - before)
        // The testing library boxes every error that is thrown while it runs, also typed ones.
        #expect(allocations <= workspace.errors.count * Self.decisions)
        #expect(wrong == 0)
    }

    /// Accepting a request by the schema asks for no memory either.
    @Test(.enabled(if: is_optimized_build()))
    func acceptingRequestsAllocatesNothing() throws {
        let typical = try TypicalSchema()
        let view = typical.schema.view
        let request = typical.request
        #expect(view.allows(request))
        let before = allocation_count()
        var allowed = 0
        for _ in 0..<Self.decisions where view.allows(request) { allowed += 1 }
        #expect(allocation_count() == before)
        #expect(allowed == Self.decisions)
        withExtendedLifetime(typical) {}
    }

    private func expectVerdict(of typical: TypicalDecision, _ workspace: inout Workspace) {
        let verdict = typical.ruleset.view.authorize(
            typical.request, entities: typical.entities, errors: .strict, workspace: &workspace)
        #expect(verdict == typical.expected)
    }
}
