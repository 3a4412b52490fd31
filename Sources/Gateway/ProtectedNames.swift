import DecisionPoint
import Routes

/// The header fields of requests that only the decision point sets: who asks, obligations, and what
/// policies add.
///
/// A client's field is taken for one of them also when its name only reads like one, as
/// ``FieldNames/readsLike(_:_:)`` has it.
package struct ProtectedNames: Sendable {
    /// The names, in lower case.
    private let names: [[UInt8]]
    /// How many of them, the first, say who asks.
    private let identityCount: Int
    /// Those of them that answers set now and then: the obligations, and what policies add. Identity
    /// fields are not among them.
    package let occasional: [[UInt8]]

    /// The field with the obligations of an allow.
    package static let obligations = Array("writ-obligations".utf8)

    /// - Parameter policyFields: the fields that any policy may add to a request.
    init(_ settings: GatewaySettings, policyFields: [[UInt8]]) {
        let identity = settings.identityFields.map(\.name)
        occasional = ([Self.obligations] + policyFields).filter { !identity.contains($0) }
        let telling = settings.identityFields.filter { $0.source != .removed }.map(\.name)
        names = telling + identity.filter { !telling.contains($0) } + occasional
        identityCount = telling.count
    }

    /// Calls back with each name, for a filter in front of ``isForged(_:)``.
    package func forEach(_ body: ([UInt8]) -> Void) { names.forEach(body) }

    /// Whether a name is none of these and reads like one.
    ///
    /// One that policies add is not forged for being like another of those; for being like one that says
    /// who asks it is, as policies never set it.
    package func isForged(_ name: Span<UInt8>) -> Bool {
        let identity = likeness(of: name, to: names[..<identityCount])
        if identity != .none { return identity == .alike }
        return likeness(of: name, to: names[identityCount...]) == .alike
    }

    private enum Likeness { case none, alike, same }

    private func likeness(of name: Span<UInt8>, to names: ArraySlice<[UInt8]>) -> Likeness {
        var likeness = Likeness.none
        for index in names.indices {
            let own = names[index]
            guard FieldNames.readsLike(name, own.span) else { continue }
            if name.hasSameBytes(as: own.span) { return .same }
            likeness = .alike
        }
        return likeness
    }
}

extension Span<UInt8> {
    func hasSameBytes(as other: Span<UInt8>) -> Bool {
        guard count == other.count else { return false }
        for index in indices where self[index] != other[index] { return false }
        return true
    }
}
