extension SchemaTree {
    /// Parses a schema in Cedar's own syntax or, when the first character other than JSON's white
    /// space is `{`, in JSON: no schema in Cedar's own syntax begins with a brace.
    package static func parseEither(
        _ source: [UInt8], limits: SyntaxLimits = .standard
    ) throws(Diagnostics) -> SchemaTree {
        let first = source.first { ![0x20, 0x09, 0x0A, 0x0D].contains($0) }
        guard first == UInt8(ascii: "{") else { return try parse(source, limits: limits) }
        return try parseJSON(source, limits: limits)
    }
}
