import AuthZEN
import DecisionPoint
import JSON

extension RequestLog.Entry {
    /// The longest text of a request that is written, in bytes.
    private static let maximumTextBytes = 512

    /// The entry as one line.
    ///
    /// | member | meaning |
    /// | --- | --- |
    /// | `time` | UTC, RFC 3339, to the microsecond |
    /// | `event` | `request` |
    /// | `listener`, `caller` | where it came in, and who asked |
    /// | `method`, `path`, `status`, `microseconds` | the HTTP request, without its query; only the last two for ext_authz and SPOE |
    /// | `request` | of a gateway's question: `method`, `host` and `path` of its client's request, as they came, without the query |
    /// | `requestId` | `X-Request-ID` as it came |
    /// | `traceId`, `parentId`, `traceFlags` | of `traceparent` |
    /// | `spanId` | this request in that trace: whose parent is `parentId`, and which began so many microseconds before `time` |
    /// | `decisionId`, `policyVersion`, `revision` | as the answer names them |
    /// | `decisions` | each with `principal`, `action`, `resource`, `decision`, `cause`, `detail`, `policies`, `errors` |
    /// | `omitted` | how many more decisions there were |
    var line: [UInt8] {
        var writer = JSONWriter()
        writer.beginObject()
        func add(_ name: String, _ value: String?) {
            guard let value else { return }
            writer.key(name)
            writer.string(Self.shortened(value))
        }
        add("time", LogTime.now())
        add("event", "request")
        add("listener", listener)
        add("caller", caller)
        add("method", method)
        add("path", path)
        if let asked {
            writer.key("request")
            writer.beginObject()
            add("method", asked.method)
            add("host", asked.host)
            add("path", asked.path)
            writer.endObject()
        }
        writer.key("status")
        writer.integer(Int64(status))
        writer.key("microseconds")
        writer.integer(Int64(clamping: nanoseconds / 1000))
        add("requestId", requestID)
        add("traceId", trace?.traceID)
        add("spanId", trace.map { _ in TraceParent.newSpanID() })
        add("parentId", trace?.parentID)
        add("traceFlags", trace?.flags)
        add("decisionId", decisionID)
        if let first = decisions.first {
            add("policyVersion", HexadecimalDigits(first.policyVersion).text)
            writer.key("revision")
            writer.integer(Int64(clamping: first.revision))
            writer.key("decisions")
            writer.beginArray()
            for decision in decisions { Self.write(decision, &writer) }
            writer.endArray()
        }
        if omitted > 0 {
            writer.key("omitted")
            writer.integer(Int64(omitted))
        }
        writer.endObject()
        return writer.bytes + [0x0A]
    }

    private static func write(_ decision: DecisionRecord, _ writer: inout JSONWriter) {
        writer.beginObject()
        for (name, value) in [
            ("principal", decision.principal), ("action", decision.action),
            ("resource", decision.resource),
        ] {
            guard let value else { continue }
            writer.key(name)
            writer.string(shortened(value))
        }
        writer.key("decision")
        writer.string(decision.outcome == .allowed ? "allow" : "deny")
        if case .refused(let cause) = decision.outcome {
            writer.key("cause")
            writer.string(cause)
            if !decision.detail.isEmpty {
                writer.key("detail")
                writer.string(shortened(decision.detail))
            }
        }
        for (name, list) in [("policies", decision.policies), ("errors", decision.errors)]
        where !list.isEmpty {
            writer.key(name)
            writer.beginArray()
            for element in list { writer.string(shortened(element)) }
            writer.endArray()
        }
        writer.endObject()
    }

    private static func shortened(_ text: String) -> String {
        guard text.utf8.count > maximumTextBytes else { return text }
        var bytes = Array(text.utf8.prefix(maximumTextBytes))
        while let last = bytes.last, last & 0xC0 == 0x80 { bytes.removeLast() }
        bytes.removeLast()
        return String(decoding: bytes, as: UTF8.self) + "…"
    }
}
