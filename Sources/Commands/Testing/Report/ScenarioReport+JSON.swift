import CedarEngine
import CedarSyntax
import JSON
import PolicyTesting

extension ScenarioReport {
    /// The reports for scripts, as one object.
    static func json(_ reports: [ScenarioReport]) -> String {
        var writer = JSONWriter()
        writer.beginObject()
        writer.member("passed", reports.allSatisfy(\.isGood))
        writer.key("scenarios")
        writer.beginArray()
        for report in reports { report.write(to: &writer) }
        writer.endArray()
        writer.endObject()
        return String(decoding: writer.bytes, as: UTF8.self)
    }

    private func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.member("path", scenario.path)
        writer.member("passed", isGood)
        writer.member("policies", policies.members.count)
        writer.key("tests")
        writer.beginArray()
        for test in tests { write(test, &writer) }
        writer.endArray()
        writeCoverage(&writer)
        if case .done(let tried) = mutation { write(tried, &writer) }
        writer.endObject()
    }

    private func write(_ test: ReportedTest, _ writer: inout JSONWriter) {
        writer.beginObject()
        writer.member("name", test.entry.name)
        writer.member("line", test.entry.line)
        writer.member("passed", test.hasPassed)
        switch test.outcome {
        case .untested: break
        case .unreadable(let message): writer.member("message", message)
        case .decided(let expected, let result):
            writer.key("expected")
            writer.beginObject()
            writer.member("decision", expected.expectsAllow ? "allow" : "deny")
            writer.member("reason", expected.reasons.sorted())
            writer.member("num_errors", expected.errorCount)
            writer.endObject()
            writer.key("actual")
            writer.beginObject()
            writer.member("decision", result.observation.isAllowed ? "allow" : "deny")
            writer.member("reason", result.observation.reasons.map { policies.ids[$0] })
            writer.key("errors")
            writer.beginArray()
            for error in result.observation.errors {
                writer.beginObject()
                writer.member("policy", policies.ids[error.policy].string)
                writer.member("message", error.fault.message)
                writer.endObject()
            }
            writer.endArray()
            writer.endObject()
        }
        writer.endObject()
    }

    private func writeCoverage(_ writer: inout JSONWriter) {
        writer.key("coverage")
        writer.beginObject()
        for (name, share) in [
            ("policies", coverage.policyShare), ("conditions", coverage.conditionShare),
        ] {
            writer.key(name)
            writer.beginObject()
            writer.member("seen", share.seen)
            writer.member("all", share.all)
            writer.member("percent", share.percent)
            writer.endObject()
        }
        writer.key("gaps")
        writer.beginArray()
        for gap in gaps {
            writer.beginObject()
            writer.member("policy", policies.ids[gap.policy].string)
            writer.member("kind", gap.kind)
            writer.member("gap", gap.gap.rawValue)
            write(gap.span, &writer)
            writer.endObject()
        }
        writer.endArray()
        writer.endObject()
    }

    private func write(_ tried: [TriedMutation], _ writer: inout JSONWriter) {
        writer.key("mutation")
        writer.beginObject()
        writer.member("mutants", tried.count)
        writer.member(
            "killed",
            tried.count {
                if case .killed = $0.fate { return true }
                return false
            })
        writer.member("invalid", tried.count { $0.fate == .invalid })
        writer.member("equivalent", tried.count { $0.fate == .equivalent })
        writer.member("survived", survivors.count)
        writer.key("survivors")
        writer.beginArray()
        for mutation in survivors {
            writer.beginObject()
            writer.member("policy", policies.ids[mutation.policy].string)
            writer.member("kind", mutation.kind.rawValue)
            write(mutation.span, &writer)
            writer.member("replacement", mutation.replacement)
            writer.endObject()
        }
        writer.endArray()
        writer.endObject()
    }

    /// Writes where a part of the policies is and what stands there.
    private func write(_ span: SourceSpan, _ writer: inout JSONWriter) {
        let position = map.position(at: Int(span.start))
        writer.member("line", position.line)
        writer.member("column", position.column)
        writer.member("source", text(span))
    }
}

extension JSONWriter {
    fileprivate mutating func member(_ name: String, _ ids: [Text]) {
        member(name, ids.map(\.string))
    }
}
