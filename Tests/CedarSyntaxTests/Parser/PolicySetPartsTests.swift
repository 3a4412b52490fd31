@testable import CedarSyntax
import CedarTestSupport
import Testing

@Suite struct PolicySetPartsTests {
    private func text(_ policies: [String]) -> [UInt8] {
        Array(policies.joined(separator: "\n").utf8)
    }

    /// The printed tree, which shows every place in the source.
    private func dump(_ set: PolicySet) -> String {
        var output = ""
        Swift.dump(set, to: &output)
        return output
    }

    /// What one parser makes of a text.
    private func whole(_ source: [UInt8]) throws(Diagnostics) -> PolicySet {
        var parser = try Parser(source, limits: .standard)
        let set = parser.policySet()
        try parser.throwDiagnostics()
        return set
    }

    @Test(arguments: [UInt64(1), 2, 3])
    func generatedSetsAreTheSame(seed: UInt64) throws {
        let source = text(
            (0..<120).map { CaseGenerator.makeCase(seed: seed, index: $0).policies.string })
        let expected = dump(try whole(source))
        for size in [64, 700, 5_000] {
            // A string or comment of the vocabulary may hold `;` and a new line.
            guard let set = try PolicySet.parseParts(source, size: size, limits: .standard) else {
                continue
            }
            #expect(dump(set) == expected)
        }
    }

    @Test func placesAndNumbersAreThoseOfTheWholeText() throws {
        let source = text(
            (0..<500).map {
                "// policy \($0)\npermit(principal, action, resource) when { \($0) > 1 };"
            })
        let set = try #require(
            try PolicySet.parseParts(source, size: 100, limits: .standard))
        #expect(set.members.count == 500)
        #expect(set.members[499].id == "policy499")
        #expect(dump(set) == dump(try whole(source)))
    }

    /// A `;` at the end of a line that ends no policy: the text is parsed as a whole.
    @Test(arguments: [
        "permit(principal, action, resource) when { \"a;\nb;\n;\n\" == \"\" };",
        "permit(principal, action, // here;\n// there;\n resource);",
        "// permit(principal, action, resource);\npermit(principal, action, resource);",
    ])
    func semicolonsThatEndNoPolicy(_ policy: String) throws {
        let source = text(Array(repeating: policy, count: 50))
        for size in 1...90 {
            let set = try PolicySet.parseParts(source, size: size, limits: .standard)
            if let set { #expect(set.members.count == 50) }
        }
        #expect(try PolicySet.parse(source).members.count == 50)
    }

    @Test(arguments: [
        "permit(principal, action, resource)", "permit(principal action, resource);",
        "permit(principal, action, resource) when { \"open };", "permit;;",
    ])
    func errorsAreThoseOfTheWholeText(_ broken: String) throws {
        let good = "permit(principal, action, resource);"
        for place in [0, 30, 99] {
            var policies = Array(repeating: good, count: 100)
            policies[place] = broken
            let source = text(policies)
            #expect(throws: Diagnostics.self) { _ = try whole(source) }
            #expect(
                try PolicySet.parseParts(source, size: 100, limits: .standard)?.members.count == nil
            )
        }
    }

    @Test func limitsHold() throws {
        let source = text(Array(repeating: "permit(principal, action, resource);", count: 100))
        for (limit, isParsed) in [(100, true), (99, false)] {
            let limits = SyntaxLimits(maximumPolicies: limit)
            let set = try PolicySet.parseParts(source, size: 100, limits: limits)
            #expect((set != nil) == isParsed)
        }
        #expect(throws: Diagnostics.self) {
            _ = try PolicySet.parseParts(
                source, size: 100, limits: SyntaxLimits(maximumBytes: source.count - 1))
        }
        #expect(throws: Diagnostics.self) {
            _ = try PolicySet.parseParts(source + [0xFF], size: 100, limits: .standard)
        }
        #expect(
            try PolicySet.parseParts(source, size: source.count, limits: .standard)?.members.count
                == nil)
    }
}
