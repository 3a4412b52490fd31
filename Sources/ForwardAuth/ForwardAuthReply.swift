package import Routes

/// How authorization calls are answered: with exactly 200, 401 or 403.
///
/// Any other code is a fault to nginx, which answers 500 then, and is passed on to the client by the
/// others; any 2xx allows.
package struct ForwardAuthReply: Sendable {
    package enum Status: UInt16, BitwiseCopyable, CaseIterable, Sendable {
        case allowed = 200
        case unauthenticated = 401
        case denied = 403
    }

    /// What a decision comes to.
    package enum Outcome: BitwiseCopyable, Sendable {
        case allowed
        /// The client has to prove who it is, or prove it better.
        case unauthenticated
        /// Any other deny, with whatever status a policy asked for.
        case denied
    }

    /// The names of the identity fields, all of them set on every allow.
    package let identityFields: [[UInt8]]
    /// The value of `WWW-Authenticate` when no policy has one.
    package let challenge: [UInt8]

    /// - Returns: nil when a name is no token, is one that a connection or a message is framed by, or
    ///   stands twice, or the challenge is empty or has a control character.
    package init?(identityFields: [String], challenge: String = "Bearer") {
        var names: [[UInt8]] = []
        for field in identityFields {
            let name = field.utf8.map {
                UInt8(ascii: "A")...UInt8(ascii: "Z") ~= $0 ? $0 | 0x20 : $0
            }
            var probe = HeaderList()
            guard (try? probe.append(name: name.span, value: name.span)) != nil,
                !FieldNames.isReserved(name.span), !names.contains(name)
            else { return nil }
            names.append(name)
        }
        guard !challenge.isEmpty, challenge.utf8.allSatisfy({ 0x20..<0x7F ~= $0 }) else {
            return nil
        }
        self.identityFields = names
        self.challenge = Array(challenge.utf8)
    }

    /// Writes the fields of an answer.
    ///
    /// On an allow every identity field is set, also without a value: Caddy 2.6 sends upstream the
    /// name of a placeholder for a field that is not there, and later versions the client's own value.
    ///
    /// - Parameters:
    ///   - values: one for each of ``identityFields``, in UTF-8; empty for none.
    ///   - challenge: what a policy wants in `WWW-Authenticate`; empty for the configured one.
    ///   - fields: emptied first.
    /// - Returns: the status. A value that a field cannot carry exactly makes a deny of an allow.
    package func write(
        _ outcome: Outcome, values: [[UInt8]], challenge policyChallenge: Span<UInt8>,
        into fields: inout HeaderList
    ) -> Status {
        fields.removeAll()
        do throws(RequestRefusal) {
            switch outcome {
            case .denied: return .denied
            case .unauthenticated:
                let name = Array("www-authenticate".utf8)
                if policyChallenge.isEmpty {
                    try fields.append(name: name.span, value: challenge.span)
                } else {
                    try fields.append(name: name.span, value: policyChallenge)
                }
                return .unauthenticated
            case .allowed:
                guard values.count == identityFields.count else { return .denied }
                for index in identityFields.indices {
                    let (name, value) = (identityFields[index], values[index])
                    // Space at the ends would be lost, and with it the difference to another name.
                    guard value.first.map(Self.isBlank) != true,
                        value.last.map(Self.isBlank) != true
                    else {
                        fields.removeAll()
                        return .denied
                    }
                    try fields.append(name: name.span, value: value.span)
                }
                return .allowed
            }
        } catch {
            fields.removeAll()
            return .denied
        }
    }

    private static func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 }
}
