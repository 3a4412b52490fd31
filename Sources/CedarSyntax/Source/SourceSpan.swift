/// A half-open range of byte offsets in one source text.
package struct SourceSpan: BitwiseCopyable, Hashable, Sendable {
    /// Offset of the first byte.
    package var start: UInt32
    /// Offset one past the last byte; equal to `start` for an empty span.
    package var end: UInt32

    package init(_ start: Int, _ end: Int) {
        self.start = UInt32(clamping: start)
        self.end = UInt32(clamping: end)
    }

    /// Returns the smallest span that covers both.
    package func joined(with other: SourceSpan) -> SourceSpan {
        SourceSpan(Int(min(start, other.start)), Int(max(end, other.end)))
    }
}
