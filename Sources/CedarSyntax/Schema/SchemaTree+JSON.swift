extension SchemaTree {
    package static func parseJSON(
        _ source: [UInt8], limits: SyntaxLimits = .standard
    ) throws(Diagnostics) -> SchemaTree {
        throw Diagnostics(
            Diagnostic(span: SourceSpan(0, 1), message: "schemas in JSON are not supported yet"))
    }
}
