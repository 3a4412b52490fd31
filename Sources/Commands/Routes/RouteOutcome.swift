import CedarEngine
import CedarSyntax
import JSON
import Routes

/// What `writ routes explain` found out.
struct RouteOutcome {
    /// A routed question as trees, which outlive the composer.
    struct Question {
        let action: EntityUID
        let resource: EntityUID
        let attributes: [(key: Text, value: Value)]
        let context: [(key: Text, value: Value)]
        let http: [(key: Text, value: Value)]

        init(_ question: RoutedQuestion, http record: FlatRecord) {
            action = question.action.uid
            resource = question.resource.uid
            attributes = question.resourceAttributes.members
            context = question.context.members
            http = record.members
        }
    }

    let table: RouteTable
    let request: HTTPRequest
    /// Why the request is denied before any policy is asked.
    let refusal: RequestRefusal?
    /// Nil when the request cannot be matched at all.
    let explanation: RouteExplanation?
    let question: Question?

    var isMatched: Bool { question != nil }

    private var route: Route? { explanation?.matched.map { table.routes[$0] } }

    /// What is wrong, with the name of the member if it is one.
    private func words(_ refusal: RequestRefusal) -> String {
        switch refusal.kind {
        case .memberMissing, .memberDuplicated, .memberInvalid:
            let name = route?.member(refusal.position).map { "`\($0.name)`" } ?? "the resource's id"
            let what =
                switch refusal.kind {
                case .memberMissing: "was not sent"
                case .memberDuplicated: "was sent more than once"
                default: "does not convert to its type"
                }
            return "\(name) \(what)"
        default: return refusal.kind.words
        }
    }

    // MARK: For people

    func text(file: String, all: Bool) -> String {
        var lines: [String] = []
        func line(_ label: String, _ text: String) {
            lines.append(label.padding(to: 11) + shown(text))
        }
        if let route {
            line("route", "\(route.name)  (\(file):\(route.place.line):\(route.place.column))")
            line("template", route.path.description)
            for (name, value) in RouteExplanation.captures(route, request) {
                line("capture", "\(name) = \(Text(value).debugQuoted)")
            }
        }
        if let question {
            line("action", question.action.description)
            line("resource", question.resource.description)
            for (name, value) in question.attributes {
                line("attribute", "\(name) = \(value.text)")
            }
            for (name, value) in question.context { line("context", "\(name) = \(value.text)") }
            for (name, value) in question.http { line("http", "\(name) = \(value.text)") }
        }
        if let refusal {
            line("denied", "\(refusal.kind.code): \(words(refusal))")
        }
        if let explanation {
            let others = table.routes.indices.filter { $0 != explanation.matched }
                .sorted { (explanation.distance($0), $0) < (explanation.distance($1), $1) }
            let count = all ? others.count : min(others.count, 10)
            for number in others[..<count] {
                let other = table.routes[number]
                line(
                    "not",
                    "\(other.name)  (\(file):\(other.place.line):\(other.place.column)): "
                        + explanation.words(number, request, in: table))
            }
            if count < others.count { line("not", "\(others.count - count) more; see `--all`") }
        }
        return lines.joined(separator: "\n")
    }

    /// Text without what could steer a terminal.
    private func shown(_ text: String) -> String {
        text.unicodeScalars.map(\.escapedUnlessPlain).joined()
    }

    // MARK: For programs

    func json() -> String {
        var writer = JSONWriter()
        writer.beginObject()
        writer.key("matched")
        writer.boolean(isMatched)
        if let refusal {
            writer.key("refusal")
            writer.beginObject()
            writer.key("code")
            writer.string(refusal.kind.code)
            writer.key("message")
            writer.string(words(refusal))
            writer.endObject()
        }
        if let route {
            writer.key("route")
            writer.beginObject()
            writer.key("name")
            writer.string(route.name)
            writer.key("line")
            writer.integer(Int64(route.place.line))
            writer.key("column")
            writer.integer(Int64(route.place.column))
            writer.key("path")
            writer.string(route.path.description)
            writer.endObject()
            writer.key("captures")
            writer.beginObject()
            for (name, value) in RouteExplanation.captures(route, request) {
                writer.key(name)
                writer.string(value)
            }
            writer.endObject()
        }
        if let question { question.write(to: &writer) }
        if let explanation {
            writer.key("others")
            writer.beginArray()
            for number in table.routes.indices where number != explanation.matched {
                writer.beginObject()
                writer.key("name")
                writer.string(table.routes[number].name)
                writer.key("line")
                writer.integer(Int64(table.routes[number].place.line))
                writer.key("reason")
                writer.string(explanation.words(number, request, in: table))
                writer.endObject()
            }
            writer.endArray()
        }
        writer.endObject()
        return String(decoding: writer.bytes, as: UTF8.self)
    }
}

extension RouteOutcome.Question {
    fileprivate func write(to writer: inout JSONWriter) {
        writer.key("action")
        writer.string(action.description)
        writer.key("resource")
        writer.string(resource.description)
        for (name, members) in [
            ("attributes", attributes), ("context", context), ("http", http),
        ] {
            writer.key(name)
            writer.write(Value.record(members))
        }
    }
}

extension String {
    fileprivate func padding(to width: Int) -> String {
        self + String(repeating: " ", count: max(0, width - count))
    }
}
