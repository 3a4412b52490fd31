import CedarSyntax
import Testing

@Suite struct SourceMapTests {
    private func position(_ text: String, _ offset: Int) -> [Int] {
        let position = SourceMap(Array(text.utf8)).position(at: offset)
        return [position.line, position.column]
    }

    @Test func offsetsOutsideMeanTheEnds() {
        #expect(position("", 0) == [1, 1])
        #expect(position("", 9) == [1, 1])
        #expect(position("ab", -1) == [1, 1])
        #expect(position("ab\ncd", 99) == [2, 3])
    }

    @Test func allLineBreaksCount() {
        let text = "a\nb\r\nc\rd\n\ne"
        #expect([0, 2, 5, 7, 9, 10].map { position(text, $0)[0] } == [1, 2, 3, 4, 5, 6])
        #expect(SourceMap(Array(text.utf8)).lineCount == 6)
        // The line break belongs to the line it ends.
        #expect(position(text, 1) == [1, 2])
        #expect(position(text, 4) == [2, 3])
    }

    @Test func columnsCountScalars() {
        #expect(position("é日😀\tx", 10) == [1, 5])
        #expect(position("e\u{301}x", 3) == [1, 3])
    }

    @Test func contentsLeaveOutTheLineBreak() {
        let map = SourceMap(Array("a\r\n\nbc".utf8))
        #expect((1...3).map { map.contents(ofLine: $0) } == [0..<1, 3..<3, 4..<6])
    }
}
