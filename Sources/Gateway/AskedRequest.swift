/// What logs keep of the client's request that a gateway asks about, as the gateway tells it.
package struct AskedRequest: Sendable {
    package let method: String?
    package let host: String?
    /// With the query, which may hold secrets.
    package let target: String?
    private var requestIDField = Field.absent
    private var traceField = Field.absent

    /// A header field that counts only when it is there once: of two nobody may choose one.
    private enum Field {
        case absent
        case one(String)
        case several

        var value: String? {
            if case .one(let value) = self { value } else { nil }
        }

        mutating func add(_ value: Span<UInt8>) {
            if case .absent = self {
                self = .one(String(repairing: value))
            } else {
                self = .several
            }
        }
    }

    /// - Parameters: what is not known is nil.
    package init(method: String? = nil, host: String? = nil, target: String? = nil) {
        self.method = method
        self.host = host
        self.target = target
    }

    /// The value of `X-Request-ID`.
    package var requestID: String? { requestIDField.value }

    /// The value of `traceparent`, which may not be well formed.
    package var traceParent: String? { traceField.value }

    /// Takes notice of a header field of the request, of any name.
    package mutating func take(field name: Span<UInt8>, _ value: Span<UInt8>) {
        if Self.isName(name, "x-request-id") {
            requestIDField.add(value)
        } else if Self.isName(name, "traceparent") {
            traceField.add(value)
        }
    }

    /// Whether a name is one that is given in lower case.
    private static func isName(_ name: Span<UInt8>, _ own: StaticString) -> Bool {
        guard name.count == own.utf8CodeUnitCount else { return false }
        for index in name.indices {
            let byte = name[index]
            let isUpperCase = UInt8(ascii: "A")...UInt8(ascii: "Z") ~= byte
            guard unsafe (isUpperCase ? byte | 0x20 : byte) == own.utf8Start[index] else {
                return false
            }
        }
        return true
    }
}

extension String {
    /// Text of bytes that should be UTF-8; what is not is replaced.
    package init(repairing bytes: Span<UInt8>) {
        self = unsafe bytes.withUnsafeBufferPointer { unsafe String(decoding: $0, as: UTF8.self) }
    }
}
