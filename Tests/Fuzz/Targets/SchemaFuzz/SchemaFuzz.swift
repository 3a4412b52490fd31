import CedarSchema
import CedarSyntax

/// Reads any bytes as a schema in Cedar's own syntax.
///
/// Traps when a diagnostic points outside of the source, when its rendering could upset a terminal, or
/// when a schema that is read is not the same after it was written as JSON and as text again: the
/// same JSON, and the same schema once its names are looked up.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzSchemas(_ start: UnsafePointer<UInt8>?, _ count: Int) -> Int32 {
    let source = unsafe Array(UnsafeBufferPointer(start: start, count: count))
    let limits = SyntaxLimits(maximumDepth: 50)
    let tree: SchemaTree
    do {
        tree = try SchemaTree.parse(source, limits: limits)
    } catch {
        check(error, source)
        return 0
    }
    _ = tree.warnings
    let schema: Schema?
    do { schema = try Schema(resolving: tree) } catch {
        check(error, source)
        schema = nil
    }
    let json: [UInt8]
    do { json = try tree.json(limit: 1 << 20) } catch {
        if case .noText(let diagnostics) = error {
            check(diagnostics, source)
            precondition(schema == nil, "a schema that declares something twice")
        }
        return 0
    }
    do {
        let text = try SchemaTree.parseJSON(json).cedarText(limit: 1 << 24)
        let again = try SchemaTree.parse(Array(text.utf8))
        // Parents without a type get one in the text.
        let normal = try SchemaTree.parseJSON(json).cedarText(limit: 1 << 24)
        let twice = try SchemaTree.parseJSON(try again.json(limit: 1 << 26)).cedarText()
        precondition(twice == normal, "a schema changed on its way")
        if let schema {
            let meant = try Schema(resolving: again)
            precondition(meant == schema, "a schema means another thing")
        }
    } catch is SchemaTextError {
        // Too long, or a name that is declared as two kinds of type.
        return 0
    } catch {
        fatalError("what was written is refused: \(error)")
    }
    return 0
}

private func check(_ diagnostics: Diagnostics, _ source: [UInt8]) {
    let renderer = DiagnosticRenderer(source: source, fileName: "<fuzz>")
    for diagnostic in diagnostics.all {
        let span = diagnostic.span
        precondition(span.start <= span.end && span.end <= source.count, "a span beyond the text")
        precondition(!diagnostic.message.isEmpty)
    }
    let text = renderer.render(diagnostics)
    precondition(
        !text.unicodeScalars.contains { !$0.isPlain && $0 != "\n" }, "a character for terminals")
}
