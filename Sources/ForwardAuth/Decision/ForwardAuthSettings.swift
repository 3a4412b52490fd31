import Routes

/// How the authorization calls of a listener are read and answered, beside what every gateway has.
package struct ForwardAuthSettings: Sendable {
    /// The family of gateways and how they say who their client is.
    package let reader: ForwardAuthReader
    /// How long after the gateway began with a request it is still decided, in milliseconds; nil when
    /// calls do not say when that was.
    ///
    /// Set it below the time that the gateway waits: an answer that nobody waits for is work for
    /// nothing, and an overload that feeds itself.
    package var deadlineMilliseconds: Int64?
    /// Whether answers name the cause and the determining policies. Some gateways pass them on to
    /// their clients.
    package var tellsCause = false

    package init(_ reader: ForwardAuthReader) { self.reader = reader }

    /// By how much the gateway's clock may be ahead, in milliseconds.
    static let maximumSkewMilliseconds: Int64 = 1000

    /// Refuses a call that is past the deadline, or does not say whether it is.
    ///
    /// - Parameter now: milliseconds since 1970.
    func checkAge(_ call: HeaderList, at now: Int64) throws(ForwardAuthRefusal) {
        guard let deadlineMilliseconds else { return }
        switch call.find("x-request-start") {
        case .absent: throw .startMissing
        case .several: throw .startDuplicated
        case .one(let range):
            guard let start = call.withValue(range, { RequestStart.milliseconds($0) }),
                start <= now + Self.maximumSkewMilliseconds
            else { throw .startInvalid }
            guard now - start <= deadlineMilliseconds else { throw .requestTooOld }
        }
    }
}

/// The header field `X-Request-Start`, as gateways write it.
enum RequestStart {
    /// Reads `t=1761000000.123`, nginx's `$msec`, or `1761000000123`, with or without `t=`.
    ///
    /// - Returns: milliseconds since 1970; nil for anything else, such as other units.
    static func milliseconds(_ text: Span<UInt8>) -> Int64? {
        var index = 0
        if text.count > 2, text[0] == UInt8(ascii: "t"), text[1] == UInt8(ascii: "=") { index = 2 }
        let digits = text.count - index
        let isPointed = digits == 14 && text[index + 10] == UInt8(ascii: ".")
        guard digits == 13 || isPointed else { return nil }
        var number: Int64 = 0
        while index < text.count {
            let byte = text[index]
            if isPointed, text.count - index == 4 {
                index += 1
                continue
            }
            guard UInt8(ascii: "0")...UInt8(ascii: "9") ~= byte else { return nil }
            number = number * 10 + Int64(byte - UInt8(ascii: "0"))
            index += 1
        }
        return number
    }
}
