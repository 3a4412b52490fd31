/// The body of a request, as far as the gateway showed it.
package struct RequestBody: Sendable {
    package enum Extent: BitwiseCopyable, Hashable, Sendable {
        /// Nothing tells whether there is one, as with every gateway that shows none: never to be
        /// taken for a request without a body.
        case unknown
        /// There is none.
        case absent
        case whole
        /// There is more than was shown: never to be taken for the body.
        case partial
    }

    package private(set) var extent = Extent.unknown
    /// What there is of it; empty unless ``extent`` is `whole`.
    private(set) var bytes: [UInt8] = []

    package init() {}

    /// Forgets the body and what was known of it, and keeps the memory.
    package mutating func removeAll() {
        bytes.clear()
        extent = .unknown
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

    /// Notes that there is certainly no body.
    package mutating func setAbsent() {
        bytes.clear()
        extent = .absent
    }
}
