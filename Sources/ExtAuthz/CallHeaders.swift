import NIOHPACK

/// What a call's headers say, or why it cannot be served.
enum CallHeaders {
    /// A call to `Check`; its own deadline in nanoseconds, if it named one.
    case check(timeoutNanoseconds: UInt64?)
    /// A gRPC call that is answered with a status instead.
    case refused(GRPCStatus, StaticString)
    /// No gRPC at all: answered with an HTTP status.
    case notGRPC(StaticString)

    static let path = "/envoy.service.auth.v3.Authorization/Check"

    /// Judges the headers. Source: gRPC over HTTP/2, "Requests".
    init(_ headers: HPACKHeaders) {
        var isCheck = false
        var isPost = false
        var isGRPC = false
        var isIdentity = true
        var timeout: UInt64?
        var isTimeoutBad = false
        for (name, value, _) in headers {
            switch name {
            case ":method": isPost = value == "POST"
            case ":path": isCheck = value == Self.path
            case "content-type": isGRPC = Self.isGRPC(value)
            case "grpc-encoding": isIdentity = value == "identity"
            case "grpc-timeout":
                guard let parsed = GRPCTimeout.nanoseconds(value) else {
                    isTimeoutBad = true
                    continue
                }
                timeout = min(timeout ?? .max, parsed)
            case "x-envoy-expected-rq-timeout-ms":
                // Milliseconds, set by Envoy for the time it is going to wait.
                guard let parsed = GRPCTimeout.milliseconds(value) else { continue }
                timeout = min(timeout ?? .max, parsed)
            default: continue
            }
        }
        if !isPost {
            self = .notGRPC("405")
        } else if !isGRPC {
            self = .notGRPC("415")
        } else if !isCheck {
            self = .refused(
                .unimplemented, "only envoy.service.auth.v3.Authorization/Check is served")
        } else if !isIdentity {
            self = .refused(.unimplemented, "compressed messages are not read")
        } else if isTimeoutBad {
            self = .refused(.internalError, "grpc-timeout is malformed")
        } else {
            self = .check(timeoutNanoseconds: timeout)
        }
    }

    private static func isGRPC(_ value: String) -> Bool {
        if value == "application/grpc" || value == "application/grpc+proto" { return true }
        return value.utf8.starts(with: "application/grpc;".utf8)
            || value.utf8.starts(with: "application/grpc+proto;".utf8)
    }
}

/// Status codes of gRPC that this service gives.
enum GRPCStatus: Int, BitwiseCopyable {
    case ok = 0
    case deadlineExceeded = 4
    case resourceExhausted = 8
    case unimplemented = 12
    case internalError = 13
    case unavailable = 14
}

/// Reads how long a caller is going to wait.
enum GRPCTimeout {
    /// The value of `grpc-timeout`: 1 to 8 digits and a unit; `nil` when it is malformed.
    static func nanoseconds(_ text: String) -> UInt64? {
        let bytes = text.utf8
        guard let unit = bytes.last, let number = digits(bytes.dropLast(), most: 8) else {
            return nil
        }
        let scale: UInt64
        switch unit {
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
    static func milliseconds(_ text: String) -> UInt64? {
        digits(text.utf8[...], most: 12).map { $0 * 1_000_000 }
    }

    private static func digits(_ bytes: Substring.UTF8View, most: Int) -> UInt64? {
        guard (1...most).contains(bytes.count) else { return nil }
        var value: UInt64 = 0
        for byte in bytes {
            guard (0x30...0x39).contains(byte) else { return nil }
            value = value * 10 + UInt64(byte &- 0x30)
        }
        return value
    }
}
