import CedarSyntax
package import JSON

/// The formats of reports that are read.
package enum PostureFormat: String, CaseIterable, Sendable {
    case osquery, fleet, intune, jamf, crowdstrike, generic
}

/// Reads documents of one format.
///
/// What is used must be as the format has it; members that are not known are passed over. A value
/// that says that nothing is known is `unknown`, never false.
package struct PostureReader: Sendable {
    package let format: PostureFormat
    /// How the generic format finds its facts.
    package let mapping: PostureMapping

    package init(_ format: PostureFormat, mapping: PostureMapping = PostureMapping()) {
        self.format = format
        self.mapping = mapping
    }

    /// What came of one report in a document.
    package typealias Outcome = Result<PostureReport, PostureError>

    /// Reads a document: one report, a list of them, or the vendor's wrapper around a list.
    ///
    /// - Parameters:
    ///   - tape: reused from document to document.
    ///   - receivedAt: milliseconds since 1970, for what comes without a time of its own.
    /// - Returns: of each report what it says or why it is refused.
    /// - Throws: when the document is not JSON or not of the format, so that there is no report.
    package func read(
        _ document: [UInt8], _ tape: inout JSONTape, receivedAt: Int64
    ) throws(PostureError) -> [Outcome] {
        do throws(JSONError) {
            try tape.parse(document)
        } catch {
            throw PostureError(.malformed, "\(error.message)", at: error.offset)
        }
        let roots = try elements(JSONValue(tape, tape.root))
        guard roots.count <= PostureLimits.maximumReports else {
            throw PostureError(
                .tooLarge, "a document may hold \(PostureLimits.maximumReports) reports")
        }
        var outcomes: [Outcome] = []
        for root in roots {
            do throws(PostureError) {
                outcomes += try read(root, receivedAt: receivedAt)
            } catch {
                outcomes.append(.failure(error))
            }
        }
        return outcomes
    }

    /// A tape for documents.
    package static func makeTape() -> JSONTape {
        JSONTape(
            limits: JSONLimits(
                maximumBytes: PostureLimits.maximumDocumentBytes,
                maximumDepth: PostureLimits.maximumDepth))
    }

    private func elements(_ root: JSONValue) throws(PostureError) -> [JSONValue] {
        if root.isArray { return root.elements }
        guard root.isObject else {
            throw PostureError(.malformed, "a report is an object", at: root.offset)
        }
        let wrapper: StaticString =
            switch format {
            case .osquery: "data"
            case .fleet: "hosts"
            case .intune: "value"
            case .jamf: "results"
            case .crowdstrike: "resources"
            case .generic: "reports"
            }
        if let list = root[wrapper], list.isArray { return list.elements }
        if format == .fleet, let host = root["host"], host.isObject { return [host] }
        return [root]
    }

    private func read(
        _ root: JSONValue, receivedAt: Int64
    ) throws(PostureError) -> [Outcome] {
        guard root.isObject else {
            throw PostureError(.malformed, "a report is an object", at: root.offset)
        }
        switch format {
        case .osquery: return [.success(try OsqueryFormat.read(root, receivedAt: receivedAt))]
        case .fleet: return [.success(try FleetFormat.read(root))]
        case .intune: return [.success(try IntuneFormat.read(root))]
        case .jamf: return [.success(try JamfFormat.read(root))]
        case .crowdstrike: return [.success(try CrowdStrikeFormat.read(root))]
        case .generic: return [.success(try GenericFormat.read(root, mapping))]
        }
    }
}
