package import Identity

/// A SPIFFE id in which `*` stands for any one segment of the path, and a last `**` for one or more.
///
/// The trust domain stands as it is: a pattern over domains would let one domain name the
/// principals of another.
package struct SpiffePattern: Sendable, Equatable {
    package let trustDomain: TrustDomain
    private let segments: [[UInt8]]
    private let isOpen: Bool

    private static let one: [UInt8] = Array("*".utf8)
    private static let rest: [UInt8] = Array("**".utf8)

    /// Reads a pattern; nil when it is not a SPIFFE id once its stars are replaced by a letter, or
    /// has no path.
    package init?(_ text: String) {
        let scheme = "spiffe://"
        guard text.utf8.starts(with: scheme.utf8) else { return nil }
        let parts = Array(text.utf8.dropFirst(scheme.utf8.count))
            .split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false).map(Array.init)
        guard parts.count > 1, let domain = TrustDomain(parts[0]) else { return nil }
        var segments = Array(parts[1...])
        isOpen = segments.last == Self.rest
        if isOpen { segments.removeLast() }
        var spelled = Array(scheme.utf8) + parts[0]
        for segment in segments {
            spelled += [UInt8(ascii: "/")] + (segment == Self.one ? [UInt8(ascii: "x")] : segment)
        }
        guard (try? SpiffeID(parsing: spelled)) != nil else { return nil }
        trustDomain = domain
        self.segments = segments
    }

    /// Whether an id is one that the pattern stands for.
    package func fits(_ id: SpiffeID) -> Bool {
        guard id.trustDomain == trustDomain, !id.isRoot else { return false }
        let path = id.utf8[(10 + trustDomain.utf8.count)...]
            .split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
        guard isOpen ? path.count > segments.count : path.count == segments.count else {
            return false
        }
        for (segment, pattern) in zip(path, segments)
        where pattern != Self.one && !segment.elementsEqual(pattern) {
            return false
        }
        return true
    }
}
