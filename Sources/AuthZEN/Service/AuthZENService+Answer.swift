import CedarEngine
import DecisionPoint
import JSON

// Answers of questions, and of what is wrong with an item of several.
//
// | member of `context` | meaning |
// | --- | --- |
// | `obligations` | what the enforcing side must do, each with `name` and, when there is one, `argument` |
// | `headers` | header fields, each with `name` and `value`: for the request behind an allow, for the answer of a deny |
// | `reasons` | texts for people |
// | `status`, `challenge` | of a deny: 401 or 429 in place of 403, and `WWW-Authenticate` for a 401 |
// | `cause`, `detail`, `policies`, `errors` | where the listener names policies |
//
// A member that would be empty is left out, but for `policies`; so is the context.
extension AuthZENService {
    mutating func write(_ outcome: Outcome) {
        let isDecided: Bool
        if case .refused = outcome { isDecided = false } else { isDecided = true }
        let isAsking = isDecided && decider.mayHaveObligations && decider.reasonCount > 0
        let obligations = isAsking ? decider.obligations(into: &merged) : nil
        let status: Obligations.Status = outcome == .denied && isAsking ? merged.status : .denied
        let hasParts = obligations != nil && !(merged.parts.isEmpty && status == .denied)
        writer.beginObject()
        writer.key("decision")
        writer.boolean(outcome == .allowed)
        if hasParts || configuration.namesPolicies {
            writer.key("context")
            writer.beginObject()
            if let obligations, hasParts { write(obligations, status) }
            if configuration.namesPolicies { writePolicies(outcome) }
            writer.endObject()
        }
        writer.endObject()
    }

    /// What the determining policies ask for.
    private mutating func write(_ obligations: ObligationTable, _ status: Obligations.Status) {
        writePairs("obligations", .obligation, obligations, value: "argument")
        writePairs("headers", .header, obligations, value: "value")
        if status != .denied {
            writer.key("status")
            writer.integer(Int64(status.rawValue))
        }
        for part in merged.parts where obligations.kind(part) == .challenge {
            writer.key("challenge")
            obligations.withPart(part) { writer.string(utf8: $1) }
        }
        var isBegun = false
        for part in merged.parts where obligations.kind(part) == .reason {
            if !isBegun {
                writer.key("reasons")
                writer.beginArray()
                isBegun = true
            }
            obligations.withPart(part) { writer.string(utf8: $1) }
        }
        if isBegun { writer.endArray() }
    }

    /// A list of names with values; an obligation without an argument has none.
    private mutating func writePairs(
        _ key: String, _ kind: Obligations.Kind, _ obligations: ObligationTable,
        value valueKey: String
    ) {
        var isBegun = false
        for part in merged.parts where obligations.kind(part) == kind {
            if !isBegun {
                writer.key(key)
                writer.beginArray()
                isBegun = true
            }
            obligations.withPart(part) { name, value in
                writer.beginObject()
                writer.key("name")
                writer.string(utf8: name)
                if kind == .header || !value.isEmpty {
                    writer.key(valueKey)
                    writer.string(utf8: value)
                }
                writer.endObject()
            }
        }
        if isBegun { writer.endArray() }
    }

    private mutating func writePolicies(_ outcome: Outcome) {
        if case .refused(let refusal) = outcome {
            writer.key("cause")
            writer.string("\(refusal)")
            let detail = decider.detail
            if !detail.isEmpty {
                writer.key("detail")
                writer.string(utf8: detail.span)
            }
        }
        writer.key("policies")
        writer.beginArray()
        for index in 0..<decider.reasonCount {
            decider.reason(index).withUTF8 { writer.string(utf8: $0) }
        }
        writer.endArray()
        if decider.errorCount > 0 {
            writer.key("errors")
            writer.beginArray()
            for index in 0..<decider.errorCount {
                decider.error(index).policy.withUTF8 { writer.string(utf8: $0) }
            }
            writer.endArray()
        }
    }

    /// What is wrong with an item denies it.
    mutating func write(_ error: AuthZENError) {
        writer.beginObject()
        writer.key("decision")
        writer.boolean(false)
        writer.key("context")
        writer.beginObject()
        writer.key("error")
        writer.beginObject()
        writer.key("status")
        writer.integer(Int64(error.status.rawValue))
        writer.key("code")
        writer.string(error.code.rawValue)
        writer.key("message")
        writer.string(error.message)
        writer.endObject()
        writer.endObject()
        writer.endObject()
    }
}
