import JSON

/// What became of one test of `writ run-tests`.
struct PolicyTestOutcome {
    let name: String
    let result: Result

    enum Result {
        case pass
        /// Decided otherwise than expected.
        case fail(String)
        /// Not decided: the test or the policies are wrong.
        case error(String)
    }

    /// The outcome as the original prints it.
    var line: String {
        let terminal = Terminal.output
        let label = "  test \(name) ... "
        return switch result {
        case .pass: label + terminal.styled("ok", .green)
        case .fail(let reason): label + terminal.styled("fail", .red) + ": " + reason
        case .error(let message): label + terminal.styled("error", .red) + ":\n  \(message)"
        }
    }

    fileprivate var hasPassed: Bool {
        if case .pass = result { true } else { false }
    }

    fileprivate func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.key("name")
        writer.string(name)
        writer.key("outcome")
        switch result {
        case .pass:
            writer.string("ok")
        case .fail(let message):
            writer.string("fail")
            writer.key("message")
            writer.string(message)
        case .error(let message):
            writer.string("error")
            writer.key("message")
            writer.string(message)
        }
        writer.endObject()
    }
}

extension [PolicyTestOutcome] {
    var failedCount: Int { count { !$0.hasPassed } }

    /// The last line of the original's output.
    var summary: String { "results: \(count - failedCount) passed, \(failedCount) failed" }

    /// All outcomes for programs.
    var json: String {
        var writer = JSONWriter()
        writer.beginObject()
        writer.key("passed")
        writer.integer(Int64(count - failedCount))
        writer.key("failed")
        writer.integer(Int64(failedCount))
        writer.key("tests")
        writer.beginArray()
        for outcome in self { outcome.write(to: &writer) }
        writer.endArray()
        writer.endObject()
        return String(decoding: writer.bytes, as: UTF8.self)
    }
}
