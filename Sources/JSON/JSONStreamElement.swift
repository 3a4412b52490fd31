/// One element of a `JSONStream`: where its bytes lie in the file.
package struct JSONStreamElement: BitwiseCopyable, Sendable, Equatable {
    /// Byte offset of the first byte in the file.
    package let offset: Int

    /// Length in bytes, at least 1, without white space around it.
    package let count: Int

    /// Line of the first byte, from 1; a line ends at a line feed.
    package let line: Int

    /// Column of the first byte in Unicode scalars, from 1.
    package let column: Int

    /// Line and column in the file of the byte at `offset` inside the element, whose bytes are given.
    ///
    /// - Complexity: O(`offset`).
    package func position(
        at offset: Int, in bytes: Span<UInt8>
    ) -> (line: Int, column: Int) {
        var position = TextPosition(line: line, column: column)
        position.advance(over: bytes, from: 0, to: min(offset, bytes.count))
        return (position.line, position.column)
    }
}
