extension SchemaTree {
    /// The names of the language's types that a declaration may hide.
    static let builtInTypes: Set<Text> = [
        "Bool", "Long", "String", "datetime", "decimal", "duration", "ipaddr",
    ]

    /// What the reference implementation warns of: declarations that hide an entity type or a type of
    /// the language, in source order.
    package var warnings: [Diagnostic] {
        var warnings: [Diagnostic] = []
        for namespace in namespaces {
            let entities = namespace.entities.flatMap(\.names)
            let entityNames = Set(entities.map(\.text))
            for type in namespace.commonTypes where entityNames.contains(type.name.text) {
                warnings.append(
                    Diagnostic(
                        severity: .warning, span: type.name.span,
                        message:
                            "the common type `\(type.name.text)` hides the entity type of that "
                            + "name", help: "give one of the two another name"))
            }
            for name in namespace.commonTypes.map(\.name) + entities
            where Self.builtInTypes.contains(name.text) {
                warnings.append(
                    Diagnostic(
                        severity: .warning, span: name.span,
                        message: "`\(name.text)` hides a type of the language",
                        help: "choose another name; the language's type is `__cedar::\(name.text)`"
                    ))
            }
        }
        return warnings.sorted { $0.span.start < $1.span.start }
    }
}
