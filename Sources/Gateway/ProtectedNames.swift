import DecisionPoint

/// The header fields of requests that only the decision point sets: who asks, obligations, and what
/// policies add.
///
/// A client's field is taken for one of them also when its name only reads like one: services that keep
/// fields as variables see `X_Principal` and `X.Principal` as `X-Principal`. So letters count in either
/// case, and every byte that is neither letter nor digit as `-`.
package struct ProtectedNames: Sendable {
    /// The names, in lower case.
    private let names: [[UInt8]]
    private let folded: [[UInt8]]
    /// Those of them that answers set now and then: the obligations, and what policies add. Identity
    /// fields are not among them.
    package let occasional: [[UInt8]]

    /// The field with the obligations of an allow.
    package static let obligations = Array("writ-obligations".utf8)

    /// - Parameter policyFields: the fields that any policy may add to a request.
    init(_ settings: GatewaySettings, policyFields: [[UInt8]]) {
        let identity = settings.identityFields.map(\.name)
        occasional = ([Self.obligations] + policyFields).filter { !identity.contains($0) }
        names = identity + occasional
        folded = names.map { $0.map(Self.folded) }
    }

    /// Calls back with each name, for a filter in front of ``isForged(_:)``.
    package func forEach(_ body: ([UInt8]) -> Void) { names.forEach(body) }

    /// Whether a name is none of these and reads like one.
    package func isForged(_ name: Span<UInt8>) -> Bool {
        var isAlike = false
        for index in names.indices {
            let (own, ownFolded) = (names[index], folded[index])
            guard Self.readsLike(name, ownFolded.span) else { continue }
            if name.hasSameBytes(as: own.span) { return false }
            isAlike = true
        }
        return isAlike
    }

    /// Whether a name reads like another, which is folded.
    static func readsLike(_ name: Span<UInt8>, _ other: Span<UInt8>) -> Bool {
        guard name.count == other.count else { return false }
        for index in name.indices where folded(name[index]) != other[index] { return false }
        return true
    }

    private static func folded(_ byte: UInt8) -> UInt8 {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"): byte
        case UInt8(ascii: "A")...UInt8(ascii: "Z"): byte | 0x20
        default: UInt8(ascii: "-")
        }
    }
}

extension Span<UInt8> {
    func hasSameBytes(as other: Span<UInt8>) -> Bool {
        guard count == other.count else { return false }
        for index in indices where self[index] != other[index] { return false }
        return true
    }
}
