/// Lays policies out anew: same policies, same comments, uniform white space.
///
/// The result is that of the Rust implementation's formatter, with two differences. Where the
/// reference loses a comment (behind a trailing comma), it is kept. Where the reference would change
/// its own result when run again, the formatting is repeated until it does not change any more.
///
/// It fails closed: a result that is not the same policies with the same comments is not given out.
package struct PolicyFormatter: Sendable {
    package let style: LayoutStyle
    private let limits: SyntaxLimits

    /// How often a text is formatted until it must not change any more.
    private static let maximumRounds = 8

    /// Makes a formatter; the limits hold for the text and for the result.
    package init(_ style: LayoutStyle = .standard, limits: SyntaxLimits = .standard) {
        self.style = style
        self.limits = limits
    }

    /// Formats a text of policies and templates.
    ///
    /// - Throws: `FormatFailure`: the text does not parse, the result would be too large, or the
    ///   formatter has a defect.
    /// - Complexity: linear in the size of the result; with lines of unbounded width also in the depth
    ///   of nesting.
    package func format(_ source: [UInt8]) throws(FormatFailure) -> [UInt8] {
        let original = try parse(source)
        var text = source
        for _ in 0..<Self.maximumRounds {
            let result = try layOut(text)
            if result == text {
                try check(text, against: original, source)
                return text
            }
            text = result
        }
        throw .changed("formatting again and again does not come to an end")
    }

    private func parse(_ text: [UInt8]) throws(FormatFailure) -> PolicySet {
        do throws(Diagnostics) {
            return try PolicySet.parse(text, limits: limits)
        } catch {
            throw .syntax(error)
        }
    }

    /// Formats a text once.
    private func layOut(_ source: [UInt8]) throws(FormatFailure) -> [UInt8] {
        var reader = CommentedTokenReader(source.span)
        var renderer = LayoutRenderer(
            source, lineWidth: style.lineWidth, maximumBytes: limits.maximumBytes)
        var isFirst = true
        while var policy = reader.policy(source.span) {
            if !isFirst { renderer.write([0x0A, 0x0A]) }
            isFirst = false
            policy.removeTrailingCommas()
            let layout: Layout
            do throws(LayoutFault) {
                layout = try PolicyLayout.layOut(policy, of: source, indent: style.indentWidth)
            } catch {
                throw .changed("a policy has tokens in an unexpected order")
            }
            try renderer.render(layout)
        }
        renderer.write([0x0A])
        for comment in reader.commentsAtEnd(source.span) {
            renderer.write(source[range(of: comment)])
            renderer.write([0x0A])
        }
        guard renderer.output.count <= limits.maximumBytes else {
            throw .tooLarge(limit: limits.maximumBytes)
        }
        return renderer.output
    }

    /// Refuses a result that says something else than the source.
    private func check(
        _ result: [UInt8], against original: PolicySet, _ source: [UInt8]
    ) throws(FormatFailure) {
        let reparsed: PolicySet
        do throws(Diagnostics) {
            reparsed = try PolicySet.parse(result, limits: limits)
        } catch {
            throw .changed("the result does not parse: \(error.all[0].message)")
        }
        guard reparsed.members.count == original.members.count else {
            throw .changed("the result has another number of policies")
        }
        for (before, after) in zip(original.members, reparsed.members) {
            guard try tree(before.policy) == tree(after.policy) else {
                throw .changed("`\(before.id)` is another policy in the result")
            }
        }
        let before = allComments(source.span)
        let after = allComments(result.span)
        guard before.count == after.count,
            zip(before, after).allSatisfy({ source[range(of: $0)] == result[range(of: $1)] })
        else {
            throw .changed("the result has other comments")
        }
    }

    /// A policy's tree in a form that can be compared byte by byte.
    private func tree(_ policy: Policy) throws(FormatFailure) -> [UInt8] {
        do throws(OutputOverflow) {
            return Array(try policy.cedarText().utf8)
        } catch {
            throw .tooLarge(limit: error.limit)
        }
    }
}

private func range(of span: SourceSpan) -> Range<Int> { Int(span.start)..<Int(span.end) }
