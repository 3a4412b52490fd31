import Routes

/// What a listener for gateways does beside asking the policies.
package struct GatewaySettings: Sendable {
    /// What an identity field tells the service behind the gateway.
    package enum IdentitySource: String, CaseIterable, Sendable {
        /// The id of the principal's entity.
        case principalId
        /// The type of the principal's entity.
        case principalType
        /// The id of the device's entity; none when no device is known.
        case deviceId
        /// The id of the decision, by which logs find it.
        case decisionId
        /// Nothing: the client's own copy is taken away. Policies may set it.
        case removed
    }

    /// A header field of requests that are allowed.
    package struct IdentityField: Sendable {
        /// In lower case.
        package let name: [UInt8]
        package let source: IdentitySource

        /// - Parameter name: 1 to 128 lower-case letters, digits and `-`. No `_`: services that read
        ///   fields as variables take `x_user` for `x-user`, and only one of them would be removed.
        /// - Returns: nil for another name, and for one that frames messages.
        package init?(_ name: String, _ source: IdentitySource) {
            let bytes = Array(name.utf8)
            guard (1...128).contains(bytes.count), bytes.allSatisfy(Self.isAllowed),
                !FieldNames.isReserved(bytes.span)
            else { return nil }
            self.name = bytes
            self.source = source
        }

        private static func isAllowed(_ byte: UInt8) -> Bool {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
                UInt8(ascii: "-"):
                true
            default: false
            }
        }
    }

    /// What policies call the listener in `verified.gateway.listener`.
    package var listener: String
    /// Fields that say who asks: the client's own never reach the service.
    package var identityFields: [IdentityField] = []
    /// Whether a bearer token in `Authorization` is judged; otherwise it is the service's business.
    package var judgesTokens = true
    /// `WWW-Authenticate` of a denial with status 401 for which no policy has one.
    package var challenge = Array("Bearer".utf8)

    package init(listener: String) { self.listener = listener }

    /// Whether a name is that of a field that says who asks, or reads like it.
    ///
    /// A field that is only ``IdentitySource/removed`` says nothing, so policies may set it.
    func isIdentity(_ name: Span<UInt8>) -> Bool {
        let fields = identityFields.span
        for index in fields.indices where fields[index].source != .removed {
            if FieldNames.readsLike(name, fields[index].name.span) { return true }
        }
        return false
    }
}
