/// Why a stream or a connection ends. Source: RFC 9113, section 7.
package enum ErrorCode: UInt32, BitwiseCopyable, Sendable, CaseIterable {
    case noError = 0
    case protocolError = 1
    case internalError = 2
    case flowControlError = 3
    case settingsTimeout = 4
    case streamClosed = 5
    case frameSizeError = 6
    case refusedStream = 7
    case cancel = 8
    case compressionError = 9
    case connectError = 10
    case enhanceYourCalm = 11
    case inadequateSecurity = 12
    case http11Required = 13
}

/// Something after which a connection cannot go on. Source: RFC 9113, section 5.4.1.
struct ConnectionError: Error, BitwiseCopyable {
    let code: ErrorCode

    init(_ code: ErrorCode) { self.code = code }
}
