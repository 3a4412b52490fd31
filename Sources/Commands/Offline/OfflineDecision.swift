import CedarEngine
import CedarSyntax
import JSON

/// Decides requests on entities held in memory.
struct OfflineDecision {
    private let ruleset: Ruleset
    private let entities: EntityTable

    init(_ ruleset: Ruleset, _ entities: EntityTable) {
        self.ruleset = ruleset
        self.entities = entities
    }

    func decide(_ request: TreeRequest, _ mode: ErrorMode) throws(Failure) -> DecisionReport {
        var encoder = FlatEncoder()
        var workspace = Workspace()
        do throws(FlatEncoder.Failure) {
            let principal = FlatConstant(bytes: try encoder.encode(request.principal))
            let action = FlatConstant(bytes: try encoder.encode(request.action))
            let resource = FlatConstant(bytes: try encoder.encode(request.resource))
            let context = FlatConstant(bytes: try encoder.encode(record: request.context))
            let verdict = ruleset.view.authorize(
                Request(
                    principal: FlatEntity(principal.flat), action: FlatEntity(action.flat),
                    resource: FlatEntity(resource.flat), context: FlatRecord(context.flat)),
                entities: entities, errors: mode, workspace: &workspace)
            // The views above must stay readable until here.
            withExtendedLifetime((principal, action, resource, context)) {}
            return DecisionReport(
                verdict: verdict,
                reasons: workspace.reasons.map { ruleset.policies[Int($0)] },
                errors: workspace.errors.map {
                    (ruleset.policies[Int($0.policy)], $0.fault)
                })
        } catch {
            throw Failure("the request cannot be decided: \(error.message)")
        }
    }
}

/// A decision with the policies behind it, for people and programs.
struct DecisionReport {
    let verdict: Verdict
    let reasons: [Ruleset.PolicyInformation]
    let errors: [(policy: Ruleset.PolicyInformation, fault: Fault)]

    /// Prints the decision like the Rust `cedar authorize`.
    func print(verbose: Bool) {
        let terminal = Terminal.output
        switch verdict {
        case .allow: printLine(terminal.styled("ALLOW", .green))
        case .deny: printLine(terminal.styled("DENY", .red))
        }
        if !errors.isEmpty { printLine("") }
        for error in errors {
            printLine(
                "error while evaluating policy `\(error.policy.id)`: \(error.fault.message)")
        }
        guard verbose else { return }
        printLine("")
        if verdict == .deny(.policyError) {
            printLine("note: this decision was due to a forbid policy that errored (--strict)")
        } else if reasons.isEmpty {
            printLine("note: no policies applied to this request")
        } else {
            printLine("note: this decision was due to the following policies:")
            for policy in reasons {
                let reason = policy.annotation("reason").map { ": \($0)" } ?? ""
                printLine("  \(policy.id)\(reason)")
            }
            printLine("")
        }
    }

    /// The decision for programs.
    func json(microseconds: Int64? = nil) -> String {
        var writer = JSONWriter()
        writer.beginObject()
        writer.key("decision")
        writer.string(verdict == .allow ? "allow" : "deny")
        writer.key("reason")
        writer.beginArray()
        for policy in reasons { writer.string(policy.id.string) }
        writer.endArray()
        writer.key("errors")
        writer.beginArray()
        for error in errors {
            writer.beginObject()
            writer.key("policy")
            writer.string(error.policy.id.string)
            writer.key("message")
            writer.string(error.fault.message)
            writer.endObject()
        }
        writer.endArray()
        if let microseconds {
            writer.key("microseconds")
            writer.integer(microseconds)
        }
        writer.endObject()
        return String(decoding: writer.bytes, as: UTF8.self)
    }
}

extension Ruleset.PolicyInformation {
    /// The value of an annotation.
    func annotation(_ key: Text) -> Text? {
        annotations.first { $0.key == key }.map { $0.value ?? "" }
    }
}
