extension SchemaTree {
    /// Parses a schema in Cedar's own syntax (`.cedarschema`); an empty text is a schema.
    ///
    /// Names are not looked up yet.
    /// - Throws: the first error of each declaration that has one, in source order, up to
    ///   `limits.maximumDiagnostics`.
    /// - Complexity: linear in the size of the text.
    package static func parse(
        _ source: [UInt8], limits: SyntaxLimits = .standard
    ) throws(Diagnostics) -> SchemaTree {
        var parser = try Parser(source, limits: limits)
        let tree = parser.schema()
        try parser.throwDiagnostics()
        return tree
    }
}
