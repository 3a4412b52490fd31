import CedarEngine
import CedarSchema
import CedarSyntax

/// What `writ compile` tells, in words.
struct CompileReport {
    let file: InputFile
    let explanation: RulesExplanation
    /// Whether the places of policies are those of a text.
    let showsLines: Bool
    /// How many kinds of requests the schema allows; nil without a schema.
    let requestKindCount: Int?
    /// The kinds of requests to which a policy may apply; nil without a schema.
    let requestKinds: (Text) -> [RequestKind]?

    /// So many kinds of requests are named one by one.
    private static let namedKinds = 6

    func print() {
        for policy in explanation.policies {
            print(policy)
            printLine("")
        }
        let count = explanation.policyCount
        let each = count > 0 ? ", \(explanation.sizeBytes / count) bytes a policy" : ""
        printLine(
            "\(grouped(count)) \(count == 1 ? "policy" : "policies") compiled: "
                + "\(grouped(explanation.sizeBytes)) bytes\(each)")
        printLine("\(grouped(explanation.generalCount)) of them run for every request")
        for (path, policies) in explanation.paths {
            printLine("\(grouped(policies)) of them are found by the value of `\(path)`")
        }
        if explanation.sharedCount > 0 {
            printLine("\(grouped(explanation.sharedCount)) values are shared by policies")
        }
    }

    private func print(_ policy: PolicyExplanation) {
        let title = "\(policy.effect.rawValue) `\(policy.id)`"
        printLine(
            Terminal.output.styled(title, .bold) + (place(of: policy).map { ", \($0)" } ?? ""))
        row("runs for", policy.audience + (policy.company.map { ", \($0)" } ?? ""))
        if let hint = policy.hint { row("hint", hint) }
        if let kinds = requestKinds(policy.id) { row("schema", text(kinds)) }
        if let proved = policy.proved { row("proved", "\(proved): its key, not tested again") }
        for folding in policy.folded { row("folded", folding.text) }
        let most = policy.instructions
        row(
            "cost",
            (most > 0 ? "about \(grouped(most))" : "less than 10")
                + " machine instructions when all of it runs, beside fetching entities")
        for step in policy.program {
            let label = step.number == 0 ? "program" : ""
            row(label, padded("\(step.number)", 3) + "  " + step.text)
        }
    }

    private func row(_ label: String, _ text: String) {
        let padding = String(repeating: " ", count: max(0, 10 - label.count))
        printLine("  " + Terminal.output.styled(label, .faint) + padding + text)
    }

    func place(of policy: PolicyExplanation) -> String? {
        line(of: policy).map { "\(file.name):\($0)" }
    }

    func line(of policy: PolicyExplanation) -> Int? {
        guard showsLines else { return nil }
        return Int(SourceMap(file.bytes).position(at: Int(policy.span.start)).line)
    }

    private func text(_ kinds: [RequestKind]) -> String {
        let all = requestKindCount ?? 0
        guard !kinds.isEmpty else { return "no request that the schema allows is ever true for it" }
        let named = kinds.prefix(Self.namedKinds).map(\.text)
        let rest = kinds.count - named.count
        return "\(kinds.count) of \(all) kinds of requests: " + named.joined(separator: "; ")
            + (rest > 0 ? "; and \(rest) more" : "")
    }
}

extension RequestKind {
    /// Principal, action and resource in this order.
    fileprivate var text: String { "\(principal) \(action) \(resource)" }
}

extension PolicyExplanation {
    /// The requests that run it.
    var audience: String {
        let requests = key.requests
        return demands.isEmpty
            ? requests : requests + " where " + demands.map { "`\($0)`" }.joined(separator: " and ")
    }

    /// The machine instructions of all of its program, estimated.
    var instructions: Int { cost * 10 }

    /// How many policies run with it; nil when none can.
    var company: String? {
        switch companions {
        case 0: nil
        case 1: "alone"
        case 2: "with one other policy"
        default: "with \(grouped(companions - 1)) other policies"
        }
    }

    /// What an author can do so that fewer requests run it.
    var hint: String? {
        switch advice {
        case nil: nil
        case .attributeDoesNotPay(let path):
            "\(shortfall); `\(path)` becomes the key where 16 or more would run together, half of "
                + "them do not with it, and 8 policies begin with it"
        case .beginWith(let equality, let before):
            "\(shortfall); begin the first `when` with `\(equality)`, which can be a key of many "
                + "policies: only tests that it exists (`has`) may stand before it, now `\(before)` does"
        case .nameAnEntity:
            "\(shortfall); add a resource or principal to the scope (`==` or `in`), or begin the first "
                + "`when` with an attribute that equals a literal, `resource.kind == \"...\"`"
        }
    }

    /// What is wanting.
    private var shortfall: String {
        switch key {
        case .none, .entity(.action, _), .ancestor(.action, _): "no index key of its own"
        case .never, .entity, .ancestor, .attribute: "many policies have this key"
        }
    }
}

extension PolicyExplanation.Key {
    /// The requests that have it.
    fileprivate var requests: String {
        switch self {
        case .none: "every request"
        case .never: "no request: its action must be in none"
        case .entity(.action, let uid): "every request of action `\(uid)`"
        case .entity(let variable, let uid): "requests whose \(variable.rawValue) is `\(uid)`"
        case .ancestor(let variable, let uids):
            (variable == .action ? "every request" : "requests")
                + " whose \(variable.rawValue) is or is in "
                + (uids.count > 4
                    ? "one of \(uids.count) entities"
                    : uids.map { "`\($0)`" }.joined(separator: " or "))
        case .attribute(let path, let value, let isGuarded):
            "requests with `\(path) == \(value.text)`"
                + (isGuarded ? "" : " or a `\(path)` that cannot be read")
        }
    }
}

extension PolicyExplanation.Folding {
    fileprivate var text: String {
        switch outcome {
        case .value(let value): "`\(expression)` is \(value.text)"
        case .neverEvaluated: "`\(expression)` is never evaluated"
        }
    }
}
