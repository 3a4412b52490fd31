import HTTPService
import JSON
import Logging
import Testing

@Suite("ServiceLogHandler") struct ServiceLogHandlerTests {
    @Test("Nothing steers a terminal, and facts of several lines stay so")
    func marks() {
        let line = String(
            decoding: LogFormat.text.line(
                .error, "not \u{1B}[2Jpublished",
                ["file": "a\r\u{7}\u{202E}b", "error": "wrong:\n  |\n1 | x", "name": "é漢"]),
            as: UTF8.self)
        #expect(
            line.hasSuffix(
                "Z error not \\u{1b}[2Jpublished error=wrong:\n  |\n1 | x "
                    + "file=a\\r\\u{7}\\u{202e}b name=é漢\n"), "\(line)")
    }

    @Test("A line of JSON stays one line, and no fact takes the place of what every line has")
    func members() throws {
        let line = LogFormat.json.line(
            .error, "not \u{1B}published",
            ["level": "info", "time": "now", "event": "request", "error": "wrong:\n  |\n1 | \"x\""])
        #expect(line.last == 0x0A && line.count { $0 == 0x0A } == 1)
        let tape = try JSONTape(parsing: Array(line.dropLast()))
        let names = tape.members(tape.root).map { tape.string($0.key) }
        #expect(names == ["time", "event", "level", "message", "error"])
        #expect(tape.text(tape.root, "time") != "now")
        #expect(tape.text(tape.root, "event") == "service")
        #expect(tape.text(tape.root, "level") == "error")
        #expect(tape.text(tape.root, "message") == "not \u{1B}published")
        #expect(tape.text(tape.root, "error") == "wrong:\n  |\n1 | \"x\"")
    }

    @Test("A logger tells its own facts, over them its context's, and over both the event's")
    func facts() async throws {
        let log = try LogFile(in: TemporaryDirectory())
        let queue = LogQueue(LogOutput(descriptor: log.descriptor))
        for format in LogFormat.allCases {
            let provider = Logger.MetadataProvider { ["a": "context", "b": "context"] }
            var logger = Logger(label: "test") { _ in
                var handler = ServiceLogHandler(format, queue)
                handler.metadataProvider = provider
                return handler
            }
            logger[metadataKey: "a"] = "logger"
            logger[metadataKey: "c"] = "logger"
            logger.debug("too little")
            logger.notice("published", metadata: ["b": "event"])
        }
        await queue.flush(within: .seconds(5))
        let lines = try log.lines()
        try #require(lines.count == 2, "\(lines)")
        #expect(
            lines[0].hasSuffix(
                #""level":"notice","message":"published","a":"context","b":"event","c":"logger"}"#))
        #expect(lines[1].hasSuffix("Z notice published a=context b=event c=logger"))
    }
}
