import HTTPService
import Logging
import Testing

@Suite("TextLogHandler") struct TextLogTests {
    @Test("Nothing steers a terminal, and facts of several lines stay so")
    func marks() {
        let line = String(
            decoding: TextLogHandler.line(
                .error, "not \u{1B}[2Jpublished",
                ["file": "a\r\u{7}\u{202E}b", "error": "wrong:\n  |\n1 | x", "name": "é漢"]),
            as: UTF8.self)
        #expect(
            line.hasSuffix(
                "Z error not \\u{1b}[2Jpublished error=wrong:\n  |\n1 | x "
                    + "file=a\\r\\u{7}\\u{202e}b name=é漢\n"), "\(line)")
    }
}
