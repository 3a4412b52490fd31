/// Where the lines of a source text begin: turns byte offsets into lines and columns.
package struct SourceMap: Sendable {
    /// A place as people count: both numbers begin with 1.
    package struct Position: Hashable, Sendable {
        package var line: Int
        /// Counts Unicode scalars; a tab is one.
        package var column: Int
    }

    package let source: [UInt8]
    /// Offset of the first byte of each line; a line ends with LF, CR or CRLF.
    private let lineStarts: [Int]

    /// Finds the lines of a text.
    ///
    /// - Complexity: linear in its size.
    package init(_ source: [UInt8]) {
        self.source = source
        var starts = [0]
        let bytes = source.span
        for index in bytes.indices {
            let byte = bytes[index]
            let isReturn = byte == 0x0D
            guard byte == 0x0A || isReturn else { continue }
            if isReturn, index + 1 < bytes.count, bytes[index + 1] == 0x0A { continue }
            starts.append(index + 1)
        }
        lineStarts = starts
    }

    package var lineCount: Int { lineStarts.count }

    /// Returns the place of a byte; an offset beyond the end means the end of the text.
    package func position(at offset: Int) -> Position {
        let offset = min(max(offset, 0), source.count)
        let line = lineIndex(at: offset)
        let column = source[lineStarts[line]..<offset].count { $0 & 0xC0 != 0x80 }
        return Position(line: line + 1, column: column + 1)
    }

    /// Returns the range of a line's bytes, without its line break.
    ///
    /// - Parameter line: counted from 1, at most `lineCount`.
    package func contents(ofLine line: Int) -> Range<Int> {
        let start = lineStarts[line - 1]
        var end = line < lineStarts.count ? lineStarts[line] : source.count
        while end > start, source[end - 1] == 0x0A || source[end - 1] == 0x0D { end -= 1 }
        return start..<end
    }

    /// The index of the last line that begins at or before an offset.
    private func lineIndex(at offset: Int) -> Int {
        var low = 0
        var high = lineStarts.count
        while high - low > 1 {
            let middle = (low + high) / 2
            if lineStarts[middle] <= offset { low = middle } else { high = middle }
        }
        return low
    }
}
