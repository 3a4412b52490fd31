/// Why an authorization call is answered with 403 before anything is decided.
package enum ForwardAuthRefusal: UInt8, Error, BitwiseCopyable, CaseIterable, Sendable {
    case methodMissing
    case methodDuplicated
    case hostMissing
    case hostDuplicated
    case targetMissing
    case targetDuplicated
    case schemeMissing
    case schemeDuplicated
    case schemeInvalid
    case sourceIPMissing
    case sourceIPDuplicated
    case sourceIPInvalid
    case certificateMissing
    case certificateDuplicated
    case certificateInvalid
    case certificateUnverified
    /// A field with which another family, or another certificate form, would speak.
    case foreignField
    /// A field that reads like one that only the decision point sets.
    case forgedField
    /// When the gateway began with the request is not said, although there is a deadline.
    case startMissing
    case startDuplicated
    case startInvalid
    /// The deadline has passed: nobody waits for the answer any more.
    case requestTooOld

    /// The stable name, as answers and logs carry it.
    package var code: String {
        switch self {
        case .methodMissing: "forwarded-method-missing"
        case .methodDuplicated: "forwarded-method-duplicated"
        case .hostMissing: "forwarded-host-missing"
        case .hostDuplicated: "forwarded-host-duplicated"
        case .targetMissing: "forwarded-uri-missing"
        case .targetDuplicated: "forwarded-uri-duplicated"
        case .schemeMissing: "forwarded-proto-missing"
        case .schemeDuplicated: "forwarded-proto-duplicated"
        case .schemeInvalid: "forwarded-proto-invalid"
        case .sourceIPMissing: "forwarded-for-missing"
        case .sourceIPDuplicated: "forwarded-for-duplicated"
        case .sourceIPInvalid: "forwarded-for-invalid"
        case .certificateMissing: "client-certificate-missing"
        case .certificateDuplicated: "client-certificate-duplicated"
        case .certificateInvalid: "client-certificate-invalid"
        case .certificateUnverified: "client-certificate-unverified"
        case .foreignField: "foreign-gateway-field"
        case .forgedField: "forged-field"
        case .startMissing: "request-start-missing"
        case .startDuplicated: "request-start-duplicated"
        case .startInvalid: "request-start-invalid"
        case .requestTooOld: "request-too-old"
        }
    }
}
