/// Bounds on what a peer or a gateway may send as a token, checked before anything is parsed.
package struct TokenLimits: Sendable, Hashable {
    /// Most bytes of one token or introspection result, whatever a configuration says.
    package static let largestToken = 64 << 10

    /// Most bytes of one token or introspection result; at most ``largestToken``.
    package let maximumTokenBytes: Int

    /// Deepest nesting of a header or of claims: 1 accepts `{}` only.
    package let maximumDepth: Int

    /// Most elements of an `aud`, `scope`, `amr` or configured list.
    package let maximumListElements: Int

    /// Makes limits; the defaults fit tokens that fit a header field.
    package init(
        maximumTokenBytes: Int = 16 << 10, maximumDepth: Int = 8, maximumListElements: Int = 256
    ) {
        self.maximumTokenBytes = min(max(maximumTokenBytes, 0), Self.largestToken)
        self.maximumDepth = maximumDepth
        self.maximumListElements = maximumListElements
    }
}
