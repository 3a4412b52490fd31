/// Why a schema could not be written in one of the two syntaxes.
package enum SchemaTextError: Error, Sendable {
    /// Something means what the syntax cannot say, or is declared twice.
    case noText(Diagnostics)
    case overflow(OutputOverflow)
}
