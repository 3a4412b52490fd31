extension SchemaTree {
    /// The same schema in the one form that both printers start from.
    ///
    /// A namespace is one entry, the empty one first, the others by their last component and then by
    /// the path before it; one without declarations outside of all blocks is dropped. Every
    /// declaration has one name; declarations, attributes and annotations are sorted by the bytes of
    /// their names. Of attributes with the same name the last one is left. The empty record as shape
    /// or context is nil, and an application with an empty list is nil. Schemas that are equal in this
    /// form mean the same.
    ///
    /// Source: the order in which the reference implementation prints schemas.
    /// - Throws: what is declared twice, in source order, up to `limits.maximumDiagnostics`.
    package func normalized(
        limits: SyntaxLimits = .standard
    ) throws(Diagnostics) -> SchemaTree {
        var normalizer = SchemaNormalizer()
        for namespace in namespaces { normalizer.add(namespace) }
        let found = normalizer.diagnostics.sorted { $0.span.start < $1.span.start }
            .prefix(limits.maximumDiagnostics)
        if let first = found.first { throw Diagnostics(first, Array(found.dropFirst())) }
        return SchemaTree(namespaces: normalizer.sorted())
    }
}

/// Collects namespaces and puts them into the normal form.
private struct SchemaNormalizer {
    var diagnostics: [Diagnostic] = []
    private var namespaces: [Text?: SchemaTree.Namespace] = [:]

    mutating func add(_ namespace: SchemaTree.Namespace) {
        let key = namespace.name?.text
        if let name = namespace.name, namespaces[key] != nil {
            fail(name, "namespace `\(name.text)` is declared twice")
            return
        }
        var result = namespaces[key] ?? SchemaTree.Namespace(name: namespace.name)
        result.annotations = namespace.annotations.sortedByKey
        result.commonTypes += namespace.commonTypes.map {
            SchemaTree.CommonTypeDeclaration(
                name: $0.name, type: $0.type.normalized, annotations: $0.annotations.sortedByKey)
        }
        for declaration in namespace.entities {
            let body = declaration.body.normalized
            result.entities += declaration.names.map {
                SchemaTree.EntityDeclaration(
                    names: [$0], body: body, annotations: declaration.annotations.sortedByKey)
            }
        }
        for declaration in namespace.actions {
            let application = declaration.application?.normalized
            result.actions += declaration.names.map {
                SchemaTree.ActionDeclaration(
                    names: [$0], parents: declaration.parents, application: application,
                    annotations: declaration.annotations.sortedByKey)
            }
        }
        checkNames(result.commonTypes.map(\.name), "type")
        checkNames(result.entities.flatMap(\.names), "entity type")
        checkNames(result.actions.flatMap(\.names), "action")
        namespaces[key] = result
    }

    func sorted() -> [SchemaTree.Namespace] {
        namespaces.values.filter { $0.name != nil || !$0.isEmpty }
            .map { namespace in
                var sorted = namespace
                sorted.commonTypes.sort { $0.name.text < $1.name.text }
                sorted.entities.sort { $0.names[0].text < $1.names[0].text }
                sorted.actions.sort { $0.names[0].text < $1.names[0].text }
                return sorted
            }
            .sorted { $0.order.lexicographicallyPrecedes($1.order) }
    }

    private mutating func checkNames(_ names: [SchemaTree.Name], _ what: String) {
        var seen: Set<Text> = []
        for name in names where !seen.insert(name.text).inserted {
            fail(name, "\(what) `\(name.text)` is declared twice")
        }
    }

    private mutating func fail(_ name: SchemaTree.Name, _ message: String) {
        diagnostics.append(Diagnostic(span: name.span, message: message))
    }
}

extension SchemaTree.Namespace {
    fileprivate var isEmpty: Bool { commonTypes.isEmpty && entities.isEmpty && actions.isEmpty }

    /// What namespaces are sorted by; empty for the empty one.
    fileprivate var order: [Text] {
        guard let name else { return [] }
        let components = name.text.utf8.split(separator: UInt8(ascii: ":"))
            .map { Text(validUTF8: Array($0)) }
        return components.suffix(1) + components.dropLast()
    }
}

extension SchemaTree.EntityDeclaration.Body {
    fileprivate var normalized: Self {
        guard case .standard(let parents, let shape, let tags) = self else { return self }
        return .standard(
            parents: parents, shape: shape?.normalizedUnlessEmpty, tags: tags?.normalized)
    }
}

extension SchemaTree.ActionDeclaration.Application {
    fileprivate var normalized: Self? {
        guard !principals.isEmpty, !resources.isEmpty else { return nil }
        return Self(
            principals: principals, resources: resources, context: context?.normalizedUnlessEmpty)
    }
}

extension TypeTree {
    fileprivate var normalizedUnlessEmpty: TypeTree? {
        if case .record(let attributes) = kind, attributes.isEmpty { return nil }
        return normalized
    }

    fileprivate var normalized: TypeTree {
        switch kind {
        case .name: return self
        case .set(let element): return TypeTree(.set(element.normalized), span)
        case .record(let attributes):
            var last: [Text: Attribute] = [:]
            for attribute in attributes { last[attribute.name] = attribute }
            let sorted = last.values.sorted { $0.name < $1.name }.map { attribute in
                Attribute(
                    name: attribute.name, isRequired: attribute.isRequired,
                    type: attribute.type.normalized,
                    annotations: attribute.annotations.sortedByKey)
            }
            return TypeTree(.record(sorted), span)
        }
    }
}

extension [Policy.Annotation] {
    fileprivate var sortedByKey: Self { sorted { $0.key < $1.key } }
}
