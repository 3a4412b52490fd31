import CedarSyntax

// Names of types, and types.

extension Resolver {
    /// Inlining common types must not make a type larger than this, counted in nodes.
    static let maximumTypeSize = 100_000

    /// Levels of types and uses of common types, one inside of the other.
    static let maximumLinks = 2 * TypeTree.maximumDepth

    private mutating func tooDeep(_ span: SourceSpan) {
        fail(
            span,
            "type is nested more than \(TypeTree.maximumDepth) levels deep, common types "
                + "included")
    }

    /// Resolves a type; nil when that failed, which is recorded.
    mutating func resolve(_ tree: TypeTree, in scope: Text?, depth: Int = 0) -> Measured? {
        switch tree.kind {
        case .name(let name, let reference):
            return lookUp(name, reference, in: scope, at: tree.span, depth: depth)
        case .set(let element):
            guard let element = resolve(element, in: scope, depth: depth + 1) else { return nil }
            return checked(
                Measured(
                    type: .set(element.type), height: element.height + 1,
                    links: element.links + 1, size: element.size + 1), at: tree.span)
        case .record(let attributes):
            return record(attributes, in: scope, at: tree.span, depth: depth)
        }
    }

    private mutating func record(
        _ trees: [TypeTree.Attribute], in scope: Text?, at span: SourceSpan, depth: Int
    ) -> Measured? {
        // Of attributes with the same name the last one counts, the others are not even looked at.
        var last: [Text: Int] = [:]
        for index in trees.indices { last[trees[index].name] = index }
        var result = Measured(type: .record(.empty))
        var attributes: [RecordType.Attribute] = []
        var isComplete = true
        for (index, tree) in trees.enumerated() where last[tree.name] == index {
            guard let measured = resolve(tree.type, in: scope, depth: depth + 1) else {
                isComplete = false
                continue
            }
            result.height = max(result.height, measured.height + 1)
            result.links = max(result.links, measured.links + 1)
            result.size += measured.size
            attributes.append(
                RecordType.Attribute(
                    name: tree.name, type: measured.type, isRequired: tree.isRequired))
        }
        guard isComplete else { return nil }
        result.type = .record(RecordType(attributes: attributes))
        return checked(result, at: span)
    }

    private mutating func checked(_ measured: Measured, at span: SourceSpan) -> Measured? {
        guard measured.height <= TypeTree.maximumDepth, measured.links <= Self.maximumLinks else {
            tooDeep(span)
            return nil
        }
        guard measured.size <= Self.maximumTypeSize else {
            fail(
                span,
                "type consists of more than \(Self.maximumTypeSize) types, common types "
                    + "counted wherever they are used")
            return nil
        }
        return measured
    }

    private mutating func lookUp(
        _ name: Text, _ reference: TypeTree.Reference, in scope: Text?, at span: SourceSpan,
        depth: Int
    ) -> Measured? {
        switch reference {
        case .primitive, .extension:
            if let type = SchemaType(languageName: name),
                type.isExtension == (reference == .extension)
            {
                return Measured(type: type)
            }
        case .entity:
            guard let type = entityType(name, in: scope, actionsToo: true) else { break }
            return Measured(type: .entity(type))
        case .any, .common:
            for candidate in candidates(name, in: scope) {
                if commonTypes[candidate] != nil {
                    return commonType(candidate, usedAt: span, depth: depth + 1)
                }
                if reference == .any,
                    entitySpans[candidate] != nil || actionTypes.contains(candidate)
                {
                    return Measured(type: .entity(candidate))
                }
            }
            // An entity type of the empty namespace takes the name also where only a common type can
            // be meant.
            if entitySpans[name] == nil, let type = builtIn(name) { return Measured(type: type) }
        }
        undeclared(name, reference, in: scope, at: span)
        return nil
    }

    /// The names that a name may stand for, the nearest first.
    private func candidates(_ name: Text, in scope: Text?) -> [Text] {
        guard let scope, !name.isQualified else { return [name] }
        return [name.qualified(by: scope), name]
    }

    /// One of the language's types by its name, with or without `__cedar::`.
    private func builtIn(_ name: Text) -> SchemaType? {
        let prefix = Array("__cedar::".utf8)
        guard name.utf8.starts(with: prefix) else { return SchemaType(languageName: name) }
        return SchemaType(languageName: Text(validUTF8: Array(name.utf8.dropFirst(prefix.count))))
    }

    /// Returns the full name of an entity type; nil when there is none.
    func entityType(_ name: Text, in scope: Text?, actionsToo: Bool) -> Text? {
        candidates(name, in: scope).first {
            entitySpans[$0] != nil || actionsToo && actionTypes.contains($0)
        }
    }

    /// Resolves a declared common type, once.
    mutating func commonType(_ name: Text, usedAt span: SourceSpan?, depth: Int) -> Measured? {
        guard let type = commonTypes[name] else { return nil }
        switch type.state {
        case .resolved(let measured): return measured
        case .failed: return nil
        case .underWay:
            fail(
                span ?? type.span, "type `\(name)` contains itself",
                help: "let an entity refer to another entity instead")
            return nil
        case .unresolved: break
        }
        guard depth <= Self.maximumLinks else {
            tooDeep(span ?? type.span)
            return nil
        }
        commonTypes[name]?.state = .underWay
        var measured = resolve(type.tree, in: type.namespace, depth: depth)
        measured?.links += 1
        measured = measured.flatMap { checked($0, at: type.span) }
        commonTypes[name]?.state = measured.map { .resolved($0) } ?? .failed
        return measured
    }
}

extension SchemaType {
    fileprivate var isExtension: Bool {
        if case .extension = self { true } else { false }
    }

    /// A type of the language by the name it has in `__cedar`.
    init?(languageName name: Text) {
        switch name.string {
        case "Bool": self = .bool
        case "Long": self = .long
        case "String": self = .string
        case let word:
            guard let type = ExtensionType(rawValue: word) else { return nil }
            self = .extension(type)
        }
    }
}
