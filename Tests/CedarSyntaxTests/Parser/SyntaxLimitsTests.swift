import CedarSyntax
import Testing

/// Each bound holds at its last allowed value and refuses the next.
@Suite struct SyntaxLimitsTests {
    private func error(_ source: String, _ limits: SyntaxLimits = .standard) -> Diagnostic? {
        do {
            _ = try PolicySet.parse(source, limits: limits)
            return nil
        } catch {
            return error.all.first
        }
    }

    /// How expressions grow by one level.
    struct Growth: Sendable, CustomTestStringConvertible {
        var before: String
        var core: String
        var after: String
        /// How many levels the core has already.
        var start: Int
        var testDescription: String { "\(before)…\(core)…\(after)" }

        init(_ before: String, _ core: String, _ after: String, start: Int = 0) {
            self.before = before
            self.core = core
            self.after = after
            self.start = start
        }

        func expression(levels: Int) -> String {
            String(repeating: before, count: levels) + core
                + String(repeating: after, count: levels)
        }
    }

    @Test(arguments: [
        Growth("(", "1", ")"), Growth("[", "1", "]"), Growth("{a: ", "1", "}"),
        Growth("ip(", "1", ")"), Growth("1.contains(", "1", ")"), Growth("(", "1", ") + 1"),
        Growth("true && (", "1", ")"), Growth("(true || ", "1", ")"), Growth("!(", "1", ")"),
        Growth("if ", "1", " then 1 else 1"), Growth("if 1 then 1 else ", "1", ""),
        Growth("", "1", " + 1"), Growth("", "1", " * 1"), Growth("", "principal", ".a"),
        Growth("", "principal", "[\"a\"]"), Growth("", "1", ".isEmpty()"),
        Growth("(", "principal", ".a)"),
        Growth("(principal has a && ", "principal has a", ")", start: 1),
        Growth("", "principal has a", ".a", start: 1),
    ])
    func depthIsBounded(_ growth: Growth) throws {
        let deepest = 500 - growth.start
        #expect(error(policy(when: growth.expression(levels: deepest))) == nil)
        let refusal = error(policy(when: growth.expression(levels: deepest + 1)))
        #expect(refusal?.message == "expression is nested more than 500 levels deep")
    }

    @Test func nestingAndHeightAreBoundedTogether() {
        // Every level of parentheses holds a chain that nests by itself.
        let growth = Growth("(", "principal", String(repeating: ".a", count: 10) + ")")
        #expect(error(policy(when: growth.expression(levels: 50))) == nil)
        #expect(error(policy(when: growth.expression(levels: 51))) != nil)
    }

    @Test(arguments: ["(", "[", "{a:", "!(", "if ", "1+(", "ip(", "true && ("])
    func tenThousandBracketsAreRefused(bracket: String) {
        #expect(error(policy(when: String(repeating: bracket, count: 10_000))) != nil)
    }

    /// Chains of `&&` and `||`, lists and scopes do not nest.
    @Test func lengthIsNoDepth() throws {
        let count = 20_000
        let chain = Array(repeating: "true", count: count).joined(separator: " && ")
        guard case .and(let operands) = try Expression.parse(chain).kind else {
            Issue.record("no chain")
            return
        }
        #expect(operands.count == count)
        let list = "[" + Array(repeating: "1", count: count).joined(separator: ", ") + "]"
        #expect(throws: Never.self) { try Expression.parse(list) }
        let parentheses = String(repeating: "(", count: count)
        let closing = String(repeating: ")", count: count)
        #expect(
            error("permit(principal == \(parentheses)A::\"a\"\(closing), action, resource);") == nil
        )
    }

    /// Taking `(a && b) && c` apart at each level would cost quadratic time.
    @Test(.timeLimit(.minutes(1))) func flattenedParenthesesAreLinear() throws {
        let start = Array(repeating: "1", count: 20_000).joined(separator: "&&")
        for (before, after) in [("(", "&&1)"), ("((", ")&&1)"), ("((", "))&&1")] {
            let source =
                String(repeating: before, count: 240) + start
                + String(repeating: after, count: 240)
            guard case .and(let operands) = try Expression.parse(source).kind else {
                Issue.record("no chain")
                return
            }
            #expect(operands.count == 20_240)
        }
    }

    @Test func manyAnnotationsAreLinear() throws {
        let annotations = (0..<20_000).map { "@a\($0)" }.joined(separator: " ")
        #expect(error("\(annotations) permit(principal, action, resource);") == nil)
        let refusal = error("\(annotations) @a7 permit(principal, action, resource);")
        #expect(refusal?.message == "annotation `@a7` is given twice")
    }

    @Test func sizeIsBounded() {
        let text = "permit(principal, action, resource);"
        #expect(error(text, SyntaxLimits(maximumBytes: text.utf8.count)) == nil)
        let refusal = error(text, SyntaxLimits(maximumBytes: text.utf8.count - 1))
        #expect(refusal?.message == "the text has 36 bytes, more than the limit of 35")
    }

    @Test func fiftyMegabytesAreRefusedByALowerLimit() {
        let source = [UInt8](repeating: UInt8(ascii: "("), count: 50 << 20)
        #expect(throws: Diagnostics.self) {
            try PolicySet.parse(source, limits: SyntaxLimits(maximumBytes: (50 << 20) - 1))
        }
    }

    @Test func policiesAreCounted() {
        let source = String(repeating: "permit(principal, action, resource);", count: 3)
        #expect(error(source, SyntaxLimits(maximumPolicies: 3)) == nil)
        let refusal = error(source, SyntaxLimits(maximumPolicies: 2))
        #expect(refusal?.message == "the text has more than 2 policies")
        #expect(refusal?.span.start == 72)
    }

    @Test func invalidUTF8IsRefusedWithItsPlace() {
        for bytes: [UInt8] in [[0xFF], [0xC3], [0xED, 0xA0, 0x80], [0xC0, 0x80], [0xF5, 0x80]] {
            var source = Array("// é\n".utf8)
            source += bytes
            do {
                _ = try PolicySet.parse(source)
                Issue.record("accepted \(bytes)")
            } catch {
                #expect(error.all[0].span.start == 6)
                #expect(error.all[0].message.hasPrefix("the text is not valid UTF-8"))
            }
        }
    }

    @Test func messagesStayShort() {
        let name = String(repeating: "x", count: 100_000)
        for source in [policy(when: name), policy(when: "\(name)()"), "@\(name) @\(name)", name] {
            #expect((error(source)?.message.utf8.count ?? .max) < 1_010)
        }
    }
}
