/// The bounds on one request.
package struct AuthZENLimits: Sendable, Equatable {
    /// The longest body, in bytes.
    package var maximumBodyBytes = 1 << 20
    /// The deepest nesting of arrays and objects in a body.
    package var maximumDepth = 64
    /// The most items of `evaluations`.
    package var maximumEvaluations = 1000
    /// The most bytes of defaults, counted once for each item of `evaluations` that takes them: an item of
    /// two bytes costs as much as the whole context that it takes.
    package var maximumDefaultBytes = 8 << 20
    /// The most results of one page, and the number when the request names no limit.
    package var maximumResults = 1000
    /// The most entities that one request has decided before it answers with a part of the results.
    package var maximumTested = 100_000
    /// How long one request searches before it answers with a part of the results, in milliseconds.
    package var searchMilliseconds = 1000

    package init() {}
}
