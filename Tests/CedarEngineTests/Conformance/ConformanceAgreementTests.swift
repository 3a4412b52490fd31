import SeededNumbers
import CedarSchema
import CedarSyntax
import Testing

@testable import CedarEngine

/// The check over flat bytes agrees with the one over trees.
@Suite struct ConformanceAgreementTests {
    private static let head = """
        entity User; entity Robot; entity Color enum ["red", "blue"]; namespace NS { entity Thing; }
        action g;

        """

    @Test(arguments: 0..<40)
    func agreesOnGeneratedContexts(_ seed: Int) throws {
        var generator = TypedValueGenerator(seed: UInt64(seed))
        let type = generator.record(depth: 3)
        let schema = try Schema.parse(
            Self.head
                + "action x in [g] appliesTo { principal: [User, Color], resource: NS::Thing, "
                + "context: \(type.text) };")
        let compiled = try CompiledSchema(schema)
        let conformance = RequestConformance(schema)
        var counts = (allowed: 0, refused: 0)
        for number in 0..<500 {
            generator.oneIn = [0, 4, 12, 40][number % 4]
            let principals: [Text] = ["User", "Color"]
            let request = TreeRequest(
                principal: generator.entity(principals[generator.values.numbers.below(2)]),
                action: uid("Action", "x"), resource: generator.entity("NS::Thing"),
                context: generator.members(of: type))
            let problem = conformance.problem(in: request)
            #expect(
                try allows(compiled, request) == (problem == nil), "\(request) \(problem ?? "")")
            if problem == nil { counts.allowed += 1 } else { counts.refused += 1 }
        }
        #expect(counts.allowed >= 100)
    }
}
