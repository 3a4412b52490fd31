import CedarEngine
import CedarSchema
import CedarSyntax
import JSON

extension CompileReport {
    /// The report for scripts.
    var json: String {
        var writer = JSONWriter()
        writer.beginObject()
        writer.member("policies", explanation.policyCount)
        writer.member("bytes", explanation.sizeBytes)
        writer.member("runForEveryRequest", explanation.generalCount)
        writer.member("sharedValues", explanation.sharedCount)
        writer.key("attributes")
        writer.beginArray()
        for (path, policies) in explanation.paths {
            writer.beginObject()
            writer.member("path", path)
            writer.member("policies", policies)
            writer.endObject()
        }
        writer.endArray()
        writer.key("explanations")
        writer.beginArray()
        for policy in explanation.policies { write(policy, to: &writer) }
        writer.endArray()
        writer.endObject()
        return String(decoding: writer.bytes, as: UTF8.self)
    }

    private func write(_ policy: PolicyExplanation, to writer: inout JSONWriter) {
        writer.beginObject()
        writer.member("id", policy.id.string)
        writer.member("effect", policy.effect.rawValue)
        if let line = line(of: policy) { writer.member("line", line) }
        writer.member("runsFor", policy.audience)
        writer.key("key")
        write(policy.key, to: &writer)
        writer.member("demands", policy.demands)
        writer.member("runTogether", policy.companions)
        if let hint = policy.hint { writer.member("hint", hint) }
        if let kinds = requestKinds(policy.id) {
            writer.key("requestKinds")
            writer.beginArray()
            for kind in kinds {
                writer.beginObject()
                writer.member("principal", kind.principal.string)
                writer.member("action", kind.action.description)
                writer.member("resource", kind.resource.string)
                writer.endObject()
            }
            writer.endArray()
        }
        if let proved = policy.proved { writer.member("proved", proved) }
        writer.key("folded")
        writer.beginArray()
        for folding in policy.folded {
            writer.beginObject()
            writer.member("expression", folding.expression)
            switch folding.outcome {
            case .value(let value): writer.member("value", value.text)
            case .neverEvaluated:
                writer.member("neverEvaluated", true)
            }
            writer.endObject()
        }
        writer.endArray()
        writer.member("instructions", policy.instructions)
        writer.member("depth", policy.depth)
        writer.member("program", policy.program.map(\.text))
        writer.endObject()
    }

    private func write(_ key: PolicyExplanation.Key, to writer: inout JSONWriter) {
        switch key {
        case .none, .never: writer.null()
        case .entity(let variable, let uid):
            writer.beginObject()
            writer.member("part", variable.rawValue)
            writer.member("equals", uid.description)
            writer.endObject()
        case .ancestor(let variable, let uids):
            writer.beginObject()
            writer.member("part", variable.rawValue)
            writer.member("in", uids.map(\.description))
            writer.endObject()
        case .attribute(let path, let value, let isGuarded):
            writer.beginObject()
            writer.member("part", path)
            writer.member("equals", value.text)
            writer.member("guarded", isGuarded)
            writer.endObject()
        }
    }
}
