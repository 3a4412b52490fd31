import Glibc

/// What is written for people: plain text, with colour on a terminal only.
struct Terminal: Sendable {
    /// Whether it may carry colour.
    let hasColour: Bool
    /// Whether a person watches: it is a terminal that can redraw a line.
    let isInteractive: Bool

    static let output = Terminal(descriptor: STDOUT_FILENO)
    static let error = Terminal(descriptor: STDERR_FILENO)

    private init(descriptor: Int32) {
        // https://no-color.org: any non-empty value turns colour off.
        let refused = environmentValue("NO_COLOR").map { !$0.isEmpty } ?? false
        isInteractive = isatty(descriptor) == 1 && environmentValue("TERM") != "dumb"
        hasColour = isInteractive && !refused
    }

    enum Colour: String {
        case red = "31"
        case green = "32"
        case yellow = "33"
        case blue = "34"
        case faint = "2"
        case bold = "1"
    }

    func styled(_ text: String, _ colour: Colour) -> String {
        hasColour ? "\u{1B}[\(colour.rawValue)m\(text)\u{1B}[0m" : text
    }
}

/// The value of an environment variable.
func environmentValue(_ name: String) -> String? {
    unsafe getenv(name).map { unsafe String(cString: $0) }
}

/// Writes a line to standard error.
func printError(_ line: String) {
    writeAll(line + "\n", to: STDERR_FILENO)
}

/// Writes a line to standard output at once, also when it is a pipe.
func printLine(_ line: String) {
    writeAll(line + "\n", to: STDOUT_FILENO)
}

/// Writes text whole; what a closed pipe does not take is dropped.
func writeAll(_ text: String, to descriptor: Int32) {
    var bytes = Array(text.utf8)[...]
    while !bytes.isEmpty {
        let count = unsafe bytes.withUnsafeBytes {
            unsafe write(descriptor, $0.baseAddress, $0.count)
        }
        if count < 0, errno == EINTR { continue }
        guard count > 0 else { return }
        bytes = bytes.dropFirst(count)
    }
}
