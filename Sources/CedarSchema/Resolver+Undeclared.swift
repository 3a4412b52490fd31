import CedarSyntax

// Words for names that mean nothing.

extension Resolver {
    /// Among more names than this no misspelt one is looked for.
    private static let maximumCandidates = 10_000

    mutating func undeclared(
        _ name: Text, _ reference: TypeTree.Reference, in scope: Text?, at span: SourceSpan
    ) {
        if reference == .entity { return undeclaredEntityType(name, in: scope, at: span) }
        if reference == .extension {
            return fail(
                span, "`\(name)` is no extension type",
                help: nearest(name, to: ExtensionType.allCases.map { Text($0.rawValue) })
                    ?? "the extension types are "
                    + ExtensionType.allCases.map { "`\($0.rawValue)`" }.joined(separator: ", "))
        }
        if reference == .common, entityType(name, in: scope, actionsToo: true) != nil {
            return fail(
                span, "`\(name)` is an entity type and cannot be a context",
                help: "a context is a record: `context: { … }`, or a common type that is one")
        }
        fail(span, "type `\(name)` is not declared", help: typeHelp(name, in: scope))
    }

    mutating func undeclaredEntityType(_ name: Text, in scope: Text?, at span: SourceSpan) {
        if name == "Action" || actionTypes.contains(name) {
            return fail(
                span, "`\(name)` is the type of actions and cannot stand here",
                help: "name an entity type")
        }
        let inner = name.qualified(by: scope)
        if commonTypes[inner] != nil || commonTypes[name] != nil {
            return fail(
                span, "`\(name)` is a common type; an entity type must stand here",
                help: "declare it with `entity`")
        }
        fail(
            span, "entity type `\(name)` is not declared",
            help: nearest(name, to: entitySpans.keys.sorted(), in: scope))
    }

    mutating func undeclaredAction(_ id: Text, _ type: Text?, in scope: Text?, at span: SourceSpan)
    {
        let shown = type.map { "\($0)::\(id.quoted)" } ?? id.quoted
        if let type, !type.isActionType {
            return fail(
                span, "`\(shown)` is not an action",
                help: "the type of an action ends with `Action`: `Action::\(id.quoted)`")
        }
        var help: String?
        if actionSpans.count <= Self.maximumCandidates {
            let declared = actionSpans.keys.sorted()
            // The same id may exist in a namespace that was not named.
            if let other = declared.first(where: { $0.id == id }) {
                help = "did you mean `\(other)`?"
            } else {
                help = nearestName(to: id.string, among: declared.map(\.id.string))
                    .map { "did you mean `\(Text($0).quoted)`?" }
            }
        }
        fail(span, "action `\(shown)` is not declared", help: help)
    }

    private func typeHelp(_ name: Text, in scope: Text?) -> String? {
        switch name.string {
        case "Boolean", "boolean", "bool": return "did you mean `Bool`?"
        case "Integer", "Int", "int", "integer", "Number", "number": return "did you mean `Long`?"
        case "ip", "IP", "IPAddr": return "did you mean `ipaddr`?"
        case "Set": return "a set is written `Set<Type>`"
        case "Record": return "a record is written in braces: `{ name: Type }`"
        case "Entity": return "write the name of the entity type"
        default: break
        }
        let builtIns: [Text] =
            ["Bool", "Long", "String"] + ExtensionType.allCases.map { Text($0.rawValue) }
        let declared = Array(commonTypes.keys) + entitySpans.keys
        return nearest(name, to: declared.sorted() + builtIns, in: scope)
    }

    /// A question for the declared name that somebody may have meant.
    ///
    /// A name of the same namespace is compared and shown without it.
    private func nearest(_ name: Text, to candidates: [Text], in scope: Text? = nil) -> String? {
        // Not worth the time in a schema of that size, and there may be as many questions.
        guard candidates.count <= Self.maximumCandidates else { return nil }
        let prefix = scope.map { $0.utf8 + Array("::".utf8) } ?? []
        let shown = candidates.map { candidate in
            !prefix.isEmpty && candidate.utf8.starts(with: prefix)
                ? Text(validUTF8: Array(candidate.utf8.dropFirst(prefix.count))).string
                : candidate.string
        }
        if let meant = nearestName(to: name.string, among: shown) {
            return "did you mean `\(meant)`?"
        }
        // The right name, but of another namespace.
        let ending = Array("::".utf8) + name.utf8
        let other = candidates.first {
            $0.utf8.count > ending.count && $0.utf8.suffix(ending.count) == ending[...]
        }
        return other.map { "did you mean `\($0)`?" }
    }
}
