import Testing

@testable import Commands

@Suite("LineSplitter")
struct LineSplitterTests {
    /// The lines of a text that comes in pieces of a size: `number:content`, or `!` for too long.
    private func lines(_ text: String, pieces size: Int, maximum: Int = 5) -> [String] {
        var splitter = LineSplitter(maximumBytes: maximum)
        let bytes = Array(text.utf8)
        var found: [String] = []
        func take() {
            while let line = splitter.next() {
                let words = line.bytes.map { String(decoding: $0, as: UTF8.self) } ?? "!"
                found.append("\(line.number):\(words)")
            }
        }
        for start in stride(from: 0, to: bytes.count, by: size) {
            splitter.feed(bytes[start..<min(start + size, bytes.count)])
            take()
        }
        splitter.finish()
        take()
        return found
    }

    @Test(arguments: [1, 2, 3, 5, 100])
    func cutsAnywhere(_ size: Int) {
        #expect(lines("", pieces: size) == [])
        #expect(lines("\n\n", pieces: size) == [])
        #expect(lines("a", pieces: size) == ["1:a"])
        #expect(lines("a\n \t\r\nb\n", pieces: size) == ["1:a", "3:b"])
        #expect(lines("12345\n123456\nx", pieces: size) == ["1:12345", "2:!", "3:x"])
        #expect(lines("1234567890123", pieces: size) == ["1:!"])
        #expect(lines("123456\n\n123456\n", pieces: size) == ["1:!", "3:!"])
    }
}
