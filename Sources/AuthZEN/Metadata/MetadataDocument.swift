import JSON

/// What a decision point says of itself.
///
/// Source: AuthZEN Authorization API 1.0, section 9.
package struct MetadataDocument: Sendable {
    /// The name and address of the decision point: `https`, no query, no fragment, no slash at the end.
    package let decisionPoint: String
    /// The path of the address, a tenant's, in front of those of the API; empty for none.
    package let path: [UInt8]
    /// URNs of what it can do beside.
    package var capabilities: [String] = []
    /// Signs the document; nil for none.
    package var signer: JSONSigner?

    /// - Returns: nil when the address is none of a decision point.
    package init?(decisionPoint: String) {
        let text = Array(decisionPoint.utf8)
        let scheme = Array("https://".utf8)
        guard text.starts(with: scheme), text.count > scheme.count,
            text.allSatisfy({ $0 > 0x20 && $0 < 0x7F && $0 != 0x22 && $0 != 0x5C }),
            !text.contains(UInt8(ascii: "?")), !text.contains(UInt8(ascii: "#")),
            text.last != UInt8(ascii: "/")
        else { return nil }
        let rest = text[scheme.count...]
        let slash = rest.firstIndex(of: UInt8(ascii: "/")) ?? rest.endIndex
        guard slash > rest.startIndex, Self.isPath(rest[slash...]) else { return nil }
        self.decisionPoint = decisionPoint
        path = Array(rest[slash...])
    }

    /// Where the document of a decision point without a path is; a path follows it.
    package static let wellKnownPath: StaticString = "/.well-known/authzen-configuration"

    /// Whether a path is one that everybody between client and service leaves as it is.
    private static func isPath(_ path: ArraySlice<UInt8>) -> Bool {
        let segments = path.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
        return segments.dropFirst().allSatisfy { segment in
            !segment.isEmpty && !segment.elementsEqual(".".utf8)
                && !segment.elementsEqual("..".utf8)
                && !segment.contains(UInt8(ascii: "%"))
        }
    }

    /// The paths of the API, as they are everywhere.
    package static let endpoints: [Endpoint] = [
        Endpoint(key: "access_evaluation_endpoint", path: "/access/v1/evaluation"),
        Endpoint(key: "access_evaluations_endpoint", path: "/access/v1/evaluations"),
        Endpoint(key: "search_subject_endpoint", path: "/access/v1/search/subject"),
        Endpoint(key: "search_resource_endpoint", path: "/access/v1/search/resource"),
        Endpoint(key: "search_action_endpoint", path: "/access/v1/search/action"),
    ]

    /// A member of the document and the path that it names.
    package struct Endpoint: Sendable {
        package let key: String
        package let path: String
    }

    /// The document as JSON.
    ///
    /// - Throws: when it cannot be signed.
    package func json() throws(SigningError) -> [UInt8] {
        var writer = JSONWriter()
        writer.beginObject()
        writeMembers(&writer)
        if let signer {
            var claims = JSONWriter()
            claims.beginObject()
            claims.key("iss")
            claims.string(decisionPoint)
            writeMembers(&claims)
            claims.endObject()
            writer.key("signed_metadata")
            let signed = try signer.sign(claims.bytes)
            writer.string(utf8: signed.span)
        }
        writer.endObject()
        return writer.bytes
    }

    private func writeMembers(_ writer: inout JSONWriter) {
        writer.key("policy_decision_point")
        writer.string(decisionPoint)
        for endpoint in Self.endpoints {
            writer.key(endpoint.key)
            writer.string(decisionPoint + endpoint.path)
        }
        guard !capabilities.isEmpty else { return }
        writer.key("capabilities")
        writer.beginArray()
        for capability in capabilities { writer.string(capability) }
        writer.endArray()
    }
}
