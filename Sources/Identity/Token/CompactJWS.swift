/// Where the three parts of a token in compact form lie.
///
/// Source: RFC 7515, section 7.1.
struct CompactJWS: BitwiseCopyable {
    /// Offset of the first dot, which ends the header.
    let headerEnd: Int
    /// Offset of the second dot, which ends the payload and what is signed.
    let payloadEnd: Int

    /// Finds the parts.
    ///
    /// The signature may be empty here: an unsigned token is refused for its algorithm.
    /// - Throws: `empty`, `tooLarge`; `malformed` without exactly two dots, or with nothing before
    ///   one of them.
    init(_ token: Span<UInt8>, _ limits: TokenLimits) throws(TokenRejection) {
        if token.isEmpty { throw TokenRejection(.empty) }
        if token.count > limits.maximumTokenBytes { throw TokenRejection(.tooLarge) }
        var dots = (first: -1, second: -1)
        for index in 0..<token.count where token[index] == UInt8(ascii: ".") {
            if dots.first < 0 {
                dots.first = index
            } else if dots.second < 0 {
                dots.second = index
            } else {
                throw TokenRejection(.malformed)
            }
        }
        guard dots.first > 0, dots.second > dots.first + 1 else {
            throw TokenRejection(.malformed)
        }
        headerEnd = dots.first
        payloadEnd = dots.second
    }
}
