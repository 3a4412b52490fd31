/// A well-formed `refusal` frame.
///
/// Valid only while the bytes it was parsed from are.
package struct RefusalFrame: BitwiseCopyable {
    /// The request that caused the refusal; 0 when it is not known.
    package let requestID: UInt64
    /// Why the connection is refused.
    package let reason: RefusalReason
    /// Text for people, in UTF-8.
    package let text: ByteRegion

    /// Checks a whole frame, except that its text is UTF-8.
    /// - Throws: an error of a response body.
    package static func parse(
        _ header: FrameHeader, frame: ByteRegion
    ) throws(FrameError) -> RefusalFrame {
        let fixed = WireLayout.headerBytes + 4
        guard frame.count >= fixed else { throw .bodyTooShort }
        guard let reason = RefusalReason(rawValue: frame.byte(at: 16)) else {
            throw .unknownRefusal
        }
        if frame.byte(at: 17) != 0 { throw .reservedNotZero }
        let length = Int(frame.integer(at: 18, as: UInt16.self))
        guard length <= frame.count - fixed else { throw .answerTooLong }
        if frame.count != WireLayout.padded(fixed + length) { throw .trailingBytes }
        if !frame.isZero(from: fixed + length) { throw .paddingNotZero }
        return RefusalFrame(
            requestID: header.requestID, reason: reason,
            text: frame.region(from: fixed, count: length))
    }
}
