/// Writes an XML document, a line an element.
struct XMLWriter {
    private(set) var bytes = Array("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n".utf8)
    private var open: [String] = []

    /// Begins an element.
    mutating func open(_ name: String, _ attributes: [(String, String)] = []) {
        begin(name, attributes)
        bytes += ">\n".utf8
        open.append(name)
    }

    /// Ends the innermost element; without one, nothing happens.
    mutating func close() {
        guard let name = open.popLast() else { return }
        indent()
        bytes += "</\(name)>\n".utf8
    }

    /// Writes an element that holds text only.
    mutating func element(
        _ name: String, _ attributes: [(String, String)] = [], text: String = ""
    ) {
        begin(name, attributes)
        guard !text.isEmpty else {
            bytes += "/>\n".utf8
            return
        }
        bytes += ">".utf8
        append(text)
        bytes += "</\(name)>\n".utf8
    }

    private mutating func begin(_ name: String, _ attributes: [(String, String)]) {
        indent()
        bytes += "<\(name)".utf8
        for (key, value) in attributes {
            bytes += " \(key)=\"".utf8
            append(value)
            bytes += "\"".utf8
        }
    }

    private mutating func indent() {
        bytes += repeatElement(0x20, count: 2 * open.count)
    }

    /// Appends text with what has a meaning in XML escaped.
    ///
    /// Characters that XML cannot hold, escaped or not, become U+FFFD.
    ///
    /// Source: XML 1.0, section 2.2, Char.
    private mutating func append(_ text: String) {
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": bytes += "&amp;".utf8
            case "<": bytes += "&lt;".utf8
            case ">": bytes += "&gt;".utf8
            case "\"": bytes += "&quot;".utf8
            case "\t", "\n", "\r": bytes += "&#\(scalar.value);".utf8
            case "\0"..<" ", "\u{FFFE}", "\u{FFFF}": bytes += "\u{FFFD}".utf8
            default: bytes += String(scalar).utf8
            }
        }
    }
}
