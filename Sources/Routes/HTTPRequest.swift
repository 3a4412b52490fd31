/// What is known of an HTTP request that is to be decided, each part in its one spelling.
///
/// Keep one for a worker: after warm-up reading allocates nothing.
package struct HTTPRequest: Sendable {
    package private(set) var method: [UInt8] = []
    /// In lower case, without port and final dot.
    package private(set) var host: [UInt8] = []
    package private(set) var target = RequestTarget()
    /// Filled by whoever has them; only the fields that routes name are read.
    package var headers = HeaderList()
    /// Filled by gateways that have them; only those that routes name are read.
    package var extensions = GatewayExtensions()
    /// Filled by gateways that show bodies, where a route reads one.
    package var body = RequestBody()

    package init() {}

    /// Forgets everything, and keeps the memory.
    package mutating func removeAll() {
        method.clear()
        host.clear()
        target.removeAll()
        headers.removeAll()
        extensions.removeAll()
        body.removeAll()
    }

    /// Reads method, host and target; the header fields stay as they are.
    ///
    /// - Parameter host: the one `Host` or `:authority`; whoever finds two refuses the request.
    /// - Throws: the first offence; the request must not be matched then.
    package mutating func read(
        method: Span<UInt8>, host: Span<UInt8>, target: Span<UInt8>
    ) throws(RequestRefusal) {
        try read(method: method)
        try read(host: host)
        try self.target.read(target)
    }

    private mutating func read(method text: Span<UInt8>) throws(RequestRefusal) {
        method.clear()
        guard 1...RequestLimits.maximumMethodBytes ~= text.count else {
            throw RequestRefusal(.methodInvalid)
        }
        // `get` is another method than `GET`, and what a server makes of it is unknown.
        for index in text.indices where !ByteSet.method.contains(text[index]) {
            throw RequestRefusal(.methodInvalid, at: index)
        }
        method.append(text)
    }

    private mutating func read(host text: Span<UInt8>) throws(RequestRefusal) {
        host.clear()
        guard text.count > 0 else { throw RequestRefusal(.hostMissing) }
        guard let name = HostName.name(in: text) else { throw RequestRefusal(.hostInvalid) }
        host.append(lowercasing: text.extracting(name.start..<name.end))
    }
}

/// The grammar of hosts.
enum HostName {
    /// Where the name stands in a host with an optional port; nil when it is none.
    static func name(in text: Span<UInt8>) -> ByteRange? {
        // The longest: name, final dot, colon and five digits.
        guard text.count <= RequestLimits.maximumHostBytes + 7 else { return nil }
        var end = 0
        if text.count > 0, text[0] == UInt8(ascii: "[") {
            end = 1
            while end < text.count, text[end].hexadecimalValue != nil || text[end].isAddressMark {
                end += 1
            }
            guard end > 2, end < text.count, text[end] == UInt8(ascii: "]") else { return nil }
            end += 1
            return isPort(text, from: end) ? ByteRange(0, end) : nil
        }
        var labelStart = 0
        while end < text.count, text[end] != UInt8(ascii: ":") {
            if text[end] == UInt8(ascii: ".") {
                guard end > labelStart else { return nil }
                labelStart = end + 1
            } else {
                guard ByteSet.hostLabel.contains(text[end]) else { return nil }
            }
            end += 1
        }
        guard isPort(text, from: end) else { return nil }
        // `example.org.` is the same host.
        if labelStart == end { end -= 1 }
        guard 1...RequestLimits.maximumHostBytes ~= end else { return nil }
        return ByteRange(0, end)
    }

    private static func isPort(_ text: Span<UInt8>, from start: Int) -> Bool {
        guard start < text.count else { return true }
        guard text[start] == UInt8(ascii: ":"), 1...5 ~= text.count - start - 1 else {
            return false
        }
        var number = 0
        for index in (start + 1)..<text.count {
            guard text[index].isDigit else { return false }
            number = number * 10 + Int(text[index] - UInt8(ascii: "0"))
        }
        return 1...65_535 ~= number
    }
}

extension UInt8 {
    fileprivate var isAddressMark: Bool { self == UInt8(ascii: ":") || self == UInt8(ascii: ".") }
}
