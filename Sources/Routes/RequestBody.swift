/// The body of a request, as far as the gateway showed it.
package struct RequestBody: Sendable {
    package enum Extent: BitwiseCopyable, Hashable, Sendable {
        /// There is none, or the gateway shows none.
        case absent
        case whole
        /// There is more than was shown: never to be taken for the body.
        case partial
    }

    package private(set) var extent = Extent.absent
    /// What there is of it; empty unless ``extent`` is `whole`.
    private(set) var bytes: [UInt8] = []

    package init() {}

    /// Forgets the body, and keeps the memory.
    package mutating func removeAll() {
        bytes.clear()
        extent = .absent
    }

    /// Keeps a whole body.
    package mutating func set(whole body: Span<UInt8>) {
        bytes.clear()
        bytes.append(body)
        extent = .whole
    }

    /// Notes that there is a body of which only a part is known.
    package mutating func setPartial() {
        bytes.clear()
        extent = .partial
    }
}
