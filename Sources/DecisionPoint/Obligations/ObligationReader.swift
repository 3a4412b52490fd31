import CedarSyntax
import Routes

/// What the annotations of one policy say, judged.
struct PolicyObligations {
    struct Part: Hashable {
        let kind: Obligations.Kind
        let name: [UInt8]
        let value: [UInt8]
    }

    /// The status of the annotation; nil without one.
    private(set) var status: Obligations.Status?
    private(set) var parts: [Part] = []

    /// The names of the header fields, in lower case.
    var fields: [[UInt8]] { parts.filter { $0.kind == .header }.map(\.name) }

    /// Reads the annotations of a policy; those of other names are the author's own.
    ///
    /// A name that is nearly one of ours is refused: its condition would be lost without a word.
    ///
    /// - Returns: what was read, and what is wrong at the annotations' places.
    static func read(
        _ policy: Policy, _ rules: ObligationRules
    ) -> (obligations: PolicyObligations, problems: [Diagnostic]) {
        var read = PolicyObligations()
        var problems: [Diagnostic] = []
        for annotation in policy.annotations {
            guard let kind = ObligationAnnotation(rawValue: annotation.key.string) else {
                if let meant = ObligationAnnotation(nearly: annotation.key.string) {
                    problems.append(Self.misspelt(annotation, meant))
                }
                continue
            }
            do throws(Problem) {
                guard policy.effect == .forbid || !kind.isForForbidsOnly else {
                    throw Problem(
                        "`@\(kind.rawValue)` stands on a permit, which has no deny to describe",
                        help: "put it on the forbid that denies")
                }
                let value = annotation.value?.utf8 ?? []
                guard value.count <= ObligationRules.maximumValueBytes else {
                    throw Problem(
                        "the value of `@\(kind.rawValue)` is longer than "
                            + "\(ObligationRules.maximumValueBytes) bytes")
                }
                try read.add(kind, value, rules)
            } catch {
                problems.append(
                    Diagnostic(
                        span: annotation.span, message: error.message, help: error.help))
            }
        }
        if policy.annotation("challenge") != nil, read.status != .unauthenticated,
            let place = policy.annotations.first(where: { $0.key == "challenge" })
        {
            problems.append(
                Diagnostic(
                    span: place.span, message: "`@challenge` needs `@status(\"401\")` beside it"))
        }
        return (read, problems)
    }

    private static func misspelt(
        _ annotation: Policy.Annotation, _ meant: ObligationAnnotation
    ) -> Diagnostic {
        Diagnostic(
            span: annotation.span,
            message: "`@\(annotation.key)` asks for nothing: did you mean `@\(meant.rawValue)`?",
            help: "an annotation of your own needs a name that is not so near to "
                + "`\(meant.rawValue)`")
    }

    private struct Problem: Error {
        let message: String
        let help: String?

        init(_ message: String, help: String? = nil) {
            self.message = message
            self.help = help
        }
    }

    private mutating func add(
        _ kind: ObligationAnnotation, _ value: [UInt8], _ rules: ObligationRules
    ) throws(Problem) {
        switch kind {
        case .reason: parts.append(Part(kind: .reason, name: [], value: value))
        case .status:
            guard let status = Obligations.Status(text: value) else {
                throw Problem(
                    "`@status` must be \"401\", \"403\" or \"429\", not "
                        + "`\(String(decoding: value, as: UTF8.self))`")
            }
            self.status = status
        case .challenge:
            guard !value.isEmpty, value.allSatisfy({ 0x20..<0x7F ~= $0 }) else {
                throw Problem("`@challenge` must be printable ASCII, as in `Bearer realm=\"bank\"`")
            }
            parts.append(Part(kind: .challenge, name: [], value: value))
        case .obligation:
            let list = value.split(separator: UInt8(ascii: ","), omittingEmptySubsequences: false)
            try requireFew(list.count, kind)
            for element in list { try addObligation(Self.trimmed(element), rules) }
        case .header:
            let list = value.split(separator: 0x0A, omittingEmptySubsequences: false)
            try requireFew(list.count, kind)
            for element in list { try addHeader(Self.trimmed(element)) }
        }
    }

    private func requireFew(_ count: Int, _ kind: ObligationAnnotation) throws(Problem) {
        guard count <= ObligationRules.maximumParts else {
            throw Problem(
                "`@\(kind.rawValue)` has more than \(ObligationRules.maximumParts) parts")
        }
    }

    private mutating func addObligation(
        _ text: [UInt8], _ rules: ObligationRules
    ) throws(Problem) {
        let shown = String(decoding: text, as: UTF8.self)
        guard !text.isEmpty, text.allSatisfy({ 0x21..<0x7F ~= $0 }) else {
            throw Problem(
                "`\(shown)` is no obligation: write `name` or `name:argument` in printable ASCII "
                    + "without spaces, several with commas between them")
        }
        let end = text.firstIndex(of: UInt8(ascii: ":")) ?? text.endIndex
        let name = Array(text[..<end])
        let word = String(decoding: name, as: UTF8.self)
        guard rules.knownObligations.contains(word) else {
            let known = rules.knownObligations.sorted()
            let near = nearestName(to: word, among: known)
            throw Problem(
                "nobody is known to fulfil the obligation `\(word)`",
                help: near.map { "did you mean `\($0)`?" }
                    ?? (known.isEmpty
                        ? "name it in the configuration once every enforcing side fulfils it"
                        : "known obligations: " + known.joined(separator: ", ")))
        }
        parts.append(Part(kind: .obligation, name: name, value: Array(text[end...].dropFirst())))
    }

    private mutating func addHeader(_ text: [UInt8]) throws(Problem) {
        let shown = String(decoding: text, as: UTF8.self)
        guard let colon = text.firstIndex(of: UInt8(ascii: ":")), colon > 0 else {
            throw Problem(
                "`\(shown)` is no header field: write `x-name: value`, several one a line")
        }
        let name = text[..<colon].map {
            UInt8(ascii: "A")...UInt8(ascii: "Z") ~= $0 ? $0 | 0x20 : $0
        }
        let value = Self.trimmed(text[(colon + 1)...])
        var probe = HeaderList()
        let word = String(decoding: name, as: UTF8.self)
        do throws(RequestRefusal) {
            try probe.append(name: name.span, value: value.span)
        } catch {
            throw Problem(
                "the header field `\(word)` has a name that is no token, or a control character")
        }
        guard !FieldNames.isReserved(name.span), word != "www-authenticate", word != "set-cookie",
            !Self.isOurs(name)
        else {
            throw Problem(
                "the header field `\(word)` is not for policies to set",
                help: word == "www-authenticate" ? "use `@challenge`" : nil)
        }
        guard !parts.contains(where: { $0.kind == .header && $0.name == name }) else {
            throw Problem("the header field `\(word)` stands twice")
        }
        parts.append(Part(kind: .header, name: name, value: value))
    }

    /// Whether a service may read a name like those that begin with `writ-`.
    private static func isOurs(_ name: [UInt8]) -> Bool {
        name.starts(with: "writ".utf8) && name.count > 4
            && !(UInt8(ascii: "a")...UInt8(ascii: "z") ~= name[4])
            && !(UInt8(ascii: "0")...UInt8(ascii: "9") ~= name[4])
    }

    private static func trimmed(_ text: some BidirectionalCollection<UInt8>) -> [UInt8] {
        var bytes = Array(text)[...]
        while let first = bytes.first, first == 0x20 || first == 0x09 { bytes = bytes.dropFirst() }
        while let last = bytes.last, last == 0x20 || last == 0x09 { bytes = bytes.dropLast() }
        return Array(bytes)
    }
}
