/// The bounds that parsing keeps, whatever the input.
package struct SyntaxLimits: Hashable, Sendable {
    /// Size of one source text in bytes; spans hold 32-bit offsets, so it is below 4 GiB.
    package var maximumBytes: Int
    /// Levels of nesting of one expression, both as written (parentheses, lists, `if`) and as a
    /// tree (`1 + 1 + 1` and `a.b.c` grow a level per operator; `&&` and `||` chains do not).
    ///
    /// Everything that walks a tree may recurse this deep.
    package var maximumDepth: Int
    /// Policies and templates in one source text.
    package var maximumPolicies: Int
    /// Errors reported for one source text; parsing stops there.
    package var maximumDiagnostics: Int

    package init(
        maximumBytes: Int = 64 << 20, maximumDepth: Int = 500, maximumPolicies: Int = 1_000_000,
        maximumDiagnostics: Int = 20
    ) {
        precondition(maximumBytes < UInt32.max, "spans hold 32-bit offsets")
        precondition(maximumDiagnostics > 0, "a failed parse reports at least one error")
        self.maximumBytes = maximumBytes
        self.maximumDepth = maximumDepth
        self.maximumPolicies = maximumPolicies
        self.maximumDiagnostics = maximumDiagnostics
    }

    package static let standard = SyntaxLimits()
}
