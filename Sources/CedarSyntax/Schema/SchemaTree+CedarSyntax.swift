extension SchemaTree {
    /// Checks that everything in a schema in normal form has a text in Cedar's own syntax that means
    /// the same.
    ///
    /// In JSON a name can be said to be a common type or an entity type; in Cedar's syntax it is
    /// whatever is found first. The reference implementation refuses namespaces that declare both by
    /// one name, and shapes that are no records; it prints the other cases found here, as something
    /// else.
    /// - Throws: the offences in source order, up to `SyntaxLimits.standard.maximumDiagnostics`.
    func checkHasText() throws(Diagnostics) {
        var check = CedarSyntaxCheck(self)
        for namespace in namespaces { check.check(namespace) }
        let found = check.diagnostics.sorted { $0.span.start < $1.span.start }
            .prefix(SyntaxLimits.standard.maximumDiagnostics)
        if let first = found.first { throw Diagnostics(first, Array(found.dropFirst())) }
    }
}

/// Looks for what only JSON can say.
private struct CedarSyntaxCheck {
    var diagnostics: [Diagnostic] = []
    private var commonTypes: Set<Text> = []
    /// Types of entities and of actions.
    private var entityTypes: Set<Text> = []

    init(_ tree: SchemaTree) {
        for namespace in tree.namespaces {
            let scope = namespace.name?.text
            commonTypes.formUnion(namespace.commonTypes.map { $0.name.text.within(scope) })
            entityTypes.formUnion(namespace.entities.map { $0.names[0].text.within(scope) })
            if !namespace.actions.isEmpty { entityTypes.insert(Text("Action").within(scope)) }
        }
    }

    mutating func check(_ namespace: SchemaTree.Namespace) {
        let scope = namespace.name?.text
        for type in namespace.commonTypes { check(type.type, in: scope) }
        for entity in namespace.entities {
            let name = entity.names[0]
            if scope != nil, commonTypes.contains(name.text.within(scope)) {
                fail(
                    name.span,
                    "`\(name.text.within(scope))` is both an entity type and a common type, which "
                        + "Cedar's syntax cannot tell apart",
                    help: "give one of the two another name")
            }
            guard case .standard(_, let shape, let tags) = entity.body else { continue }
            if let tags { check(tags, in: scope) }
            guard let shape else { continue }
            if case .record = shape.kind {
                check(shape, in: scope)
            } else {
                fail(
                    shape.span,
                    "the shape of `\(name.text.within(scope))` is not a record, which Cedar's "
                        + "syntax cannot express",
                    help: "write the attributes of the common type here")
            }
        }
        for action in namespace.actions {
            guard let context = action.application?.context else { continue }
            if case .set = context.kind {
                fail(
                    context.span,
                    "the context of the action \(action.names[0].text.quoted) is a set; it can only "
                        + "be a record or a common type that is one")
            } else if case .name(_, .common) = context.kind {
                // Only common types are looked up there in Cedar's syntax as well.
                continue
            } else {
                check(context, in: scope)
            }
        }
    }

    private mutating func check(_ type: TypeTree, in scope: Text?) {
        switch type.kind {
        case .set(let element): check(element, in: scope)
        case .record(let attributes):
            for attribute in attributes { check(attribute.type, in: scope) }
        case .name(_, .any), .name(_, .primitive), .name(_, .extension): break
        case .name(let name, let reference):
            guard let other = otherMeaning(of: name, reference, in: scope) else { break }
            let meant = reference == .entity ? "the entity type" : "the common type"
            fail(
                type.span,
                "\(meant) `\(name)` is meant, but in Cedar's syntax `\(name)` is \(other) here",
                help: "give one of the two another name")
        }
    }

    /// What a name that may stand for anything is found to be, when it is not what is meant.
    private func otherMeaning(
        of name: Text, _ reference: TypeTree.Reference, in scope: Text?
    ) -> String? {
        let isQualified = name.utf8.contains(UInt8(ascii: ":"))
        let candidates = isQualified || scope == nil ? [name] : [name.within(scope), name]
        for candidate in candidates {
            if commonTypes.contains(candidate) {
                return reference == .common ? nil : "the common type `\(candidate)`"
            }
            if entityTypes.contains(candidate) {
                return reference == .entity ? nil : "the entity type `\(candidate)`"
            }
        }
        guard reference == .entity, SchemaTree.builtInTypes.contains(name) else { return nil }
        return "a type of the language"
    }

    private mutating func fail(_ span: SourceSpan, _ message: String, help: String? = nil) {
        diagnostics.append(Diagnostic(span: span, message: message, help: help))
    }
}

extension Text {
    /// `namespace::name`, or the name itself in the empty namespace.
    fileprivate func within(_ namespace: Text?) -> Text {
        guard let namespace else { return self }
        return Text(validUTF8: namespace.utf8 + Array("::".utf8) + utf8)
    }
}
