package import CedarSyntax

/// Looks up the names of a schema tree and makes the `Schema`.
///
/// Source: Cedar documentation, "Schema", name resolution; RFC 24 (schema syntax), RFC 70
/// (shadowing).
struct Resolver {
    let limits: SyntaxLimits
    var diagnostics: [Diagnostic] = []

    /// The declared common types, by full name.
    var commonTypes: [Text: CommonType] = [:]
    /// Where the declared entity types stand, by full name.
    var entitySpans: [Text: SourceSpan] = [:]
    /// Types of the declared actions: `Action` and `Namespace::Action`.
    var actionTypes: Set<Text> = []
    var actionSpans: [EntityUID: SourceSpan] = [:]

    struct CommonType {
        enum State {
            case unresolved
            case underWay
            case failed
            case resolved(Measured)
        }
        var tree: TypeTree
        var span: SourceSpan
        var namespace: Text?
        var state = State.unresolved
    }

    /// A type with bounds on what a walk over it costs.
    struct Measured {
        var type: SchemaType
        /// Levels below the type's own.
        var height = 0
        /// The same with a level for every use of a common type.
        var links = 0
        /// Types inside of it and itself, common types counted wherever they are used.
        var size = 1
    }

    init(limits: SyntaxLimits) {
        self.limits = limits
    }

    /// Records an error.
    mutating func fail(_ span: SourceSpan, _ message: String, help: String? = nil) {
        diagnostics.append(Diagnostic(span: span, message: message, help: help))
    }
}

extension Schema {
    /// Resolves a tree.
    ///
    /// - Throws: all errors found, in source order, up to `limits.maximumDiagnostics`.
    package init(
        resolving tree: SchemaTree, limits: SyntaxLimits = .standard
    ) throws(Diagnostics) {
        var resolver = Resolver(limits: limits)
        resolver.declare(tree)
        // A name that means two things would only bring errors that are not the author's.
        try resolver.throwDiagnostics()
        for name in resolver.commonTypes.keys.sorted() {
            _ = resolver.commonType(name, usedAt: nil, depth: 0)
        }
        var entityTypes: [Text: EntityType] = [:]
        var actions: [EntityUID: Action] = [:]
        for namespace in tree.namespaces {
            for declaration in namespace.entities {
                for type in resolver.entityTypes(declaration, in: namespace.name?.text) {
                    entityTypes[type.name] = type
                }
            }
        }
        resolver.actions(tree, into: &actions)
        try resolver.throwDiagnostics()
        self.init(entityTypes: entityTypes, actions: actions)
    }
}

extension Resolver {
    func throwDiagnostics() throws(Diagnostics) {
        let sorted = diagnostics.enumerated()
            .sorted { ($0.element.span.start, $0.offset) < ($1.element.span.start, $1.offset) }
            .prefix(limits.maximumDiagnostics).map(\.element)
        guard let first = sorted.first else { return }
        throw Diagnostics(first, Array(sorted.dropFirst()))
    }
}

extension Text {
    /// `namespace::name`, or the name itself in the empty namespace.
    func qualified(by namespace: Text?) -> Text {
        guard let namespace else { return self }
        return Text(validUTF8: namespace.utf8 + Array("::".utf8) + utf8)
    }

    var isQualified: Bool { utf8.contains(UInt8(ascii: ":")) }
}
