import Wire

/// What a call's headers say, gathered field by field.
struct CallHeaders: BitwiseCopyable {
    /// What is made of them.
    enum Verdict {
        /// A call to `Check`; its own time limit in nanoseconds, if it named one.
        case check(timeoutNanoseconds: UInt64?)
        /// A gRPC call that is answered with a status instead.
        case refused(GRPCStatus, StaticString)
        /// No gRPC at all: answered with an HTTP status.
        case notGRPC(StaticString)
    }

    private static let path: StaticString = "/envoy.service.auth.v3.Authorization/Check"

    private var isCheck = false
    private var isPost = false
    private var isGRPC = false
    private var isIdentity = true
    private var timeout: UInt64?
    private var isTimeoutBad = false

    init() {}

    /// Takes notice of a field; those that say nothing here are passed over.
    mutating func take(_ name: Span<UInt8>, _ value: Span<UInt8>) {
        switch name.count {
        case 5: if name.hasBytes(of: ":path") { isCheck = value.hasBytes(of: Self.path) }
        case 7: if name.hasBytes(of: ":method") { isPost = value.hasBytes(of: "POST") }
        case 12:
            if name.hasBytes(of: "content-type") {
                isGRPC = Self.isGRPC(value)
            } else if name.hasBytes(of: "grpc-timeout") {
                guard let parsed = GRPCTimeout.nanoseconds(value) else {
                    isTimeoutBad = true
                    return
                }
                timeout = min(timeout ?? .max, parsed)
            }
        case 13:
            if name.hasBytes(of: "grpc-encoding") { isIdentity = value.hasBytes(of: "identity") }
        case 30:
            // Milliseconds, set by Envoy for the time it is going to wait.
            if name.hasBytes(of: "x-envoy-expected-rq-timeout-ms"),
                let parsed = GRPCTimeout.milliseconds(value)
            {
                timeout = min(timeout ?? .max, parsed)
            }
        default: return
        }
    }

    /// Judges what was gathered. Source: gRPC over HTTP/2, "Requests".
    var verdict: Verdict {
        if !isPost { return .notGRPC("405") }
        if !isGRPC { return .notGRPC("415") }
        if !isCheck {
            return .refused(
                .unimplemented, "only envoy.service.auth.v3.Authorization/Check is served")
        }
        if !isIdentity { return .refused(.unimplemented, "compressed messages are not read") }
        if isTimeoutBad { return .refused(.internalError, "grpc-timeout is malformed") }
        return .check(timeoutNanoseconds: timeout)
    }

    private static func isGRPC(_ value: Span<UInt8>) -> Bool {
        value.hasBytes(of: "application/grpc") || value.hasBytes(of: "application/grpc+proto")
            || value.begins(with: "application/grpc;")
            || value.begins(with: "application/grpc+proto;")
    }
}

/// Reads how long a caller is going to wait.
enum GRPCTimeout {
    /// The value of `grpc-timeout`: 1 to 8 digits and a unit; `nil` when it is malformed.
    static func nanoseconds(_ text: Span<UInt8>) -> UInt64? {
        guard text.count > 1, let number = digits(text, text.count - 1, most: 8) else { return nil }
        let scale: UInt64
        switch text[text.count - 1] {
        case UInt8(ascii: "H"): scale = 3_600_000_000_000
        case UInt8(ascii: "M"): scale = 60_000_000_000
        case UInt8(ascii: "S"): scale = 1_000_000_000
        case UInt8(ascii: "m"): scale = 1_000_000
        case UInt8(ascii: "u"): scale = 1000
        case UInt8(ascii: "n"): scale = 1
        default: return nil
        }
        return number.multipliedReportingOverflow(by: scale).overflow ? .max : number * scale
    }

    /// A number of milliseconds, of 1 to 12 digits.
    static func milliseconds(_ text: Span<UInt8>) -> UInt64? {
        digits(text, text.count, most: 12).map { $0 * 1_000_000 }
    }

    /// The number that the first `count` bytes are.
    private static func digits(_ text: Span<UInt8>, _ count: Int, most: Int) -> UInt64? {
        guard (1...most).contains(count) else { return nil }
        var value: UInt64 = 0
        for index in 0..<count {
            guard (0x30...0x39).contains(text[index]) else { return nil }
            value = value * 10 + UInt64(text[index] &- 0x30)
        }
        return value
    }
}

extension Span<UInt8> {
    /// Whether the first bytes are those of an ASCII text.
    fileprivate func begins(with text: StaticString) -> Bool {
        guard count >= text.utf8CodeUnitCount else { return false }
        let bytes = unsafe text.utf8Start
        for index in 0..<text.utf8CodeUnitCount where unsafe self[index] != bytes[index] {
            return false
        }
        return true
    }
}
