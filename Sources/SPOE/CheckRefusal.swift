/// Why a question of HAProxy is answered with 403 before anything is decided.
///
/// Each is a flaw of HAProxy's configuration or of the request, and denies that one request; bytes that
/// are no frame end the connection instead.
package enum CheckRefusal: UInt8, Error, BitwiseCopyable, CaseIterable, Sendable {
    case messageMissing
    /// A message of another name than `check-request`.
    case messageUnknown
    /// More than one message in a frame: one answer cannot tell for which it is.
    case messageDuplicated
    case argumentUnknown
    case argumentDuplicated
    /// An argument with a value of another type than it has to have.
    case argumentMistyped
    case methodMissing
    case pathMissing
    case headersMissing
    /// The header fields end where they should not.
    case headersInvalid
    case hostDuplicated
    case authorizationDuplicated
    case sourceMissing
    /// There are issuers of a certificate, but not the certificate.
    case certificateMissing
    /// When HAProxy began with the request is not said, although there is a deadline.
    case startMissing
    case startInvalid
    /// The deadline has passed: nobody waits for the answer any more.
    case requestTooOld

    /// The stable name, as answers and logs carry it.
    package var code: String {
        switch self {
        case .messageMissing: "message-missing"
        case .messageUnknown: "message-unknown"
        case .messageDuplicated: "message-duplicated"
        case .argumentUnknown: "argument-unknown"
        case .argumentDuplicated: "argument-duplicated"
        case .argumentMistyped: "argument-mistyped"
        case .methodMissing: "method-missing"
        case .pathMissing: "path-missing"
        case .headersMissing: "headers-missing"
        case .headersInvalid: "headers-invalid"
        case .hostDuplicated: "host-duplicated"
        case .authorizationDuplicated: "authorization-duplicated"
        case .sourceMissing: "source-missing"
        case .certificateMissing: "certificate-missing"
        case .startMissing: "start-missing"
        case .startInvalid: "start-invalid"
        case .requestTooOld: "request-too-old"
        }
    }
}
