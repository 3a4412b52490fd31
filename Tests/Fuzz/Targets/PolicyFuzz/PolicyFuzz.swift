import CedarSyntax

/// Reads any bytes as policies, as an expression and as an entity's UID.
///
/// Traps when a diagnostic points outside of the source, when its rendering could upset a terminal,
/// when a node's span does not lie within its parent's, when a tree is higher than the limit, or
/// when a UID does not survive being written and read again.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzPolicies(_ start: UnsafePointer<UInt8>?, _ count: Int) -> Int32 {
    let source = unsafe Array(UnsafeBufferPointer(start: start, count: count))
    let limits = SyntaxLimits(maximumDepth: 50)
    do {
        for member in try PolicySet.parse(source, limits: limits).members {
            let policy = member.policy
            precondition(policy.span.range.upperBound <= source.count, "a policy beyond the text")
            for condition in policy.conditions {
                precondition(policy.span.joined(with: condition.span) == policy.span)
                check(condition.body, within: condition.span, levels: limits.maximumDepth)
            }
        }
    } catch {
        check(error, source)
        precondition(error.all.count <= limits.maximumDiagnostics, "too many diagnostics")
    }
    do {
        let expression = try Expression.parse(source, limits: limits)
        check(expression, within: SourceSpan(0, source.count), levels: limits.maximumDepth)
    } catch {
        check(error, source)
        precondition(error.all.count == 1, "an expression has one error")
    }
    do {
        let uid = try EntityUID.parse(source)
        precondition(EntityTypeName.isValid(uid.type), "a type that is none")
        precondition((try? EntityUID.parse(uid.description)) == uid, "a UID that changed")
    } catch {
        check(error, source)
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

/// Walks a tree; `levels` is how many may still come.
private func check(_ expression: Expression, within parent: SourceSpan, levels: Int) {
    precondition(parent.joined(with: expression.span) == parent, "a span beyond its parent's")
    precondition(levels >= 0, "a tree beyond the limit")
    for operand in expression.operands {
        check(operand, within: expression.span, levels: levels - 1)
    }
}
