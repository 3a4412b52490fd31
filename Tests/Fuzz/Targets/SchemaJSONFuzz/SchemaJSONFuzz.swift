import CedarSchema
import CedarSyntax

/// Reads any bytes as a schema in JSON.
///
/// Traps when a diagnostic points outside of the source, or when the text of a schema that has one
/// cannot be read, means another schema, or is another text the second time.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzSchemaJSON(_ start: UnsafePointer<UInt8>?, _ count: Int) -> Int32 {
    let source = unsafe Array(UnsafeBufferPointer(start: start, count: count))
    let tree: SchemaTree
    do {
        tree = try SchemaTree.parseJSON(source)
    } catch {
        check(error, source)
        return 0
    }
    let schema: Schema?
    // In the normal form an action that lacks one kind of types applies to nothing at all.
    do { schema = try Schema(resolving: try tree.normalized()) } catch {
        check(error, source)
        schema = nil
    }
    let text: String
    do { text = try tree.cedarText(limit: 1 << 24) } catch {
        if case .noText(let diagnostics) = error { check(diagnostics, source) }
        return 0
    }
    do {
        let again = try SchemaTree.parse(Array(text.utf8))
        let twice = try again.cedarText()
        precondition(twice == text, "another text the second time")
        if let schema {
            let meant = try Schema(resolving: again)
            precondition(meant == schema, "a schema means another thing")
        }
    } catch {
        fatalError("what was written is refused: \(error)")
    }
    return 0
}

private func check(_ diagnostics: Diagnostics, _ source: [UInt8]) {
    for diagnostic in diagnostics.all {
        let span = diagnostic.span
        precondition(span.start <= span.end && span.end <= source.count, "a span beyond the text")
        precondition(!diagnostic.message.isEmpty)
    }
    _ = DiagnosticRenderer(source: source, fileName: "<fuzz>").render(diagnostics)
}
